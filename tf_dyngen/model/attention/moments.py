"""The transition at the low size: parts of the picture follow moments of the clip.

Every part of the picture follows a moment of the clip, a frame of the memory. The noise xi chooses
it, from frame to frame, by hard attention: the logits of all moments are their squared distances to
the state, negative; the moment followed is given a bonus, and xi is added. Parts of a grid compare
moments by the whole picture, which keeps them together; regions that move apart each by their own
piece of it. What the state differs from its moments is never dropped, only forgotten, so the low
frames are continuous and are no frames of the clip.
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


class MomentTransition(keras.layers.Layer):
    """s' = low[j + 1] + retention * (s - low[j]), part by part; the noise chooses the moments j.

    Args:
      num_parts: K.
      num_pixels: h * w, of low frames.
      num_moments: M, frames in memory.
      apart: whether each part compares moments by its own window alone, not by the picture.
      retention: what is kept, from frame to frame, of the state's difference from its moments.
      temperature: of the attention, in units of `scale`.

    Attributes:
      is_apart: see `apart`.
      windows: [K, h * w], how the picture is shared out, see `parts`; they add up to 1.
      log_temperature: scalar, the logarithm of the temperature as it is learned.
      retention: scalar; not trained unless it is told to be, since new video is no better for it.
      scale: [K], the usual squared distance, by a part, of moments that are near each other.
      bonus: [K, M], what is added to the logit of each moment while it is followed.
      bias: [K, M], what is added to that of each moment, see `balance`.
    """

    def __init__(
        self,
        num_parts: int,
        num_pixels: int,
        num_moments: int,
        *,
        apart: bool = False,
        retention: float,
        temperature: float,
    ):
        super().__init__(name="moments")
        self.num_parts = num_parts
        self._num_moments = num_moments
        self.is_apart = apart
        self.windows = self.add_weight(
            shape=(num_parts, num_pixels),
            initializer=keras.initializers.Constant(1.0 / num_parts),
            trainable=False,
            name="windows",
        )
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
        self.scale = self.add_weight(
            shape=(num_parts,), initializer="ones", trainable=False, name="scale"
        )
        self.bonus = self.add_weight(
            shape=(num_parts, num_moments), initializer="zeros", trainable=False, name="bonus"
        )
        self.bias = self.add_weight(
            shape=(num_parts, num_moments), initializer="zeros", trainable=False, name="bias"
        )
        self.built = True

    @property
    def attended(self) -> tf.Tensor:
        """What each part compares moments by, weights [K, h * w] of the low frame's pixels."""
        windows = self.windows.value
        return windows if self.is_apart else tf.ones_like(windows)

    def calibrate(self, low: np.ndarray, goes_on: np.ndarray, switch: float) -> None:
        """Sets scale, bonuses and biases by the clip.

        Args:
          low: [M, h * w * C], the low frames of the memory, 0 to 1.
          goes_on: [M] bool, whether a moment has a next frame.
          switch: probability that a part leaves the moment that it follows.
        """
        pixels = low.reshape(len(low), self.windows.shape[1], -1)
        distances = np.stack([_apart(pixels, window) for window in self.windows.numpy()])
        every = distances if self.is_apart else distances.sum(axis=0, keepdims=True)
        scale = np.array([_usual_distance(each) for each in every])
        unit = (scale * np.exp(self.log_temperature.numpy()))[:, None, None]
        found = [balance(-each, goes_on, switch) for each in every / unit]
        if not self.is_apart:
            found = balance_parts(distances / unit, goes_on, switch, found[0])
            found = list(zip(*found, strict=True))
        self.scale.assign(np.broadcast_to(scale, self.scale.shape))
        self.bonus.assign(np.stack([bonus for bonus, _ in found]))
        self.bias.assign(np.stack([bias for _, bias in found]))

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
        distances = _distances(state, tf.convert_to_tensor(low), self.attended)
        unit = tf.exp(self.log_temperature) * self.scale
        logits = self.bias - distances / unit[:, None]
        ago = moments[:, :, None] - tf.range(self._num_moments)
        is_recent = tf.logical_and(ago >= -1, ago <= NUM_RECENT)
        is_recent = tf.logical_and(is_recent, ago != 0)
        logits -= RECENT_PENALTY * tf.cast(is_recent, tf.float32)
        logits += tf.where(tf.equal(ago, 0), self.bonus, 0.0)
        return tf.where(goes_on, logits, NEVER)

    def follow(self, state, before, after):
        """Returns the next state of moments' low frames and their next ones, [B, K, h * w, C]."""
        windows = self.windows.value[:, :, None]
        shown, moved = (tf.reduce_sum(windows * frames, axis=1) for frames in (before, after))
        return moved + self.retention * (state - shown)


def _keep_retention(value):
    """Returns the nearest number that leaves the state bounded."""
    return keras.ops.clip(value, 0.0, MOST_RETENTION)


@tf.custom_gradient
def _distances(state, low, attended):
    """Returns squared distances [B, K, M] of a state [B, h * w, C] to moments [M, h * w, C].

    The gradient, by the state alone, is written out: it needs no differences [B, M, h * w, C].

    Args:
      state: low frames.
      low: those of the memory.
      attended: [K, h * w], what each part's distance counts each pixel.
    """

    def gradient(upstream):
        weights = tf.einsum("bkm,kp->bmp", upstream, attended)
        weighted = tf.einsum("bmp,mpc->bpc", weights, low)
        totals = tf.reduce_sum(weights, axis=1)[:, :, None]
        return 2.0 * (totals * state - weighted), None, None

    squares = tf.reduce_sum(tf.math.squared_difference(state[:, None], low), axis=3)
    return tf.einsum("kp,bmp->bkm", attended, squares), gradient


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
