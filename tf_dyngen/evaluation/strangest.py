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

    def farthest(self, window: np.ndarray, video: int, first: int) -> Worst:
        """Returns the place farthest from the clip of some frames of a window.

        Args:
          window: [T, H, W, C] uint8.
          video, first: the number of the video, and that of the window's first frame in it.
        """
        looked_at = np.unique(np.linspace(0, len(window) - 1, NUM_LOOKED_AT).astype(int))
        frames = self._reduce(window[looked_at])
        squares = np.array([self._nearest(frames, *corner) for corner in self._corners])
        corner, which = np.unravel_index(squares.argmax(), squares.shape)
        top, left = self._corners[corner]
        number = int(looked_at[which])
        return Worst(
            frame=window[number].copy(),
            video=video,
            number=first + number,
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
        for row in {max(0, top - REACH), top, min(height - side, top + REACH)}:
            for column in {max(0, left - REACH), left, min(width - side, left + REACH)}:
                theirs = self._frames[:, row : row + side, column : column + side]
                theirs = theirs.reshape(len(theirs), -1)
                squares = np.square(mine).sum(axis=1)[:, None] + np.square(theirs).sum(axis=1)
                squares -= 2.0 * mine @ theirs.T
                found = np.minimum(found, squares.min(axis=1) / mine.shape[1])
        return np.maximum(found, 0.0)

    def _reduce(self, frames: np.ndarray) -> np.ndarray:
        values = frames.astype(np.float32) - np.float32(128.0)
        return values if self._factor == 1 else average(values, self._factor)
