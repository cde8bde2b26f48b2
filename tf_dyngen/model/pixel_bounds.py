"""Between which values each pixel of a clip stays.

Where flames come and go, a linear model darkens the wall as often as it lights it, and the wall
turns blue. Between bounds it cannot be darker, in any colour, than it ever was.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# How much wider bounds are than what was seen: a factor, and an addition in [-1, 1] pixels.
WIDER, MARGIN = 1.05, 0.05
SATURATION = 0.98


class PixelBounds(NamedTuple):
    """Pixels are centre + reach * tanh(y); both [D], or numbers for all pixels alike."""

    centre: np.ndarray | np.float32 = np.float32(0.0)
    reach: np.ndarray | np.float32 = np.float32(1.0)

    @classmethod
    def of_clips(cls, clips: Sequence[np.ndarray]) -> "PixelBounds":
        """Returns bounds a little beyond the least and the largest values of each pixel.

        Args:
          clips: frames [T, H, W, C] in [-1, 1], the same H, W and C.
        """
        least = np.min([clip.min(axis=0) for clip in clips], axis=0).ravel()
        largest = np.max([clip.max(axis=0) for clip in clips], axis=0).ravel()
        return cls((least + largest) / 2, WIDER * (largest - least) / 2 + MARGIN)

    def unbend(self, frames: np.ndarray) -> np.ndarray:
        """Returns y of frames [T, H, W, C] in [-1, 1], kept off the infinities, [T, D] float32."""
        shares = (frames.reshape(len(frames), -1) - self.centre) / self.reach
        return np.arctanh(np.clip(shares, -SATURATION, SATURATION)).astype(np.float32, copy=False)


# The bounds that all pixels have anyway.
FULL = PixelBounds()
