"""How far the statistics of frames drawn from the model are from those of a clip, with gradients.

The likelihood says what frames should be where a clip's latents are, and nothing about states in
between, where new video comes from. What can be said of them is that their patches, and how these
change over time, should be distributed as the clip's: the sliced Wasserstein distance (Rabin et
al., SSVM 2011), which texture synthesis by Heitz et al. (CVPR 2021) and Elnekave and Weiss (CVPR
2022) is built on.
"""

from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.inference.draws import fold_in
from tf_dyngen.model.shapes import static_shape

PATCH_SIDE = 8
# Random filters of a size, and responses of each that are compared.
NUM_FILTERS, NUM_RESPONSES = 16, 1024
STRIDE = 4
# Energies below this, of pixels in [-1, 1], are rounding.
SMALLEST_ENERGY = 1e-6


class _Change(NamedTuple):
    """A filter over time: the response at `frames` behind a first one, times `factors`."""

    frames: tuple[int, ...]
    factors: tuple[float, ...]


STANDING = _Change((0,), (1.0,))
LAGS = (1, 2, 4, 8, 16, 32)


def statistics_distance(
    made: tf.Tensor, real: tf.Tensor, num_frames: tf.Tensor, seed: tf.Tensor
) -> tf.Tensor:
    """Returns the distance of statistics, a scalar: 0 at best, about 2 for a still picture.

    8x8 patches of frames, at full and at half size, are projected on random filters. Sorted
    responses are compared, and sorted changes of responses over 1, 2, 4, ... frames, and sorted
    responses to what is fine: each by its mean squared difference over the mean square of the
    clip's; that of responses themselves over their variance in time.

    Sorted responses are averaged over the windows of `made`. Windows of a texture differ in energy,
    and a model that was compared by single ones would learn to move less, to differ less: of two,
    the expected energy is that of the clip, to first order.

    Args:
      made: windows drawn independently, frames [K, T, H, W, C] in [-1, 1], what the distance has
        gradients of.
      real: the clip's frames, [T', H, W, C].
      num_frames: int32 scalar, how many of `real` are the clip's.
      seed: [2] int32, of filters and places.
    """
    length = static_shape(made)[1]
    changes = [_Change((0, lag), (-1.0, 1.0)) for lag in LAGS if lag == 1 or 2 * lag <= length + 2]
    changes.insert(0, _Change((0, 1, 2), (1.0, -2.0, 1.0)))
    lengths = tf.constant(length), num_frames
    distances = []
    for number, clips in enumerate(zip(*map(_sizes, (*tf.unstack(made), real)), strict=True)):
        size_seed = fold_in(seed, number)
        filters = _draw_filters(clips[0], size_seed)
        coarse = [_respond(frames, filters) for frames in clips]
        fine = [_respond(_details(frames), filters) for frames in clips]
        compared = [(coarse, [STANDING, *changes]), (fine, [STANDING])]
        distances.append(_compare(compared, lengths, size_seed))
    return tf.add_n(distances) / len(distances)


def _sizes(frames: tf.Tensor) -> list[tf.Tensor]:
    """Returns frames, and their averages over 2x2 pixels where there is more than one row."""
    if min(static_shape(frames)[1:3]) == 1:
        return [frames]
    return [frames, tf.nn.avg_pool2d(frames, 2, 2, "VALID")]


def _details(frames: tf.Tensor) -> tf.Tensor:
    """Returns what averages over 3x3 pixels lack."""
    return frames - tf.nn.avg_pool2d(frames, 3, 1, "SAME")


def _draw_filters(frames: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Returns random filters [h, w, C, F] of norm 1."""
    height, width, channels = static_shape(frames)[1:]
    sides = [min(PATCH_SIDE, height), min(PATCH_SIDE, width), channels]
    filters = tf.random.stateless_normal([*sides, NUM_FILTERS], seed, dtype=frames.dtype)
    return filters / tf.sqrt(tf.reduce_sum(tf.square(filters), axis=[0, 1, 2]))


def _respond(frames: tf.Tensor, filters: tf.Tensor) -> tf.Tensor:
    """Returns the responses [T, P, F] of frames at P places."""
    maps = tf.nn.conv2d(frames, filters, STRIDE, "VALID")
    return tf.reshape(maps, [static_shape(frames)[0], -1, NUM_FILTERS])


def _compare(compared, lengths: tuple[tf.Tensor, tf.Tensor], seed: tf.Tensor) -> tf.Tensor:
    """Returns the distance of responses.

    Args:
      compared: lists of responses [T, P, F], of each window made and of the real one, with a list
        of changes each: frames standing and their changes by rising lag, details standing.
      lengths: of a window made, and of the real one.
      seed: of places.
    """
    taken, number = [], 0
    for (*made, real), changes in compared:
        # The same places of all: what stands still there is no difference.
        places = [_draw_places(fold_in(seed, number + i), real.dtype) for i in range(len(changes))]
        sides = zip((tf.stack(made), real[None]), lengths, strict=True)
        taken.append(tf.concat([_take(*side, changes, places) for side in sides], axis=1))
        number += len(changes)
    errors, energies = [], []
    for windows in tf.unstack(_sort(tf.concat(taken, axis=0))):
        *made, real = tf.unstack(windows)
        errors.append(tf.reduce_mean(tf.square(tf.add_n(made) / len(made) - real)))
        energies.append(tf.reduce_mean(tf.square(real)))
    # Far apart in time, responses differ by twice their variance.
    energies[0] = energies[-2] / 2
    relative = tf.stack(errors) / (tf.stack(energies) + SMALLEST_ENERGY)
    return relative[0] + tf.reduce_mean(relative[1:])


def _draw_places(seed: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """Returns times and places, [2, NUM_RESPONSES], as shares in [0, 1)."""
    return tf.random.stateless_uniform([2, NUM_RESPONSES], seed, dtype=dtype)


def _take(responses: tf.Tensor, length: tf.Tensor, changes: list[_Change], places: list[tf.Tensor]):
    """Returns changes of responses at random times and places, [changes, K, F, NUM_RESPONSES].

    Behind its end a clip stands still.

    Args:
      responses: of K windows, [K, T, P, F].
      length: T, or less in a clip that is padded.
      changes: what is taken.
      places: of each change, see `_draw_places`.
    """
    num_windows, _, num_places, _ = static_shape(responses)
    draws = tf.stack(places)
    latest = tf.maximum(length - [change.frames[-1] for change in changes], 1)
    times = _whole(draws[:, 0], latest[:, None])
    taken_places = _whole(draws[:, 1], tf.constant(num_places))
    # All that the changes consist of, one after the other.
    numbers = [number for number, change in enumerate(changes) for _ in change.frames]
    later = tf.constant([frame for change in changes for frame in change.frames])
    factors = [factor for change in changes for factor in change.factors]
    shown = tf.minimum(tf.gather(times, numbers) + later[:, None], length - 1)
    rows = shown * num_places + tf.gather(taken_places, numbers)
    flat = tf.reshape(responses, [num_windows, -1, NUM_FILTERS])
    weighted = tf.constant(factors, flat.dtype)[:, None, None] * tf.gather(flat, rows, axis=1)
    parts = iter(tf.unstack(weighted, axis=1))
    sums = [tf.add_n([next(parts) for _ in change.frames]) for change in changes]
    return tf.transpose(tf.stack(sums), [0, 1, 3, 2])


def _whole(shares: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
    """Returns whole numbers from 0 to `number` - 1 of shares in [0, 1)."""
    scaled = tf.cast(shares * tf.cast(number, shares.dtype), tf.int32)
    return tf.minimum(scaled, number - 1)


def _sort(responses: tf.Tensor) -> tf.Tensor:
    """Returns rows [..., n] in ascending order; the gradient goes where the values came from."""
    rows = tf.reshape(responses, [-1, static_shape(responses)[-1]])
    ordered = tf.gather(rows, tf.argsort(rows, axis=1), batch_dims=1)
    return tf.reshape(ordered, responses.shape)
