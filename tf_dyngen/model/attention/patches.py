"""Patches of the clip put together to a frame: where they come from, how well they fit.

A frame is made of places, the `Grid`. Each place has a source: a frame of the memory and the pixel
there at which its patch begins. Every function takes B frames at once.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.model.attention.layout import Grid

# Every so many pixels of a patch are compared: one in four.
COMPARED_STEP = 2
# Squared levels, of 255, below which differences are rounding and noise.
SMALLEST_COST = 6.5
# The own place, and those above, below, left and right of it.
NEIGHBOURS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))


class Sources(NamedTuple):
    """Where the patches of places come from; leaves [B, P] or [B, K, P] int32.

    time: frame of the memory; -1 - m stands for the one before frame m where m is a clip's first,
      and looks as m does. top, left: first pixel there.
    """

    time: tf.Tensor
    top: tf.Tensor
    left: tf.Tensor


def frame_of(time: tf.Tensor) -> tf.Tensor:
    """Returns the frames of the memory that times of sources show."""
    return tf.maximum(time, -1 - time)


def own_places(grid: Grid, times: tf.Tensor) -> Sources:
    """Returns sources [B, P] at which every place shows itself, of frames `times` [B]."""
    time = tf.repeat(times[:, None], grid.num_places, axis=1)
    zeros = tf.zeros_like(time)
    return Sources(time, zeros + grid.tops, zeros + grid.lefts)


def gather_patches(bank: tf.Tensor, grid: Grid, sources: Sources, step: int) -> tf.Tensor:
    """Returns the pixels of patches, every `step`, [..., P, n, C] float32 in levels.

    Args:
      bank: the memory's frames at the grid's size, [M * H * W, C] uint8.
      grid: where patches go; its patch's size counts.
      sources: leaves [..., P].
    """
    inner = tf.range(0, grid.patch, step)
    offsets = tf.reshape(inner[:, None] * grid.width + inner, [-1])
    first = (frame_of(sources.time) * grid.height + sources.top) * grid.width + sources.left
    return tf.cast(tf.gather(bank, tf.expand_dims(first, -1) + offsets), tf.float32)


def take_patches(frames: tf.Tensor, grid: Grid, step: int) -> tf.Tensor:
    """Returns the pixels that frames [B, H, W, C] show at each place, [B, P, n, C]."""
    flat = tf.reshape(frames, [-1, grid.height * grid.width, frames.shape[-1]])
    inner = np.arange(0, grid.patch, step)
    offsets = (inner[:, None] * grid.width + inner).ravel().astype(np.int32)
    # As a sum it stays small in the graph.
    pixels = (grid.tops * grid.width + grid.lefts)[:, None] + tf.constant(offsets)
    return tf.gather(flat, pixels, axis=1)


def offers(grid: Grid, sources: Sources) -> Sources:
    """Returns what each place would show if its neighbours' pieces of the clip went on to it.

    Args:
      grid: of the places.
      sources: leaves [B, P].
    Returns: leaves [B, 5, P]: the place's own source, then those of its neighbours, moved by as
      much as the places lie apart. At the border a place is its own neighbour.
    """
    rows, columns = np.divmod(np.arange(grid.num_places), grid.columns)
    near_rows = np.stack([np.clip(rows + down, 0, grid.rows - 1) for down, _ in NEIGHBOURS])
    near_columns = np.stack(
        [np.clip(columns + right, 0, grid.columns - 1) for _, right in NEIGHBOURS]
    )
    near = near_rows * grid.columns + near_columns
    down, right = (rows - near_rows) * grid.stride, (columns - near_columns) * grid.stride
    time, top, left = (tf.gather(leaf, near, axis=1) for leaf in sources)
    return Sources(
        time,
        tf.clip_by_value(top + down.astype(np.int32), 0, grid.height - grid.patch),
        tf.clip_by_value(left + right.astype(np.int32), 0, grid.width - grid.patch),
    )


def join(*several: Sources) -> Sources:
    """Returns candidates [B, K, P] of several sets of them."""
    return Sources(*(tf.concat(leaves, axis=1) for leaves in zip(*several, strict=True)))


def choose(grid: Grid, candidates: Sources, cost: tf.Tensor, preference: float) -> Sources:
    """Returns the best candidate of each place, leaves [B, P].

    A candidate that shows the same piece of the clip as k others counts as 1 + preference * k times
    nearer: coherence as in Ashikhmin, "Synthesizing natural textures", 2001.

    Args:
      grid: of the places.
      candidates: leaves [B, K, P].
      cost: [B, K, P], squared levels.
      preference: see above.
    """
    height, width = 2 * grid.height, 2 * grid.width
    down = candidates.top - grid.tops + grid.height
    right = candidates.left - grid.lefts + grid.width
    # One number a piece; it passes 2^31 where clips are long and frames are large.
    piece = tf.cast(candidates.time, tf.int64) * (height * width) + tf.cast(
        down * width + right, tf.int64
    )
    same = tf.equal(piece[:, :, None], piece[:, None])
    others = tf.reduce_sum(tf.cast(same, tf.float32), axis=2) - 1.0
    fit = (cost + SMALLEST_COST) / (1.0 + preference * others)
    best = tf.argmin(fit, axis=1, output_type=tf.int32)
    return Sources(
        *(tf.gather(tf.transpose(leaf, [0, 2, 1]), best, batch_dims=2) for leaf in candidates)
    )


def distance(patches: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Returns the mean squared difference of patches [..., n, C]."""
    return tf.reduce_mean(tf.math.squared_difference(patches, others), axis=[-2, -1])


class Painter:
    """Puts patches together: each pixel is a mixture of its four nearest places' patches.

    The weights rise from 0 to 1 between two places along a smooth step; where places show one
    piece of the clip, the mixture is that piece, to the bit of a level.
    """

    def __init__(self, grid: Grid):
        self._grid = grid
        top, bottom, below = _axis(grid.height, grid)
        left, right, beside = _axis(grid.width, grid)
        corners = [
            (rows, columns, share_of_row[:, None] * share)
            for rows, share_of_row in ((top, 1.0 - below), (bottom, below))
            for columns, share in ((left, 1.0 - beside), (right, beside))
        ]
        places = [(rows[:, None] * grid.columns + columns).ravel() for rows, columns, _ in corners]
        # Tensors that graphs take from outside: a constant within a graph is held several times
        # over, for every call.
        with tf.init_scope():
            # [4, H * W]
            self._places = tf.constant(np.stack(places), tf.int32)
            weights = np.stack([share.ravel() for *_, share in corners])
            self._weights = tf.constant(weights.astype(np.float32)[:, :, None])
            self._rows = tf.constant(np.repeat(np.arange(grid.height), grid.width), tf.int32)
            self._columns = tf.constant(np.tile(np.arange(grid.width), grid.height), tf.int32)

    def __call__(self, bank: tf.Tensor, sources: Sources) -> tf.Tensor:
        """Returns frames [B, H, W, C] float32 in levels, of sources [B, P] in a bank."""
        grid = self._grid
        down, right = sources.top - grid.tops, sources.left - grid.lefts
        time, down, right = (
            tf.gather(leaf, self._places, axis=1) for leaf in (frame_of(sources.time), down, right)
        )
        row = tf.clip_by_value(self._rows + down, 0, grid.height - 1)
        column = tf.clip_by_value(self._columns + right, 0, grid.width - 1)
        pixels = tf.gather(bank, (time * grid.height + row) * grid.width + column)
        mixed = tf.reduce_sum(self._weights * tf.cast(pixels, tf.float32), axis=1)
        return tf.reshape(mixed, [-1, grid.height, grid.width, bank.shape[-1]])


def _axis(size: int, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the places before and after each pixel along one axis, and the latter's weight."""
    number = (size - grid.patch) // grid.stride + 1
    centre = (np.arange(size) - (grid.patch - 1) / 2) / grid.stride
    centre = np.clip(centre, 0, number - 1)
    before = np.floor(centre).astype(np.int32)
    share = centre - before
    return before, np.minimum(before + 1, number - 1), share**2 * (3.0 - 2.0 * share)
