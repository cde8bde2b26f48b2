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
