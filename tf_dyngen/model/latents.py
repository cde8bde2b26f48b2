"""The latent variables of a clip and their prior."""

from typing import NamedTuple

import tensorflow as tf


class LatentSizes(NamedTuple):
    """Widths of a model's latents; the state has the width of the initial state."""

    noise: int
    state: int
    appearance: int


class Latents(NamedTuple):
    """Latents of B clips (or windows of clips) of T frames; all standard normal a priori.

    noise: xi in the paper, [B, T, noise_size]; what drives the transition to each frame.
    initial_state: s_0, [B, state_size]; the state before the first frame.
    appearance: a, [B, appearance_size]; fixed over a clip.
    """

    noise: tf.Tensor
    initial_state: tf.Tensor
    appearance: tf.Tensor


def log_prior(latents: Latents) -> tf.Tensor:
    """Returns -1/2 (|xi|^2 + |s_0|^2 + |a|^2), [B], in nats up to a constant."""
    return -0.5 * (
        tf.reduce_sum(tf.square(latents.noise), axis=[1, 2])
        + tf.reduce_sum(tf.square(latents.initial_state), axis=1)
        + tf.reduce_sum(tf.square(latents.appearance), axis=1)
    )
