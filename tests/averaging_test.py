"""Frames averaged down."""

import numpy as np
import pytest

from tf_dyngen.averaging import average_down


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("factor", [1, 2, 3, 8])
def test_means_of_squares_to_the_bit(factor, channels):
    frames = np.random.default_rng(factor).integers(0, 256, (3, 25, 34, channels), np.uint8)
    before = frames.copy()
    found = average_down(frames, factor)
    height, width = 25 // factor, 34 // factor
    even = frames[:, : height * factor, : width * factor].astype(np.float64)
    squares = even.reshape(3, height, factor, width, factor, channels)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, squares.mean(axis=(2, 4)).astype(np.float32))
    np.testing.assert_array_equal(frames, before)
