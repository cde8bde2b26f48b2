"""Anti-aliased reduction of fine simulation grids to frames."""

import numpy as np


def area_weights(fine_size, coarse_size):
    """Matrix that averages `fine_size` cells into `coarse_size` equal pixels.

    A pixel is the mean of the cells under it, partly covered cells counted by the part
    covered: the box filter, which keeps the mean brightness exactly.

    Args:
      fine_size: Number of cells along one axis.
      coarse_size: Number of pixels along that axis, <= fine_size.
    Returns: [coarse_size, fine_size] float32, rows sum to 1.
    """
    if coarse_size > fine_size:
        raise ValueError(f"coarse_size {coarse_size} exceeds fine_size {fine_size}")
    edges = np.arange(coarse_size + 1) * (fine_size / coarse_size)
    cells = np.arange(fine_size)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    weights = np.clip(overlap, 0.0, None)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def average_blocks(picture, factor):
    """Average blocks of `factor` x `factor` points into pixels.

    Args:
      picture: [3, factor * H, factor * W].
      factor: Points per pixel along each axis.
    Returns: [H, W, 3], the dtype of `picture`.
    """
    channels, height, width = picture.shape
    blocks = picture.reshape(channels, height // factor, factor, width // factor, factor)
    return np.moveaxis(blocks.mean(axis=(2, 4)), 0, -1)


def smoothstep(low, high, values):
    """Cubic ramp from 0 below `low` to 1 above `high`; the shape and dtype of `values`."""
    ramp = np.clip((values - low) / (high - low), 0.0, 1.0)
    return ramp * ramp * (3.0 - 2.0 * ramp)


def to_bytes(colours):
    """Colours in [0, 1] to uint8, rounded to nearest; values outside are clipped."""
    return np.clip(colours * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8)
