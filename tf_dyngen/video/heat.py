"""Non-negative numbers as colours, from black over red and yellow to white."""

import numpy as np

_STOPS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_COLOURS = np.array(
    [[0, 0, 0], [90, 15, 110], [200, 50, 60], [250, 160, 40], [255, 255, 220]], np.float32
)


def heat(values: np.ndarray, largest: float) -> np.ndarray:
    """Colour values, each a little brighter than what is less.

    Args:
      values: [T, H, W], 0 is black.
      largest: the value that is white; those beyond it too.
    Returns: [T, H, W, 3] uint8.
    """
    share = np.clip(values / max(largest, 1e-9), 0.0, 1.0)
    channels = [np.interp(share, _STOPS, colours) for colours in _COLOURS.T]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)
