"""What moves where in a clip, told without colours: a start for states that many looks share.

The optical flow of a frame (Lucas and Kanade, "An iterative image registration technique", 1981)
says how its parts move; how far it is from the clip's mean frame, where they are.
"""

import numpy as np
import scipy.ndimage

CELLS = 8
# Standard deviation of the flow's window, as a share of the frame's smaller side.
WINDOW = 1 / 32
# What is added to the structure tensor, as a share of its mean: nothing moves where all is flat.
FLATNESS = 0.02


def motion_features(clip: np.ndarray) -> np.ndarray:
    """Returns features of the motion of each frame, [T, F] float64 of mean 0.

    Flow and distance from the mean frame, averaged over CELLS x CELLS parts of the frame; the mean
    over the clip is taken away and each of the two scaled to a mean square of 1, so that features
    do not know colours, contrast or background.

    Args:
      clip: frames [T, H, W, C] in [-1, 1].
    """
    distance = np.abs(clip - clip.mean(axis=0)).sum(axis=-1)
    kinds = ([distance], optical_flow(clip))
    parts = [np.concatenate([_by_cell(field) for field in fields], axis=1) for fields in kinds]
    return np.concatenate([_standardize(part) for part in parts], axis=1)


def optical_flow(clip: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns how far each part of the frames [T, H, W, C] moves down and right in a frame.

    Returns: two fields [T, H, W] in pixels; drawn towards 0 where the picture is flat.
    """
    by_time, by_row, by_column = np.gradient(clip, axis=(0, 1, 2))
    sigma = WINDOW * min(clip.shape[1:3])

    def windowed(left, right):
        return scipy.ndimage.gaussian_filter((left * right).sum(axis=-1), (0, sigma, sigma))

    rows, columns = windowed(by_row, by_row), windowed(by_column, by_column)
    flatness = FLATNESS * np.mean(rows + columns) + np.finfo(np.float32).tiny
    rows, columns, mixed = rows + flatness, columns + flatness, windowed(by_row, by_column)
    row_time, column_time = windowed(by_row, by_time), windowed(by_column, by_time)
    determinant = rows * columns - mixed**2
    down = (mixed * column_time - columns * row_time) / determinant
    right = (mixed * row_time - rows * column_time) / determinant
    return down, right


def _by_cell(field: np.ndarray) -> np.ndarray:
    """Returns the sums over cells of a field [T, H, W], [T, CELLS * CELLS]."""
    _, height, width = field.shape
    for axis, side in ((1, height), (2, width)):
        edges = np.arange(CELLS) * side // CELLS
        field = np.add.reduceat(field, edges, axis=axis)
    return field.reshape(len(field), -1)


def _standardize(features: np.ndarray) -> np.ndarray:
    centred = features.astype(np.float64) - features.mean(axis=0)
    size = np.sqrt(np.mean(np.square(centred)))
    return centred / size if size > 0 else centred
