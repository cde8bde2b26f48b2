"""How much a video moves, varies and how sharp it is: means of squares, frames in [0, 1]."""

import numpy as np


def motion_energy(frames: np.ndarray) -> float:
    """Returns the mean squared difference of consecutive frames of [T, H, W, C]."""
    return float(np.mean(np.square(np.diff(frames, axis=0))))


def temporal_variance(frames: np.ndarray) -> float:
    """Returns the variance over time of [T, H, W, C], averaged over pixels and channels."""
    return float(np.mean(np.var(frames, axis=0)))


def edge_energy(frames: np.ndarray) -> float:
    """Returns the mean squared horizontal plus vertical difference of neighbouring pixels."""
    vertical, horizontal = np.diff(frames, axis=1), np.diff(frames, axis=2)
    return float(np.mean(np.square(vertical)) + np.mean(np.square(horizontal)))
