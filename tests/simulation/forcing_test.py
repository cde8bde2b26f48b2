"""Random forcing has its mean, variance and correlation."""

import numpy as np
import pytest

from tf_dyngen.simulation import forcing

NUM_CHANNELS = 20_000


def test_ornstein_uhlenbeck_has_its_variance_and_correlation():
    draws = forcing.ornstein_uhlenbeck(np.random.default_rng(0), 50, NUM_CHANNELS, 4.0)
    # Standard error of a variance of 20 000 draws: sqrt(2 / 20000) = 0.01.
    np.testing.assert_allclose(draws.var(axis=1), 1.0, atol=0.05)
    np.testing.assert_allclose(np.mean(draws[0] * draws[4]), np.exp(-1.0), atol=0.035)


def test_wandering_oscillators_have_their_period_and_forget_their_phase():
    periods = np.full(NUM_CHANNELS, 8.0)
    draws = forcing.wandering_oscillators(np.random.default_rng(0), 20, periods, 0.3)
    # sin^2 has the variance 1/8, so 2 sin^2 has the standard error sqrt(1/2 / 20000) = 0.005.
    np.testing.assert_allclose(np.square(draws).mean(axis=1), 1.0, atol=0.025)
    for lag in (2, 8, 16):
        expected = np.cos(2 * np.pi * lag / 8.0) * np.exp(-0.5 * lag * 0.3**2)
        np.testing.assert_allclose(np.mean(draws[0] * draws[lag]), expected, atol=0.035)


def test_a_random_telegraph_has_its_mean_and_correlation():
    times = np.full(NUM_CHANNELS, 6.0), np.full(NUM_CHANNELS, 3.0)
    states = forcing.random_telegraph(np.random.default_rng(0), 12, *times, substeps=1)
    assert set(np.unique(states)) == {0.0, 1.0}
    # Standard error of a share of 20 000 draws: sqrt(2/9 / 20000) = 0.0033.
    np.testing.assert_allclose(states.mean(axis=1), 2 / 3, atol=0.017)
    away = states - 2 / 3
    for lag in (1, 4):
        expected = 2 / 9 * (1 - 1 / 6 - 1 / 3) ** lag
        np.testing.assert_allclose(np.mean(away[0] * away[lag]), expected, atol=0.012)


def test_a_telegraph_that_switches_within_a_frame_shows_a_part():
    times = np.full(NUM_CHANNELS, 6.0), np.full(NUM_CHANNELS, 3.0)
    shares = forcing.random_telegraph(np.random.default_rng(0), 12, *times, substeps=4)
    assert set(np.unique(shares)) == {0.0, 0.25, 0.5, 0.75, 1.0}
    np.testing.assert_allclose(shares.mean(), 2 / 3, atol=0.017)
    # It is off 1/3 of the time, and a frame that begins so ends so if none of 3 steps switches.
    np.testing.assert_allclose(np.mean(shares == 0.0), (11 / 12) ** 3 / 3, atol=0.012)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: forcing.ornstein_uhlenbeck(rng, n, 3, 4.0),
        lambda rng, n: forcing.wandering_oscillators(rng, n, [5.0, 6.0, 7.0], 0.2),
        lambda rng, n: forcing.random_telegraph(rng, n, [5.0, 6.0], [2.0, 3.0]),
    ],
)
def test_a_longer_draw_begins_with_the_shorter_one(draw):
    short, long = (draw(np.random.default_rng(1), n) for n in (7, 31))
    np.testing.assert_array_equal(short, long[:7])
