"""Whether a video is new: nowhere a copy of what was learned nor of itself."""

from collections.abc import Iterable

import numpy as np

from tf_dyngen.averaging import average_down

# Frames of a stretch.
STRETCH = 8
# Frames are averaged to sides of this at most, so that noise makes no copy look new.
LARGEST_SIDE = 32
# Of the usual distance of real stretches to learned ones, below which one is a copy.
COPY = 0.35
# Of repeats, the longest time back that is searched, frames.
LONGEST_MEMORY = 300
# Frames between stretches whose likeness is no repeat but slow motion.
GAP = 2 * STRETCH


def thumbnail(frames: np.ndarray) -> np.ndarray:
    """Averages uint8 frames [T, H, W, C] to sides of LARGEST_SIDE at most, float32 in [0, 1]."""
    factor = -(-max(frames.shape[1:3]) // LARGEST_SIDE)
    return average_down(frames, factor) / np.float32(255.0)


def nearest_distances(frames: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Returns each stretch's root mean square distance to the nearest of others, [N]."""
    return np.sqrt(_stretches(squared_distances(frames, others)).min(axis=1))


def repeat_distance(frames: np.ndarray, memory: int) -> float | None:
    """Returns the median distance of stretches to the nearest earlier one, of so long a past.

    None where the video is not longer than that past.
    """
    if len(frames) < memory + STRETCH:
        return None
    squares = _stretches(squared_distances(frames, frames))
    nearest = [
        squares[time, time - memory : time - GAP + 1].min() for time in range(memory, len(squares))
    ]
    return float(np.median(np.sqrt(nearest)))


def memory_for(length: int) -> int | None:
    """Returns how far back repeats are searched beside a clip of so many frames; None: too few."""
    memory = min(LONGEST_MEMORY, length // 2)
    return memory if memory > GAP else None


def diversity(videos: Iterable[np.ndarray], reality: np.ndarray) -> float:
    """Returns how much videos differ from one another, beside moments of the real clip.

    The mean squared difference of two videos at one time, over all pairs, over twice the variance
    over time of the real frames, which is the mean squared difference of two unrelated moments:
    0 for videos that are all the same, 1 for videos that differ as real moments do.

    Args:
      videos: two or more, frames [T, H, W, C]; of longer ones, the end is left out.
      reality: real frames [T', H, W, C].
    """
    videos = list(videos)
    stack = np.stack([video[: min(map(len, videos))] for video in videos])
    # Over all pairs, the mean squared difference is twice the unbiased variance.
    return float(np.var(stack, axis=0, ddof=1).mean() / max(np.mean(np.var(reality, axis=0)), 1e-9))


def squared_distances(frames: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Returns the mean squared difference of every frame to every other one, [T, T']."""
    first = frames.reshape(len(frames), -1).astype(np.float64)
    second = others.reshape(len(others), -1).astype(np.float64)
    # Around their mean the numbers are small, and so is what rounding leaves of equal frames.
    centre = second.mean(axis=0)
    first, second = first - centre, second - centre
    squares = np.square(first).sum(axis=1)[:, None] + np.square(second).sum(axis=1)
    return np.maximum(squares - 2.0 * first @ second.T, 0.0) / first.shape[1]


def _stretches(squares: np.ndarray) -> np.ndarray:
    """Returns the mean squared distances of stretches, [T - STRETCH + 1, T' - STRETCH + 1]."""
    length = min(STRETCH, *squares.shape)
    rows, columns = squares.shape[0] - length + 1, squares.shape[1] - length + 1
    return np.mean([squares[i : i + rows, i : i + columns] for i in range(length)], axis=0)
