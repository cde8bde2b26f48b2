"""Whether a synthesis is new or a copy of what was learned."""

from typing import NamedTuple

import numpy as np

WINDOW = 8


class Nearness(NamedTuple):
    """How near a video is to training frames.

    frame_distance: to the nearest training frame, root mean square, median over frames.
    window_distance: the same of WINDOW consecutive frames; not a number for shorter videos.
    replayed: of all steps from frame to frame, the share at which the nearest training frame moves
      on by exactly one: 1 for a video that is played again.
    """

    frame_distance: float
    window_distance: float
    replayed: float


def nearness(frames: np.ndarray, training: np.ndarray) -> Nearness:
    """Compares frames [T, H, W, C] with training frames [T', H, W, C], both in [0, 1]."""
    squares = squared_distances(frames, training)
    nearest = np.argmin(squares, axis=1)
    return Nearness(
        _median_root(squares),
        _median_root(_over_windows(squares)),
        float(np.mean(np.diff(nearest) == 1)),
    )


def squared_distances(frames: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Returns the mean squared difference of every frame to every other one, [T, T']."""
    first = frames.reshape(len(frames), -1).astype(np.float64)
    second = others.reshape(len(others), -1).astype(np.float64)
    # Around their mean the numbers are small, and so is what rounding leaves of equal frames.
    centre = second.mean(axis=0)
    first, second = first - centre, second - centre
    squares = np.square(first).sum(axis=1)[:, None] + np.square(second).sum(axis=1)
    return np.maximum(squares - 2.0 * first @ second.T, 0.0) / first.shape[1]


def _over_windows(squares: np.ndarray) -> np.ndarray:
    """Returns the mean squared distances of windows, [T - WINDOW + 1, T' - WINDOW + 1]."""
    length = min(WINDOW, *squares.shape)
    rows, columns = squares.shape[0] - length + 1, squares.shape[1] - length + 1
    return np.mean([squares[i : i + rows, i : i + columns] for i in range(length)], axis=0)


def _median_root(squares: np.ndarray) -> float:
    return float(np.median(np.sqrt(squares.min(axis=1))))
