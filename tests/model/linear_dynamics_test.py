"""Dynamics of linear starts against autoregressions that are known and covariances in loops."""

import numpy as np
import pytest

from tf_dyngen.model.linear_dynamics import (
    Dynamics,
    autocovariance,
    fit_autoregression,
    fit_yule_walker,
)


def white(components):
    centred = components - components.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    return centred @ vectors / np.sqrt(values)


def walk(num_frames, size=6, seed=0):
    """Components that move smoothly: noise behind two low-pass filters."""
    random = np.random.default_rng(seed)
    speed, place, frames = np.zeros(size), np.zeros(size), []
    for _ in range(num_frames + 50):
        speed = 0.8 * speed + random.standard_normal(size)
        place = 0.9 * place + speed
        frames.append(place)
    return white(np.stack(frames[50:]))


def roll(dynamics: Dynamics, state, noise):
    frames = []
    for move in noise:
        state = dynamics.transition @ state + dynamics.noise_gain @ move
        frames.append(dynamics.newest @ state)
    return np.stack(frames)


def fit(clips, order):
    return fit_yule_walker(clips) if order == 1 else fit_autoregression(clips, order)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("lengths", [(40,), (30, 25)])
def test_the_states_are_stationary_with_covariance_one(order, lengths):
    clips = np.split(walk(sum(lengths)), np.cumsum(lengths)[:-1])
    dynamics = fit(clips, order)
    a, b = dynamics.transition, dynamics.noise_gain
    np.testing.assert_allclose(a @ a.T + b @ b.T, np.eye(len(a)), atol=1e-7)
    assert np.abs(np.linalg.eigvals(a)).max() < 1.0
    assert a.shape == (6 * order, 6 * order)
    assert b.shape == (6 * order, 6)
    np.testing.assert_allclose(dynamics.of_lags @ dynamics.to_lags, np.eye(len(a)), atol=1e-7)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_latents_of_components_lead_to_them(order):
    clip = walk(40)
    dynamics = fit([clip], order)
    noise, state = dynamics.latents(clip)
    assert noise.shape == (40, 6)
    assert state.shape == (6 * order,)
    np.testing.assert_allclose(roll(dynamics, state, noise), clip, atol=1e-6)


def test_the_noise_that_leads_to_the_clips_is_as_its_prior():
    for size in (25, 50):
        clip = walk(60, size)
        noise, _ = fit_autoregression([clip], 2).latents(clip)
        assert np.mean(np.square(noise)) == pytest.approx(1.0, abs=0.02)
    # Few components are likely without more noise.
    noise, _ = fit_autoregression([walk(60)], 2).latents(walk(60))
    assert 0.7 < np.mean(np.square(noise)) < 1.0


def test_autocovariance_is_that_of_tapered_components():
    clip = walk(21, size=2)
    number = 8
    expected = np.zeros((3, 2, 2))
    for taper in range(1, number + 1):
        window = np.sin(np.pi * taper * np.arange(1, 22) / 22)
        tapered = clip * window[:, None] / np.linalg.norm(window)
        for lag in range(3):
            for frame in range(21 - lag):
                expected[lag] += np.outer(tapered[frame + lag], tapered[frame]) / number
    np.testing.assert_allclose(autocovariance([clip], 2), expected, atol=1e-12)
    both = autocovariance([clip, clip], 2)
    np.testing.assert_allclose(both, expected, atol=1e-12)


def test_a_long_clip_of_a_known_process_gives_its_coefficients():
    random = np.random.default_rng(0)
    frames = [0.0, 0.0]
    for _ in range(60_000):
        frames.append(1.2 * frames[-1] - 0.5 * frames[-2] + random.standard_normal())
    clip = np.array(frames)[:, None]
    clip /= clip.std()
    dynamics = fit_autoregression([clip], 2)
    companion = dynamics.to_lags @ dynamics.transition @ dynamics.of_lags
    np.testing.assert_allclose(companion, [[1.2, -0.5], [1.0, 0.0]], atol=0.02)


def test_smooth_motion_stays_smooth():
    """Yule-Walker of first order makes it tremble: far too much power at the high frequencies."""
    times = np.arange(60)
    clip = white(np.stack([np.sin(0.23 * times), np.cos(0.31 * times + 1)], axis=1))

    def trembling(dynamics):
        random = np.random.default_rng(1)
        made = roll(dynamics, np.zeros(len(dynamics.transition)), random.standard_normal((600, 2)))
        return np.mean(np.diff(made[60:], n=2, axis=0) ** 2) / np.mean(np.square(made[60:]))

    reality = np.mean(np.diff(clip, n=2, axis=0) ** 2)
    first, second = trembling(fit_yule_walker([clip])), trembling(fit_autoregression([clip], 2))
    assert first > 10 * reality
    assert second < first / 2


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_clip_shorter_than_the_memory_has_latents(frames, order):
    dynamics = fit([walk(40)], order)
    clip = walk(40)[:frames]
    noise, state = dynamics.latents(clip)
    np.testing.assert_allclose(roll(dynamics, state, noise), clip, atol=1e-6)


def test_components_without_motion_stand_still():
    clip = np.zeros((10, 3))
    dynamics = fit_autoregression([clip], 2)
    assert np.isfinite(dynamics.transition).all()
    noise, _ = dynamics.latents(clip)
    np.testing.assert_array_equal(noise, 0.0)


def test_other_sizes():
    dynamics = fit([walk(40)], 2)
    wide = dynamics.resized(15, 8)
    assert wide.transition.shape == (15, 15)
    assert wide.noise_gain.shape == (15, 8)
    noise, state = wide.latents(walk(40))
    np.testing.assert_allclose(roll(wide, state, noise), walk(40), atol=1e-6)
    np.testing.assert_array_equal(noise[:, 6:], 0.0)
    narrow = dynamics.resized(12, 4).noise_gain
    values = np.linalg.svd(dynamics.noise_gain)[1]
    np.testing.assert_allclose(np.linalg.svd(narrow)[1], values[:4], rtol=1e-6)


def test_less_memory_for_predicted_frames():
    clip = walk(40)
    long, short = (fit_autoregression([clip], 2, memory) for memory in (1.0, 0.8))
    radius = [np.abs(np.linalg.eigvals(dynamics.transition)).max() for dynamics in (long, short)]
    assert radius[1] < radius[0]
