"""How much a video moves, varies and how sharp it is: means of squares, frames in [0, 1].

Frame by frame, or row by row, so that no copy of the video is held.
"""

from collections.abc import Iterable

import numpy as np


def motion_energy(frames: np.ndarray) -> float:
    """Returns the mean squared difference of consecutive frames of [T, H, W, C]."""
    return _mean(_mean_square(frames[t + 1] - frames[t]) for t in range(len(frames) - 1))


def temporal_variance(frames: np.ndarray) -> float:
    """Returns the variance over time of [T, H, W, C], averaged over pixels and channels."""
    rows = frames.swapaxes(0, 1)
    return _mean(np.mean(np.var(row, axis=0)) for row in rows)


def edge_energy(frames: np.ndarray) -> float:
    """Returns the mean squared horizontal plus vertical difference of neighbouring pixels."""
    return _mean(
        _mean_square(np.diff(frame, axis=0)) + _mean_square(np.diff(frame, axis=1))
        for frame in frames
    )


def _mean_square(values: np.ndarray) -> float:
    return float(np.mean(np.square(values)))


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
