"""Straight steps of brightness where a clip has none: seams of pieces that do not fit."""

import numpy as np
from scipy.ndimage import maximum_filter, uniform_filter1d

# Pixels along a step over which it is averaged, and around a place whose steps count as its own.
LENGTH, REACH = 8, 5
# Of the steepest step of the clip, beyond which one is a seam.
STEEPER = 1.1


class ClipSteps:
    """The steepest steps of a clip, place by place.

    Args:
      frames: [T, H, W, C] uint8.
    """

    def __init__(self, frames: np.ndarray):
        self._steepest = [
            STEEPER * maximum_filter(steps.max(axis=0), REACH) for steps in _steps(frames)
        ]

    def steeper_share(self, frames: np.ndarray) -> float:
        """Returns the share of places and moments with a step steeper than the clip's there."""
        shares = [
            float(np.mean(steps > steepest)) if steps.size else 0.0
            for steps, steepest in zip(_steps(frames), self._steepest, strict=True)
        ]
        return float(np.mean(shares))


def _steps(frames: np.ndarray) -> list[np.ndarray]:
    """Returns how much more brightness steps than beside it, across columns and across rows."""
    grey = frames.mean(axis=-1, dtype=np.float32)
    steps = []
    for axis in (1, 2):
        slopes = np.moveaxis(np.diff(grey, axis=axis), axis, 0)
        excess = slopes[1:-1] - (slopes[:-2] + slopes[2:]) / 2.0
        excess = np.moveaxis(excess, 0, axis)
        steps.append(np.abs(uniform_filter1d(excess, LENGTH, axis=3 - axis)))
    return steps
