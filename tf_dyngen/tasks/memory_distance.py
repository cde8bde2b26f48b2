"""How far frames are from what an attention model remembers, beside its own frames' distances."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.memory import low_frames_of

# Of low frames: side of a patch, and from one to the next, in pixels.
PATCH, STRIDE = 8, 4
# Frames nearer than this in time show the same moment.
SAME_MOMENT = 6
# Frames are far where their patches are so many times as far from the memory as its own are from
# each other, or so many levels.
FAR, FEWEST_LEVELS = 2.0, 8.0
MOST_FRAMES = 100
PEAK = 255.0


class MemoryDistance(NamedTuple):
    """Root mean square distances of patches to the nearest of the memory, in levels.

    found: of the frames asked for. usual: of frames of the memory, to other moments of their clip.
    """

    found: float
    usual: float

    @property
    def is_far(self) -> bool:
        """Whether the frames are unlike anything in the memory."""
        return self.found > max(FAR * self.usual, FEWEST_LEVELS)


def memory_distance(
    generator: AttentionGenerator, frames: np.ndarray, lengths: Sequence[int]
) -> MemoryDistance:
    """Measures how far frames are from the memory.

    Args:
      generator: of the memory.
      frames: [T, H, W, C] in levels.
      lengths: of the clips in memory, in frames.
    """
    height, width = generator.layout.low
    remembered = generator.memory.low.numpy().reshape(sum(lengths), height, width, -1)
    known = _patches(remembered)
    asked = _patches(low_frames_of(_some(frames), generator.layout))
    rows = _some(np.arange(len(remembered)))
    clips = np.repeat(np.arange(len(lengths)), lengths)
    # Of another clip, moments may be unlike for being of another clip.
    others = (np.abs(rows[:, None] - np.arange(len(remembered))) >= SAME_MOMENT) & (
        clips[rows, None] == clips
    )
    found, usual = [], []
    for place in range(known.shape[1]):
        found.append(_distances(asked[:, place], known[:, place]).min(axis=1))
        own = _distances(known[rows, place], known[:, place])
        usual.append(np.where(others, own, np.inf).min(axis=1))
    apart = np.stack(usual)
    apart = apart[:, np.isfinite(apart).all(axis=0)]
    if not apart.size:
        # No other moments: frames may be as far as the memory's are from their mean.
        apart = np.square(known - known.mean(axis=0)).mean(axis=(0, 2))
    return MemoryDistance(_levels(np.stack(found)), _levels(apart))


def _levels(squares: np.ndarray) -> float:
    return PEAK * float(np.sqrt(squares.mean()))


def _some(rows: np.ndarray) -> np.ndarray:
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_FRAMES)).astype(int)]


def _patches(low: np.ndarray) -> np.ndarray:
    """Returns patches [T, P, D] of low frames [T, h, w, C]."""
    sides = (min(PATCH, low.shape[1]), min(PATCH, low.shape[2]))
    windows = np.lib.stride_tricks.sliding_window_view(low, sides, axis=(1, 2))
    chosen = windows[:, ::STRIDE, ::STRIDE]
    return chosen.reshape(len(low), chosen.shape[1] * chosen.shape[2], -1)


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns the mean squared differences [N, M] of rows."""
    squares = np.square(first).mean(axis=1)[:, None] + np.square(second).mean(axis=1)
    return np.maximum(squares - 2.0 * first @ second.T / first.shape[1], 0.0)
