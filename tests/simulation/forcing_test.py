"""Random forcing has its variance and correlation."""

import numpy as np

from tf_dyngen.simulation import forcing


def test_ornstein_uhlenbeck_has_its_variance_and_correlation():
    draws = forcing.ornstein_uhlenbeck(np.random.default_rng(0), 50, 20_000, 4.0)
    # Standard error of a variance of 20 000 draws: sqrt(2 / 20000) = 0.01.
    np.testing.assert_allclose(draws.var(axis=1), 1.0, atol=0.05)
    np.testing.assert_allclose(np.mean(draws[0] * draws[4]), np.exp(-1.0), atol=0.035)
