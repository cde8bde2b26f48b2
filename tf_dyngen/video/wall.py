"""A wall of clips that play at once, and frames with their hidden pixels marked."""

import math
from collections.abc import Sequence

import numpy as np

from tf_dyngen.video.display import GAP, upscale

CELL_HEIGHT = 128
_BACKGROUND = 255
_MARK = np.array([255, 40, 40], np.float32)
_MARK_SHARE = 0.6


def video_wall(videos: Sequence[np.ndarray], columns: int | None = None) -> np.ndarray:
    """Lay clips out in rows, all playing at once; the longer ones are cut to the shortest.

    Args:
      videos: frames [T, H, W, C] uint8 each, of one H, W and C.
      columns: clips in a row; None makes the wall about as wide as high.
    Returns: [T, H', W', C] uint8, H' and W' even, cells magnified to about 128 pixels of height.
    Raises: ValueError without videos or for videos of several sizes.
    """
    shapes = {video.shape[1:] for video in videos}
    if len(shapes) != 1:
        raise ValueError(f"videos of one size are wanted, found {sorted(shapes)}")
    length = min(len(video) for video in videos)
    ((height, width, channels),) = shapes
    columns = columns or math.ceil(math.sqrt(len(videos) * height / width))
    rows = math.ceil(len(videos) / columns)
    scale = max(1, round(CELL_HEIGHT / height))
    height, width = scale * height + GAP, scale * width + GAP
    size = (rows * height + GAP, min(columns, len(videos)) * width + GAP)
    wall = np.full((length, *(side + side % 2 for side in size), channels), _BACKGROUND, np.uint8)
    for index, video in enumerate(videos):
        top = GAP + index // columns * height
        left = GAP + index % columns * width
        cell = upscale(video[:length], scale)
        wall[:, top : top + cell.shape[1], left : left + cell.shape[2]] = cell
    return wall


def mark_hidden(frames: np.ndarray, visible: np.ndarray | None) -> np.ndarray:
    """Tint hidden pixels red.

    Args:
      frames: [T, H, W, C] uint8, C = 1 or 3.
      visible: [T, H, W, 1] bool; None where nothing is hidden.
    Returns: [T, H, W, 3] uint8.
    """
    frames = np.broadcast_to(frames, (*frames.shape[:-1], 3))
    if visible is None:
        return frames
    tinted = (1 - _MARK_SHARE) * frames + _MARK_SHARE * _MARK
    return np.where(visible, frames, np.rint(tinted).astype(np.uint8))
