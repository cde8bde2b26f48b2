"""Reduction keeps the mean."""

import numpy as np
import pytest

from tf_dyngen.simulation import resampling


def test_area_weights_keep_the_mean():
    weights = resampling.area_weights(10, 4)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(weights.mean(axis=0), 0.1, rtol=1e-6)
    with pytest.raises(ValueError, match="coarse_size 5 exceeds fine_size 4"):
        resampling.area_weights(4, 5)


def test_average_blocks_is_the_box_filter():
    picture = np.random.default_rng(0).uniform(size=(3, 12, 18)).astype(np.float32)
    rows, columns = resampling.area_weights(12, 4), resampling.area_weights(18, 6)
    expected = np.einsum("ry,cyx,kx->rkc", rows, picture, columns)
    averaged = resampling.average_blocks(picture, 3)
    np.testing.assert_allclose(averaged, expected, rtol=1e-5)
    assert averaged.dtype == np.float32
