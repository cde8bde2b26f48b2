"""The transition at the low size: parts of the picture follow moments of the clip.

Every part of the picture follows a moment of the clip, a frame of the memory. The noise xi chooses
it, from frame to frame, by hard attention: the logits of all moments are their squared distances to
the state, negative; the moment followed is given a bonus, and xi is added. What the state differs
from its moments is never dropped, only forgotten, so the low frames are continuous and are no
frames of the clip.
"""

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.model.attention.balance import (
    NEVER,
    NUM_RECENT,
    RECENT_PENALTY,
    balance,
    balance_parts,
)

MOST_RETENTION = 0.99
# Noise beyond which the tail of the normal distribution is taken by its asymptote.
TAIL = 5.0
LARGEST_GUMBEL = 12.0


def share_out(size: tuple[int, int], parts: int) -> np.ndarray:
    """Returns parts x parts windows of a low frame, [K, h * w], what each part shows of it.

    They add up to 1.

    Args:
      size: (h, w) of low frames.
      parts: along each side.
    """

    def along(length: int) -> np.ndarray:
        edges = np.arange(1, parts) * length / parts
        places = np.arange(length) + 0.5
        ramps = np.clip((places - edges[:, None]) + 0.5, 0.0, 1.0)
        rising = np.concatenate([np.ones((1, length)), ramps])
        return rising - np.concatenate([ramps, np.zeros((1, length))])

    windows = np.einsum("ih,jw->ijhw", along(size[0]), along(size[1])).reshape(parts**2, -1)
    return windows.astype(np.float32)


class MomentTransition(keras.layers.Layer):
    """s' = low[j + 1] + retention * (s - low[j]), part by part; the noise chooses the moments j.

    Args:
      windows: [K, h * w], how the picture is shared out, see `share_out`.
      num_moments: M, frames in memory.
      retention: what is kept, from frame to frame, of the state's difference from its moments.
      temperature: of the attention, in units of `scale`.

    Attributes:
      log_temperature: scalar, the logarithm of the temperature as it is learned.
      retention: scalar; not trained unless it is told to be, since new video is no better for it.
      scale: scalar, the usual squared distance of moments that are near each other.
      bonus: [K, M], what is added to the logit of each moment while it is followed.
      bias: [K, M], what is added to that of each moment, see `balance`.
    """

    def __init__(
        self, windows: np.ndarray, num_moments: int, *, retention: float, temperature: float
    ):
        super().__init__(name="moments")
        self.windows = windows
        self._num_moments = num_moments
        num_parts = len(windows)
        self.retention = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(retention),
            constraint=_keep_retention,
            trainable=False,
            name="retention",
        )
        self.log_temperature = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(float(np.log(temperature))),
            name="log_temperature",
        )
        self.scale = self.add_weight(shape=(), initializer="ones", trainable=False, name="scale")
        self.bonus = self.add_weight(
            shape=(num_parts, num_moments), initializer="zeros", trainable=False, name="bonus"
        )
        self.bias = self.add_weight(
            shape=(num_parts, num_moments), initializer="zeros", trainable=False, name="bias"
        )
        self.built = True

    @property
    def num_parts(self) -> int:
        """K, the number of parts."""
        return len(self.windows)

    def calibrate(self, low: np.ndarray, goes_on: np.ndarray, switch: float) -> None:
        """Sets scale, bonuses and biases by the clip.

        Args:
          low: [M, h * w * C], the low frames of the memory, 0 to 1.
          goes_on: [M] bool, whether a moment has a next frame.
          switch: probability that a part leaves the moment that it follows.
        """
        pixels = low.reshape(len(low), self.windows.shape[1], -1)
        distances = np.stack([_apart(pixels, window) for window in self.windows])
        scale = _usual_distance(distances.sum(axis=0))
        distances /= scale * float(np.exp(self.log_temperature.numpy()))
        found = balance(-distances.sum(axis=0), goes_on, switch)
        bonus, bias = balance_parts(distances, goes_on, switch, found)
        self.scale.assign(scale)
        self.bonus.assign(bonus)
        self.bias.assign(bias)

    def call(self, state, moments, noise, low, goes_on):
        """One step.

        Args:
          state: [B, h * w, C], the low frame.
          moments: [B, K] int32, that are followed.
          noise: xi, [B, K, M].
          low: [M, h * w, C], the low frames of the memory.
          goes_on: [M] bool.
        Returns: (state, moments) of the next frame.
        """
        logits = self.logits(state, moments, low, goes_on) + gumbel_of(noise)
        chosen = tf.argmax(logits, axis=2, output_type=tf.int32)
        following = chosen + tf.cast(tf.gather(goes_on, chosen), tf.int32)
        return self.follow(state, tf.gather(low, chosen), tf.gather(low, following)), following

    def relaxed(self, state, moments, noise, low, allowed, softness: float):
        """One step in which gradients flow: all moments are followed, each by its share.

        Args:
          state, moments, noise, low: as of `call`.
          allowed: [B, 1, M] bool, which moments may have a share.
          softness: of the softmax; towards 0 the step becomes that of `call`.
        Returns: (state, moments) of the next frame; the moments are those of the largest shares,
          through which no gradient flows.
        """
        logits = self.logits(state, moments, low, allowed) + gumbel_of(noise)
        shares = tf.nn.softmax(logits / softness, axis=2)
        shown = tf.einsum("bkm,mpc->bkpc", shares, low)
        next_low = tf.concat([low[1:], low[-1:]], axis=0)
        state = self.follow(state, shown, tf.einsum("bkm,mpc->bkpc", shares, next_low))
        chosen = tf.argmax(logits, axis=2, output_type=tf.int32)
        return state, tf.minimum(chosen + 1, self._num_moments - 1)

    def logits(self, state, moments, low, goes_on):
        """Returns the logits [B, K, M] of all moments; arguments as of `call`."""
        distances = _distances(state, tf.convert_to_tensor(low))
        logits = self.bias - distances / (tf.exp(self.log_temperature) * self.scale)
        ago = moments[:, :, None] - tf.range(self._num_moments)
        is_recent = tf.logical_and(ago >= -1, ago <= NUM_RECENT)
        is_recent = tf.logical_and(is_recent, ago != 0)
        logits -= RECENT_PENALTY * tf.cast(is_recent, tf.float32)
        logits += tf.where(tf.equal(ago, 0), self.bonus, 0.0)
        return tf.where(goes_on, logits, NEVER)

    def follow(self, state, before, after):
        """Returns the next state of moments' low frames and their next ones, [B, K, h * w, C]."""
        windows = self.windows[:, :, None]
        shown, moved = (tf.reduce_sum(windows * frames, axis=1) for frames in (before, after))
        return moved + self.retention * (state - shown)


def _keep_retention(value):
    """Returns the nearest number that leaves the state bounded."""
    return keras.ops.clip(value, 0.0, MOST_RETENTION)


@tf.custom_gradient
def _distances(state, low):
    """Returns squared distances [B, 1, M] of a state [B, h * w, C] to moments [M, h * w, C].

    The gradient, by the state alone, is written out: it needs no differences [B, M, h * w, C].
    """

    def gradient(upstream):
        weighted = tf.einsum("bkm,mpc->bpc", upstream, low)
        totals = tf.reduce_sum(upstream, axis=[1, 2])[:, None, None]
        return 2.0 * (totals * state - weighted), None

    differences = tf.math.squared_difference(state[:, None], low)
    return tf.reduce_sum(differences, axis=[2, 3])[:, None], gradient


def _apart(pixels: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Returns squared distances [M, M] within a window [h * w] of low frames [M, h * w, C]."""
    keys = (pixels * np.sqrt(window)[:, None]).reshape(len(pixels), -1)
    squares = np.square(keys).sum(axis=1)
    return np.maximum(squares[:, None] + squares - 2.0 * keys @ keys.T, 0.0)


def _usual_distance(distances: np.ndarray) -> float:
    """Returns the median distance of a moment to the third nearest other; [M, M] is given."""
    others = distances + np.where(np.eye(len(distances), dtype=bool), np.inf, 0.0)
    third = np.sort(others, axis=1)[:, min(2, len(distances) - 2)] if len(distances) > 1 else [1.0]
    return max(float(np.median(third)), 1e-6)


def gumbel_of(noise) -> tf.Tensor:
    """Returns the standard Gumbel variable that stands where standard normal noise stands.

    -log(-log Phi(noise)), of the same quantile: the largest of logits and such noise is a draw from
    the logits' softmax.
    """
    root = np.float32(np.sqrt(0.5))
    lower = tf.math.log(0.5 * tf.math.erfc(-root * tf.clip_by_value(noise, -2.0 * TAIL, 0.0)))
    upper = tf.math.log1p(-0.5 * tf.math.erfc(root * tf.clip_by_value(noise, 0.0, TAIL)))
    near = -tf.math.log(-tf.where(noise > 0.0, upper, lower))
    far = tf.maximum(noise, TAIL)
    tail = 0.5 * tf.square(far) + tf.math.log(far) + np.float32(0.5 * np.log(2.0 * np.pi))
    return tf.where(noise > TAIL, tail, near)


def noise_of(gumbel) -> tf.Tensor:
    """Returns the noise that stands for Gumbel variables: the inverse of `gumbel_of`."""
    near = tf.minimum(gumbel, LARGEST_GUMBEL)
    upper = -tf.math.expm1(-tf.exp(-near))
    exact = -tf.math.ndtri(upper)
    return tf.where(gumbel > LARGEST_GUMBEL, tf.sqrt(2.0 * tf.maximum(gumbel, 1.0)), exact)
