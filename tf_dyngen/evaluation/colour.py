"""Colours that a clip never has near a place."""

import numpy as np
from scipy.spatial import cKDTree

# Levels of 256 between colours that are told apart; colours are rounded to multiples of STEP.
FARTHEST, STEP = 24.0, 4
# Pixels of a square, and around it, whose colours are taken together.
CELL_SIDE, MARGIN = 8, 4
# Of larger frames, evenly spread pixels are looked at.
LARGEST_SIDE = 96


class ClipColours:
    """The colours of a clip by place.

    Args:
      clips: frames [T, H, W, C] uint8 of one size.
    """

    def __init__(self, *clips: np.ndarray):
        parts = [_thin(frames) for frames in clips]
        self._corners = [
            (top, left)
            for top in range(0, parts[0].shape[1], CELL_SIDE)
            for left in range(0, parts[0].shape[2], CELL_SIDE)
        ]
        self._trees = []
        for top, left in self._corners:
            near = (
                slice(None),
                slice(max(0, top - MARGIN), top + CELL_SIDE + MARGIN),
                slice(max(0, left - MARGIN), left + CELL_SIDE + MARGIN),
            )
            colours = np.concatenate([_unique(part[near])[0] for part in parts])
            self._trees.append(cKDTree(np.unique(colours, axis=0)))

    def strange_share(self, frames: np.ndarray) -> float:
        """Returns the share of pixels of uint8 frames whose colour the clip has not near there."""
        part = _thin(frames)
        strange = 0
        for (top, left), tree in zip(self._corners, self._trees, strict=True):
            cell = part[:, top : top + CELL_SIDE, left : left + CELL_SIDE]
            colours, counts = _unique(cell)
            distances, _ = tree.query(colours, distance_upper_bound=FARTHEST)
            strange += int(counts[np.isinf(distances)].sum())
        return strange / part[..., 0].size


def _thin(frames: np.ndarray) -> np.ndarray:
    """Returns every so many pixels, rounded: [T, H', W', 3]."""
    every = -(-max(frames.shape[1:3]) // LARGEST_SIDE)
    rounded = (frames[:, ::every, ::every].astype(np.int32) + STEP // 2) // STEP * STEP
    return np.broadcast_to(rounded, (*rounded.shape[:-1], 3))


def _unique(colours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the distinct colours [N, 3] and how often each occurs."""
    red, green, blue = np.moveaxis(colours, -1, 0)
    codes, counts = np.unique((red << 20) + (green << 10) + blue, return_counts=True)
    return np.stack([codes >> 20, (codes >> 10) & 1023, codes & 1023], axis=-1), counts
