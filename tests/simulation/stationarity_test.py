"""Drift is the change that was made."""

import numpy as np
import pytest

from tf_dyngen.simulation import stationarity


def clip(heights, periods):
    """A row of lamps of many phases; its first and last 60 frames as told."""
    time, phase = np.arange(60)[:, None], np.linspace(0, 2 * np.pi, 48, endpoint=False)
    parts = [
        128 + height * np.sin(2 * np.pi * time / period + phase)
        for height, period in zip(heights, periods, strict=True)
    ]
    return np.concatenate(parts).round().astype(np.uint8).reshape(120, 4, 4, 3)


def test_no_change_is_no_drift():
    np.testing.assert_allclose(stationarity.measure(clip((50, 50), (12, 12))), 0.0, atol=1e-6)


def test_twice_the_height_is_four_times_the_variance():
    drift = stationarity.measure(clip((25, 50), (12, 12)))
    np.testing.assert_allclose(drift.variance, 3.0, rtol=0.02)
    np.testing.assert_allclose(drift.spectrum, 3.0 / 2.5, rtol=0.02)
    assert abs(drift.mean) < 0.01


def test_another_rate_moves_power_between_bands():
    # 60 / 30 = 2 cycles and 60 / 4 = 15 cycles a window lie in the first and the last band.
    drift = stationarity.measure(clip((50, 50), (30, 4)))
    assert abs(drift.variance) < 0.01
    np.testing.assert_allclose(drift.spectrum, 2.0, atol=0.2)


def test_a_clip_must_hold_two_windows():
    with pytest.raises(ValueError, match="119 frames hold no two windows of 60"):
        stationarity.measure(clip((50, 50), (12, 12))[1:])
