"""The steps of a video from frame to frame, and that of a loop over its seam."""

import itertools

import numpy as np


def steps_of(frames: np.ndarray) -> np.ndarray:
    """Returns the root mean square steps [T - 1], in levels, between frames [T, H, W, C]."""
    return np.array([_step(*pair) for pair in itertools.pairwise(frames)])


class LoopSteps:
    """The steps of a loop that comes in pieces."""

    def __init__(self):
        self._ends: list[np.ndarray] = []
        self._steps: list[float] = []

    def add(self, piece: np.ndarray) -> None:
        """Takes the next frames [n, H, W, C]."""
        if self._ends:
            self._steps.append(_step(self._ends[-1], piece[0]))
        self._steps.extend(steps_of(piece))
        self._ends = [(self._ends or [piece[0].copy()])[0], piece[-1].copy()]

    def describe(self) -> str:
        """Returns the step over the seam beside the others, in words."""
        first, last = self._ends
        return (
            f"the step from the last frame to the first is {_step(last, first):.1f} levels, the "
            f"median step {np.median(self._steps):.1f}, the largest {np.max(self._steps):.1f}"
        )


def _step(frame: np.ndarray, after: np.ndarray) -> float:
    return float(np.sqrt(np.square(after.astype(np.float32) - frame).mean()))
