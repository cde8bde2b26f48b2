"""The transition at the low size: parts of the picture follow moments of the clip.

Every part of the picture follows a moment of the clip, a frame of the memory. The noise xi chooses
it, from frame to frame, by hard attention: the logits of all moments are their squared distances to
the state, negative; the moment followed is given a bonus, and xi is added. What the state differs
from its moments is never dropped, only forgotten, so the low frames are continuous and are no
frames of the clip.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

# What a moment's logit is lowered by where it has just been shown, or comes next anyhow.
RECENT_PENALTY = 3.0
NUM_RECENT = 3
NEVER = -1e9
# Draws by which the bonus of the moment that is followed is calibrated.
MOST_SCORES, FEWEST_DRAWS, MOST_DRAWS, SEED = 1_500_000, 25, 200, 0
MOST_CALIBRATED = 100
MOST_RETENTION = 0.99
# Steps of equal length go to and fro: a moment that is entered more often is left less often.
ROUNDS, FIRST_STEP = 30, 0.5
# The largest bias, over the bonus.
BIAS_OF_BONUS = 0.45


class Parts(NamedTuple):
    """How the picture is shared out.

    windows: [K, h * w], what each part shows of the low frame; they add up to 1.
    contexts: [K, h * w], what counts when a part compares moments: itself, and its surroundings
      by less, so that parts that touch agree.
    """

    windows: np.ndarray
    contexts: np.ndarray


def share_out(size: tuple[int, int], parts: int, context: float) -> Parts:
    """Returns parts x parts windows of a low frame.

    Args:
      size: (h, w) of low frames.
      parts: along each side.
      context: what the surroundings of a part count in comparisons, 0 to 1.
    """

    def along(length: int) -> np.ndarray:
        edges = np.arange(1, parts) * length / parts
        places = np.arange(length) + 0.5
        ramps = np.clip((places - edges[:, None]) + 0.5, 0.0, 1.0)
        rising = np.concatenate([np.ones((1, length)), ramps])
        return rising - np.concatenate([ramps, np.zeros((1, length))])

    windows = np.einsum("ih,jw->ijhw", along(size[0]), along(size[1])).reshape(parts**2, -1)
    contexts = windows + context * (1.0 - windows)
    return Parts(windows.astype(np.float32), contexts.astype(np.float32))


class MomentTransition(keras.layers.Layer):
    """s' = low[j + 1] + retention * (s - low[j]), part by part; the noise chooses the moments j.

    Args:
      parts: how the picture is shared out.
      num_moments: M, frames in memory.
      retention: what is kept, from frame to frame, of the state's difference from its moments.
      temperature: of the attention, in units of `scale`.

    Attributes:
      log_temperature: scalar, the logarithm of the temperature as it is learned.
      retention: scalar; not trained unless it is told to be, since new video is no better for it.
      scale: [K], the usual squared distance of moments that are near each other.
      bonus: [K], what is added to the logit of the moment that is followed.
      bias: [K, M], what is added to that of each moment, see `balance`.
    """

    def __init__(self, parts: Parts, num_moments: int, *, retention: float, temperature: float):
        super().__init__(name="moments")
        self._parts = parts
        self._num_moments = num_moments
        num_parts = len(parts.windows)
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
            shape=(num_parts,), initializer="zeros", trainable=False, name="bonus"
        )
        self.bias = self.add_weight(
            shape=(num_parts, num_moments), initializer="zeros", trainable=False, name="bias"
        )
        self.built = True

    @property
    def windows(self) -> np.ndarray:
        """What each part shows of the low frame, [K, h * w]; they add up to 1."""
        return self._parts.windows

    @property
    def num_parts(self) -> int:
        """K, the number of parts."""
        return len(self._parts.windows)

    def calibrate(self, low: np.ndarray, goes_on: np.ndarray, switch: float) -> None:
        """Sets scale and bonus by the clip.

        Args:
          low: [M, h * w * C], the low frames of the memory, 0 to 1.
          goes_on: [M] bool, whether a moment has a next frame.
          switch: probability that a part whose state is its moment changes to another.
        """
        pixels = low.reshape(len(low), self._parts.contexts.shape[1], -1)
        temperature = float(np.exp(self.log_temperature.numpy()))
        scales, biases = [], []
        for number, context in enumerate(self._parts.contexts):
            if number and np.array_equal(context, self._parts.contexts[number - 1]):
                scales.append(scales[-1])
                biases.append(biases[-1])
                continue
            keys = (pixels * np.sqrt(context)[:, None]).reshape(len(low), -1)
            squares = np.square(keys).sum(axis=1)
            distances = np.maximum(squares[:, None] + squares - 2.0 * keys @ keys.T, 0.0)
            scales.append(_usual_distance(distances))
            logits = -distances / (temperature * scales[-1])
            biases.append(balance(logits, goes_on, switch))
        self.scale.assign(scales)
        self.bonus.assign([bonus for bonus, _ in biases])
        self.bias.assign([bias for _, bias in biases])

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
        logits = self.logits(state, moments, low, goes_on) + noise
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
        logits = self.logits(state, moments, low, allowed) + noise
        shares = tf.nn.softmax(logits / softness, axis=2)
        followed = tf.einsum("bkm,mpc->bkpc", shares, low)
        next_low = tf.concat([low[1:], low[-1:]], axis=0)
        state = self.follow(state, followed, tf.einsum("bkm,mpc->bkpc", shares, next_low))
        chosen = tf.argmax(logits, axis=2, output_type=tf.int32)
        return state, tf.minimum(chosen + 1, self._num_moments - 1)

    def logits(self, state, moments, low, goes_on):
        """Returns the logits [B, K, M] of all moments; arguments as of `call`."""
        distances = _distances(state, tf.convert_to_tensor(low), self._parts.contexts)
        logits = self.bias - distances / (tf.exp(self.log_temperature) * self.scale[:, None])
        ago = moments[:, :, None] - tf.range(self._num_moments)
        is_recent = tf.logical_and(ago >= -1, ago <= NUM_RECENT)
        is_recent = tf.logical_and(is_recent, ago != 0)
        logits -= RECENT_PENALTY * tf.cast(is_recent, tf.float32)
        logits += tf.where(tf.equal(ago, 0), self.bonus[:, None], 0.0)
        return tf.where(goes_on, logits, NEVER)

    def follow(self, state, before, after):
        """Returns the next state of moments' low frames and their next ones, [B, K, h * w, C]."""
        windows = self._parts.windows[:, :, None]
        shown, moved = (tf.reduce_sum(windows * frames, axis=1) for frames in (before, after))
        return moved + self.retention * (state - shown)


def _keep_retention(value):
    """Returns the nearest number that leaves the state bounded."""
    return keras.ops.clip(value, 0.0, MOST_RETENTION)


@tf.custom_gradient
def _distances(state, low, contexts):
    """Returns squared distances [B, K, M] of a state [B, h * w, C] to moments [M, h * w, C].

    The gradient, by the state alone, is written out: it needs no differences [B, M, h * w, C].
    """
    squares = tf.reduce_sum(tf.math.squared_difference(state[:, None], low), axis=3)

    def gradient(upstream):
        weighted = tf.einsum("bkm,mpc->bkpc", upstream, low)
        totals = tf.reduce_sum(upstream, axis=2)[:, :, None, None]
        by_part = contexts[:, :, None] * (totals * state[:, None] - weighted)
        return 2.0 * tf.reduce_sum(by_part, axis=1), None, None

    return tf.einsum("bmp,kp->bkm", squares, contexts), gradient


def _usual_distance(distances: np.ndarray) -> float:
    """Returns the median distance of a moment to the third nearest other; [M, M] is given."""
    others = distances + np.where(np.eye(len(distances), dtype=bool), np.inf, 0.0)
    third = np.sort(others, axis=1)[:, min(2, len(distances) - 2)] if len(distances) > 1 else [1.0]
    return max(float(np.median(third)), 1e-6)


def balance(logits: np.ndarray, goes_on: np.ndarray, switch: float) -> tuple[float, np.ndarray]:
    """Finds the bonus and biases with which moments are left and entered as they should be.

    Args:
      logits: [M, M], of all moments (columns) where the state is a moment of the clip (rows).
      goes_on: [M] bool.
      switch: probability with which the moment that is followed is to be left.
    Returns: the bonus; the bias of each moment, [M], with which moments are entered as often as
      they are left where the states are all moments of the clip, and have their share of what
      follows its ends: else those that have many like them would be shown more often than in the
      clip.
    """
    number = len(logits)
    if not goes_on.any():
        return 0.0, np.zeros(number)
    rows = np.arange(number)
    rows = rows[np.linspace(0, number - 1, min(number, MOST_CALIBRATED)).astype(int)]
    ago = rows[:, None] - np.arange(number)
    recent = (ago >= -1) & (ago <= NUM_RECENT) & (ago != 0)
    scores = np.where(goes_on, logits[rows] - RECENT_PENALTY * recent, NEVER)
    num_draws = int(np.clip(MOST_SCORES // (len(rows) * number), FEWEST_DRAWS, MOST_DRAWS))
    noise = np.random.default_rng(SEED).standard_normal((num_draws, len(rows), number))
    floor = 0.2 / number
    bonus, bias = 0.0, np.zeros(number)
    for completed in range(ROUNDS):
        disturbed = scores + bias + noise
        own = disturbed[:, np.arange(len(rows)), rows]
        others = disturbed.copy()
        others[:, np.arange(len(rows)), rows] = NEVER
        best = others.argmax(axis=2)
        margin = np.take_along_axis(others, best[..., None], axis=2)[..., 0] - own
        usable = goes_on[rows]
        bonus = max(float(np.quantile(margin[:, usable], 1.0 - switch)), 0.0)
        left = (margin > bonus) | ~usable
        entered = np.bincount(best[left], minlength=number) / left.sum()
        # A moment must be entered as often as it is left.
        wanted = np.interp(np.arange(number), rows, left.mean(axis=0)) * goes_on
        wanted /= max(wanted.sum(), floor)
        step = FIRST_STEP / np.sqrt(1.0 + completed)
        bias -= step * np.log((entered + floor) / (wanted + floor)) * goes_on
        # Without noise the bonus decides, and the clip is played as it is.
        bias = np.clip(bias, -BIAS_OF_BONUS * bonus, BIAS_OF_BONUS * bonus)
    return bonus, bias
