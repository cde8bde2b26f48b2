"""The log joint density of latents and frames, one value a clip, summed over T, H, W and C."""

from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents, log_prior
from tf_dyngen.model.normalization import Mode


class Evidence(NamedTuple):
    """What is observed of B clips of T frames.

    frames: [B, T, H, W, C] in [-1, 1].
    visible: None, or bool, broadcastable to `frames`: False where a pixel is hidden.
    """

    frames: tf.Tensor
    visible: tf.Tensor | None = None


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
      evidence: the frames; hidden pixels have no influence.
      precision: 1 / sigma^2 of the observation noise.
      mode: which statistics normalise the emission's feature maps.
    """
    predicted, states = generator(latents, mode=mode)
    errors = predicted - evidence.frames
    if evidence.visible is not None:
        errors = tf.where(evidence.visible, errors, tf.zeros([], errors.dtype))
    squared_error = tf.reduce_sum(tf.square(errors), axis=[1, 2, 3, 4])
    log_joint = log_prior(latents) - 0.5 * precision * squared_error
    return Density(log_joint, squared_error, states)
