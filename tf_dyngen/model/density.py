"""The log joint density of latents and frames, one value a clip, summed over T, H, W and C."""

from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents, log_prior
from tf_dyngen.model.normalization import Mode


class Evidence(NamedTuple):
    """What is observed of B clips of T frames.

    frames: [B, T, H, W, C] in [-1, 1]; where a pixel is hidden, what is predicted of it.
    visible: None, or bool, broadcastable to `frames`: False where a pixel is hidden.
    hidden_weight: what a prediction counts beside a pixel that is seen; 0 is nothing.
    """

    frames: tf.Tensor
    visible: tf.Tensor | None = None
    hidden_weight: float = 0.0


class Density(NamedTuple):
    """What an evaluation of the log joint density gives.

    log_joint: [B], log p(z, X) in nats up to a constant.
    squared_error: [B], sum of the squared differences of visible pixels.
    states: [B, T, S].
    """

    log_joint: tf.Tensor
    squared_error: tf.Tensor
    states: tf.Tensor


def log_joint_density(
    generator: Generator,
    latents: Latents,
    evidence: Evidence,
    *,
    precision,
    mode: Mode = Mode.GENERATE,
) -> Density:
    """Log joint density of the model, the objective of equations (3) to (5) of the paper.

    Args:
      generator: H.
      latents: where to evaluate, B clips.
      evidence: the frames; a prediction is one more observation, of variance sigma^2 over its
        weight.
      precision: 1 / sigma^2 of the observation noise.
      mode: which statistics normalise the emission's feature maps.
    """
    predicted, states = generator(latents, mode=mode)
    errors = predicted - evidence.frames
    nothing = tf.zeros([], errors.dtype)
    if evidence.visible is None:
        squared_error = weighted = _sum_of_squares(errors)
    else:
        # Before the square: the gradient must not meet what is hidden, whatever it is.
        squared_error = _sum_of_squares(tf.where(evidence.visible, errors, nothing))
        weighted = squared_error
        if evidence.hidden_weight:
            hidden = _sum_of_squares(tf.where(evidence.visible, nothing, errors))
            weighted += evidence.hidden_weight * hidden
    return Density(log_prior(latents) - 0.5 * precision * weighted, squared_error, states)


def _sum_of_squares(errors: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.square(errors), axis=[1, 2, 3, 4])
