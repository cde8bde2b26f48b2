"""The place of a video that is farthest from everything that the clip shows there."""

from typing import NamedTuple

import numpy as np

from tf_dyngen.evaluation.oriented import average

# Pixels of a square, and between squares, of frames averaged to sides of LARGEST_SIDE at most.
SIDE, STEP, LARGEST_SIDE = 8, 4, 96
# How far a square of the clip may lie from it, pixels, and the most frames of the clip compared.
REACH, MOST_FRAMES = 2, 120
# Of a window, how many frames are looked at.
NUM_LOOKED_AT = 6


class Worst(NamedTuple):
    """The place that is farthest from the clip.

    frame: [H, W, C] uint8; video, number: which video, and which of its frames; top, left, side:
    the square in pixels; distance: root mean square distance in grey levels, 0 to 255, to the
    nearest square of the clip near that place.
    """

    frame: np.ndarray
    video: int
    number: int
    top: int
    left: int
    side: int
    distance: float


def looked_at(length: int) -> np.ndarray:
    """Returns the numbers of the frames of a window that are looked at."""
    return np.unique(np.linspace(0, length - 1, NUM_LOOKED_AT).astype(int))


class ClipSquares:
    """The squares of a clip by place.

    Args:
      frames: [T, H, W, C] uint8.
    """

    def __init__(self, frames: np.ndarray):
        every = -(-len(frames) // MOST_FRAMES)
        self._factor = -(-max(frames.shape[1:3]) // LARGEST_SIDE)
        self._frames = self._reduce(frames[::every])
        height, width = self._frames.shape[1:3]
        self._side = min(SIDE, height, width)
        self._corners = [
            (top, left)
            for top in range(0, height - self._side + 1, STEP)
            for left in range(0, width - self._side + 1, STEP)
        ]
        self._norms: dict[tuple[int, int], np.ndarray] = {}

    def farthest(self, frames: np.ndarray, numbers: np.ndarray, video: int) -> Worst:
        """Returns the place of some frames of a video that is farthest from the clip.

        Args:
          frames: [T, H, W, C] uint8.
          numbers: of these frames in the video, [T].
          video: the number of the video.
        """
        reduced = self._reduce(frames)
        squares = np.array([self._nearest(reduced, *corner) for corner in self._corners])
        corner, which = np.unravel_index(squares.argmax(), squares.shape)
        top, left = self._corners[corner]
        return Worst(
            frame=frames[which].copy(),
            video=video,
            number=int(numbers[which]),
            top=top * self._factor,
            left=left * self._factor,
            side=self._side * self._factor,
            distance=float(np.sqrt(squares.max())),
        )

    def _nearest(self, frames: np.ndarray, top: int, left: int) -> np.ndarray:
        """Returns each frame's mean squared distance to the nearest square near a place."""
        height, width = self._frames.shape[1:3]
        side, found = self._side, np.full(len(frames), np.inf)
        mine = frames[:, top : top + side, left : left + side].reshape(len(frames), -1)
        own = np.square(mine).sum(axis=1)[:, None]
        for row in {max(0, top - REACH), top, min(height - side, top + REACH)}:
            for column in {max(0, left - REACH), left, min(width - side, left + REACH)}:
                theirs = self._frames[:, row : row + side, column : column + side]
                theirs = theirs.reshape(len(theirs), -1)
                squares = own + self._norm(theirs, row, column) - 2.0 * mine @ theirs.T
                found = np.minimum(found, squares.min(axis=1) / mine.shape[1])
        return np.maximum(found, 0.0)

    def _norm(self, squares: np.ndarray, row: int, column: int) -> np.ndarray:
        """Returns the squared norms of the clip's squares [T, D] at a place, [T]; kept."""
        if (row, column) not in self._norms:
            self._norms[row, column] = np.square(squares).sum(axis=1)
        return self._norms[row, column]

    def _reduce(self, frames: np.ndarray) -> np.ndarray:
        values = frames.astype(np.float32) - np.float32(128.0)
        return values if self._factor == 1 else average(values, self._factor)
