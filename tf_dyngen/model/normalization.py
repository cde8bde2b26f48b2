"""Normalisation of feature maps by the clip's own statistics, or by moving ones when generating."""

import dataclasses
import enum

import keras
import tensorflow as tf

EPSILON = 1e-5
MOMENTUM = 0.9


class Mode(enum.Enum):
    """What a forward pass is for, which decides the statistics that normalise it."""

    GENERATE = "moving statistics: a frame never depends on other frames"
    INFER = "each clip's own statistics"
    LEARN = "each clip's own statistics, and the moving ones follow them"


@dataclasses.dataclass(frozen=True)
class Statistics:
    """Whose statistics normalise the feature maps of B clips of T frames.

    No NamedTuple: Keras takes those apart, and refuses tensors beside other things.

    mode: which. num_clips: B. present: None, or bool [B, T], False for frames behind a clip's end,
    which are not of it.
    """

    mode: Mode = Mode.GENERATE
    num_clips: int = 1
    present: tf.Tensor | None = None


GENERATING = Statistics()


class ClipNormalization(keras.layers.Layer):
    """Batch normalisation (Ioffe & Szegedy, 2015) whose batch is the frames of one clip.

    With one clip in a batch, as in the paper's texture experiments, it is batch normalisation.
    With several, a clip's frames do not depend on the clips beside it, so densities stay per clip
    and replicas need no synchronisation. Generating uses moving statistics alone.
    """

    def build(self, input_shape):
        """Makes scale, offset and moving statistics, each [channels]."""
        shape = (input_shape[-1],)
        self.scale = self.add_weight(shape=shape, initializer="ones", name="scale")
        self.offset = self.add_weight(shape=shape, initializer="zeros", name="offset")
        moving = {"trainable": False, "aggregation": "mean"}
        self.moving_mean = self.add_weight(
            shape=shape, initializer="zeros", name="moving_mean", **moving
        )
        self.moving_variance = self.add_weight(
            shape=shape, initializer="ones", name="moving_variance", **moving
        )

    def call(self, maps, statistics: Statistics = GENERATING):
        """Normalises maps [B * T, H, W, C]."""
        if statistics.mode is Mode.GENERATE:
            return self._normalize(maps, self.moving_mean, self.moving_variance)
        by_clip = tf.reshape(maps, [statistics.num_clips, -1, maps.shape[-1]])
        mean, variance = _moments(by_clip, maps.shape[1] * maps.shape[2], statistics.present)
        if statistics.mode is Mode.LEARN:
            _follow(self.moving_mean, tf.reduce_mean(mean, axis=[0, 1]))
            _follow(self.moving_variance, tf.reduce_mean(variance, axis=[0, 1]))
        return tf.reshape(self._normalize(by_clip, mean, variance), tf.shape(maps))

    def _normalize(self, values, mean, variance):
        gain = tf.math.rsqrt(variance + EPSILON) * self.scale
        return values * gain + (self.offset - mean * gain)


def _moments(by_clip, num_places: int, present):
    """Returns mean and variance, [B, 1, C], of maps [B, T * H * W, C] over frames present."""
    if present is None:
        return tf.nn.moments(by_clip, axes=[1], keepdims=True)
    weights = tf.repeat(tf.cast(present, by_clip.dtype), num_places, axis=1)[:, :, None]
    return tf.nn.weighted_moments(by_clip, axes=[1], frequency_weights=weights, keepdims=True)


def _follow(moving, current) -> None:
    moving.assign(moving * MOMENTUM + tf.stop_gradient(current) * (1.0 - MOMENTUM))
