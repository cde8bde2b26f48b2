"""The search of patches that make a frame: what each place of a grid shows next."""

import numpy as np
import tensorflow as tf

from tf_dyngen.config import AttentionConfig
from tf_dyngen.model.attention.layout import Grid
from tf_dyngen.model.attention.memory import Memory
from tf_dyngen.model.attention.patches import (
    COMPARED_STEP,
    Painter,
    Sources,
    choose,
    distance,
    frame_of,
    gather_patches,
    join,
    offers,
    take_patches,
)

PEAK = 255.0
# No time of sources: they are those of a memory's frames, or -1 - those.
NO_FRAME = np.iinfo(np.int32).min


class PatchSearch:
    """The search of patches at one size, for one frame.

    Args:
      memory: that is searched.
      settings: of the model.
      grid: of the places; painter: of the same.
      continued: candidates [B, 5, P], of pieces that go on.
      shown: sources [B, P] of the last frame.
      before: the last frame at this size, [B, H, W, C] in levels.
    """

    def __init__(
        self,
        memory: Memory,
        settings: AttentionConfig,
        grid: Grid,
        painter: Painter,
        continued,
        shown: Sources,
        before,
    ):
        self._memory = memory
        self._grid, self._painter = grid, painter
        self._bank = memory.bank(grid).value
        self._continued = continued
        # Where a clip ends nothing goes on: what has just been shown would stand still.
        last = frame_of(shown.time)
        ends = tf.equal(tf.gather(memory.after, last), last)
        self._standing = tf.where(ends, last, NO_FRAME)[:, None]
        self._continuity, self._coherence = settings.continuity, settings.coherence
        self._before = take_patches(before, grid, COMPARED_STEP)[:, None]

    def run(self, start: Sources, low_frames) -> Sources:
        """Returns the sources [B, P] found.

        Args:
          start: sources [B, P] to begin with.
          low_frames: [B, NUM_LOW, h * w, C] that guide the search; None where `start` does.
        """
        grid = self._grid
        offered = offers(grid, start)
        candidates = join(offered, self._continued)
        if low_frames is None:
            fit = self._distance_to(candidates, self._painter(self._bank, start))
        else:
            fit = self._low_distance(candidates, low_frames)
        steady = self._unsteadiness(self._continued)
        cost = fit + tf.concat([self._unsteadiness(offered), steady], axis=1)
        current = choose(grid, candidates, cost, self._coherence)
        offered = offers(grid, current)
        candidates = join(offered, self._continued)
        fit = self._distance_to(candidates, self._painter(self._bank, current))
        cost = fit + tf.concat([self._unsteadiness(offered), steady], axis=1)
        return choose(grid, candidates, cost, self._coherence)

    def _unsteadiness(self, candidates: Sources) -> tf.Tensor:
        """Returns what candidates [B, K, P] cost by what was shown before, in squared levels."""
        times = tf.gather(self._memory.before, frame_of(candidates.time))
        before = candidates._replace(time=times)
        shown = gather_patches(self._bank, self._grid, before, COMPARED_STEP)
        stands = tf.cast(tf.equal(candidates.time, self._standing), tf.float32)
        return self._continuity * distance(shown, self._before) + PEAK**2 * stands

    def _distance_to(self, candidates: Sources, frames) -> tf.Tensor:
        """Returns how far candidates are from frames [B, H, W, C], in squared levels."""
        shown = gather_patches(self._bank, self._grid, candidates, COMPARED_STEP)
        return distance(shown, take_patches(frames, self._grid, COMPARED_STEP)[:, None])

    def _low_distance(self, candidates: Sources, low_frames) -> tf.Tensor:
        """Returns how far candidates are from the low frames, [B, K, P], in squared levels."""
        memory, low_grid = self._memory, self._memory.low_grid
        ratio = self._grid.stride // low_grid.stride
        inner = np.arange(low_grid.patch)
        offsets = (inner[:, None] * low_grid.width + inner).ravel()
        first = candidates.top // ratio * low_grid.width + candidates.left // ratio
        size = low_grid.height * low_grid.width
        bank = tf.reshape(memory.low, [-1, low_frames.shape[-1]])
        times = frame_of(candidates.time)
        total = tf.zeros([])
        for number, moment in enumerate(
            (tf.gather(memory.before, times), times, tf.gather(memory.after, times))
        ):
            shown = tf.gather(bank, tf.expand_dims(moment * size + first, -1) + offsets)
            wanted = tf.gather(low_frames[:, number], low_grid.pixels(), axis=1)[:, None]
            total += distance(shown, wanted)
        return total * (PEAK**2 / 3)


def doubled(coarse: Grid, fine: Grid, sources: Sources) -> Sources:
    """Returns the sources [B, P] in frames twice as large of those of a coarser grid.

    Each place of the fine grid shows the piece of the coarse place whose centre is nearest.
    """

    def nearest(length: int, number: int) -> np.ndarray:
        centres = (np.arange(length) * fine.stride + fine.patch / 2) / 2
        return np.abs(
            centres[:, None] - (np.arange(number) * coarse.stride + coarse.patch / 2)
        ).argmin(axis=1)

    rows, columns = nearest(fine.rows, coarse.rows), nearest(fine.columns, coarse.columns)
    places = (rows[:, None] * coarse.columns + columns).ravel()
    time, top, left = (tf.gather(leaf, places, axis=1) for leaf in sources)
    down, right = 2 * (top - coarse.tops[places]), 2 * (left - coarse.lefts[places])
    return Sources(
        time,
        tf.clip_by_value(fine.tops + down, 0, fine.height - fine.patch),
        tf.clip_by_value(fine.lefts + right, 0, fine.width - fine.patch),
    )
