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
    present: None, or bool [B, T]: False for frames behind a clip's end, which count nothing.
    """

    frames: tf.Tensor
    visible: tf.Tensor | None = None
    hidden_weight: float = 0.0
    present: tf.Tensor | None = None

    def num_values(self) -> tf.Tensor:
        """Counts visible values: pixels times channels of frames that are present."""
        ones = tf.ones(self.frames.shape[:2], self.frames.dtype)[:, :, None, None, None]
        if self.visible is not None:
            ones *= tf.cast(self.visible, ones.dtype)
        ones = hide_absent(ones, self.present)
        share = tf.reduce_mean(ones)
        return share * tf.cast(tf.size(self.frames), ones.dtype)


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
    predicted, states = generator(latents, mode=mode, present=evidence.present)
    errors = hide_absent(predicted - evidence.frames, evidence.present)
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


def hide_absent(values: tf.Tensor, present: tf.Tensor | None) -> tf.Tensor:
    """Returns values [B, T, ...] with zeros behind each clip's end; no gradient comes from there.

    Args:
      present: None where every frame is, or bool [B, T].
    """
    if present is None:
        return values
    flags = tf.reshape(present, [*present.shape, *[1] * (values.shape.rank - 2)])
    return tf.where(flags, values, tf.zeros([], values.dtype))


def _sum_of_squares(errors: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.square(errors), axis=[1, 2, 3, 4])
