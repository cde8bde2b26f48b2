"""Frames are told from what they differ by from their prediction."""

import numpy as np

from tf_dyngen.export.packed_model import predicted


def median_edge(left, above, corner):
    """The median of left, above and the plane through all three (Martucci, 1990)."""
    return int(np.median([left, above, left + above - corner]))


def test_each_value_is_predicted_by_its_neighbours():
    frames = np.random.default_rng(0).integers(0, 256, (2, 5, 6, 3), np.uint8)
    found = predicted(frames)
    padded = np.pad(frames, ((0, 0), (1, 0), (1, 0), (0, 0))).astype(int)
    for frame, row, column, channel in np.ndindex(frames.shape):
        near = padded[frame, row : row + 2, column : column + 2, channel]
        guess = median_edge(near[1, 0], near[0, 1], near[0, 0])
        assert found[frame, row, column, channel] == (near[1, 1] - guess) % 256
