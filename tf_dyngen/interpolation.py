"""What lies between two vectors that are draws of a standard normal distribution."""

import math

import tensorflow as tf

# Sine of the angle between two directions, below which there is no telling which way to turn.
PARALLEL = 1e-3


def interpolate(first: tf.Tensor, second: tf.Tensor, place: float) -> tf.Tensor:
    """Returns a vector [A] between two: the direction turns, the length changes, both evenly.

    A straight line would pass nearer to 0 than draws of N(0, I) ever come, at sqrt(A) of it.
    """
    if place in (0.0, 1.0):
        return second if place else first
    lengths = tf.norm(first), tf.norm(second)
    product = float(lengths[0] * lengths[1])
    cosine = float(tf.tensordot(first, second, 1)) / product if product else 1.0
    angle = math.acos(min(1.0, max(-1.0, cosine)))
    if math.sin(angle) < PARALLEL:
        return (1.0 - place) * first + place * second
    shares = math.sin((1.0 - place) * angle), math.sin(place * angle)
    turned = (shares[0] * first / lengths[0] + shares[1] * second / lengths[1]) / math.sin(angle)
    return ((1.0 - place) * lengths[0] + place * lengths[1]) * turned
