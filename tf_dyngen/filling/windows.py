"""Windows of several scales around pixels, in the frames before and behind them."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from tf_dyngen.filling.gaps import NEVER

# Blur in pixels, distance between samples, samples to each side.
SCALES = ((0.0, 1, 1), (1.0, 2, 2), (2.0, 4, 2))
SIDES = [2 * count + 1 for _, _, count in SCALES]
SIZE = sum(side * side for side in SIDES)
# The pixel itself among the SIZE values of its windows.
MIDDLE = SIDES[0] ** 2 // 2


class Windows:
    """Windows of several scales around the pixels of a clip.

    Args:
      deviations: [T, H, W, C] float32, from the mean over time.
    """

    def __init__(self, deviations: np.ndarray):
        self._views = [_view(deviations, *scale) for scale in SCALES]

    def beside(self, pixels, before, behind) -> np.ndarray:
        """Returns the windows in the frames `before` and `behind` n pixels.

        Args:
          pixels: time, row and column, [n] each.
          before, behind: how many frames away, [n] or one number; a side that is NEVER is left out.
        Returns: [n * C, SIZE], or twice SIZE for two sides; pixel after pixel, its channels
          together.
        """
        time, row, column = pixels
        sides = []
        if np.all(before != NEVER):
            sides.append(self._around(time - before, row, column))
        if np.all(behind != NEVER):
            sides.append(self._around(time + behind, row, column))
        return np.concatenate(sides, axis=-1)

    def _around(self, time, row, column) -> np.ndarray:
        parts = [view[time, row, column] for view in self._views]
        return np.concatenate(
            [part.reshape(-1, part.shape[-2] * part.shape[-1]) for part in parts], axis=-1
        )


def _view(deviations: np.ndarray, blur: float, step: int, count: int) -> np.ndarray:
    """Returns the samples around each pixel of one scale, [T, H, W, C, side, side], a view."""
    reach = step * count
    blurred = ndimage.gaussian_filter(deviations, (0, blur, blur, 0))
    padded = np.pad(blurred, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="edge")
    window = sliding_window_view(padded, (2 * reach + 1, 2 * reach + 1), axis=(1, 2))
    return window[..., ::step, ::step]
