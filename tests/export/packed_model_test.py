"""Frames are told from what they differ by from their prediction."""

import numpy as np

from tf_dyngen.export.packed_model import differences


def median_edge(left, above, corner):
    """The median of left, above and the plane through all three (Martucci, 1990)."""
    return int(np.median([left, above, left + above - corner]))


def test_each_value_is_predicted_by_its_neighbours():
    frame = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)
    found = differences(frame)
    padded = np.pad(frame, ((1, 0), (1, 0), (0, 0))).astype(int)
    for row, column, channel in np.ndindex(frame.shape):
        near = padded[row : row + 2, column : column + 2, channel]
        guess = median_edge(near[1, 0], near[0, 1], near[0, 0])
        assert found[row, column, channel] == (near[1, 1] - guess) % 256
