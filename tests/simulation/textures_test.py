"""Every texture is a stationary function of its seed that shows what it is called."""

import functools

import numpy as np
import pytest

from tf_dyngen.simulation import stationarity
from tf_dyngen.simulation.textures import catalogue

TEXTURES = tuple(catalogue.SIMULATIONS)
# What moves on smoothly, and the share of its variance that changes fast.
FAST_SHARE = {"fire": 0.05, "water": 0.05, "flag": 0.05, "smoke": 0.10}


@pytest.fixture(scope="module")
def clips():
    """Whole clips of 64 pixels by (texture, seed)."""
    return {(name, s): catalogue.simulate(name, s, 64, 240) for name in TEXTURES for s in (0, 1)}


@functools.cache
def short_clip(texture, size):
    return catalogue.simulate(texture, 5, size, 3)


@pytest.mark.parametrize("texture", TEXTURES)
def test_a_clip_is_a_function_of_its_seed(clips, texture):
    # 37 frames end inside a chunk: more frames must continue the clip, not change it.
    shorter = catalogue.simulate(texture, 0, 64, 37)
    np.testing.assert_array_equal(shorter, clips[texture, 0][:37])
    assert np.mean(shorter != clips[texture, 1][:37]) > 0.2


@pytest.mark.parametrize("size", [64, 128])
@pytest.mark.parametrize("texture", TEXTURES)
def test_shape_and_contrast(texture, size):
    frames = short_clip(texture, size)
    assert frames.shape == (3, size, size, 3)
    assert frames.dtype == np.uint8
    assert np.ptp(frames) > 150
    assert np.mean((frames == 0) | (frames == 255)) < 0.03


@pytest.mark.parametrize("texture", TEXTURES)
def test_both_sizes_show_the_same(texture):
    # The larger picture averaged down is the smaller one: no detail is aliased, and even the
    # fluids agree, as they are resolved.
    small, large = (short_clip(texture, size).astype(np.float64) for size in (64, 128))
    averaged = large.reshape(3, 64, 2, 64, 2, 3).mean(axis=(2, 4))
    assert np.corrcoef(small.ravel(), averaged.ravel())[0, 1] > 0.9


def test_colours(clips):
    means = {name: short_clip(name, 64).reshape(-1, 3).mean(axis=0) for name in TEXTURES}
    red, green, blue = means["fire"]
    assert red > 2 * green > 2 * blue
    for name in ("water", "flag"):
        assert means[name][2] > means[name][0]
    # Rain is dull; smoke is grey where it is thick, which is where it is bright.
    assert np.ptp(means["rain"]) < 30
    smoke = short_clip("smoke", 64)[:, :40].reshape(-1, 3).astype(int)
    assert np.ptp(smoke[smoke.min(axis=1) > 130], axis=1).mean() < 40
    # Lights are of many colours in the dark.
    lights = clips["lights", 0].reshape(-1, 3)
    assert np.median(lights.max(axis=1)) < 128
    vivid = lights[(lights.max(axis=1) > 150) & (np.ptp(lights, axis=1) > 80)]
    assert set(vivid.argmax(axis=1)) == {0, 1, 2}


@pytest.mark.parametrize("texture", FAST_SHARE)
def test_motion_is_smooth(clips, texture):
    # Without flicker a frame is closer to its neighbour than to a frame of another moment, and
    # the slow half of the spectrum holds nearly all of the variance.
    frames = clips[texture, 0].astype(np.float32)
    near = np.square(frames[1:] - frames[:-1]).mean()
    far = np.square(frames[60:] - frames[:-60]).mean()
    assert near < 0.4 * far
    power = np.square(np.abs(np.fft.rfft(frames.reshape(240, -1)[:, ::7], axis=0))).mean(axis=1)
    assert power[60:].sum() < FAST_SHARE[texture] * power[1:].sum()


def test_rain_passes_before_a_scene_that_stands_still(clips):
    # A streak leaves a pixel as soon as it came, so neighbouring frames differ; but the hedge
    # behind stays as it is, streaks only brighten it, and rings on the water last.
    frames = clips["rain", 0].astype(np.float32)
    hedge, pond = frames[:, :22], frames[:, 28:]
    scene = np.median(hedge, axis=0)
    assert np.mean(np.abs(hedge - scene) <= 8) > 0.6
    assert np.mean(hedge < scene - 8) < 0.001
    assert np.mean(hedge > scene + 30) > 0.01
    near = np.square(pond[1:] - pond[:-1]).mean()
    assert near < 0.7 * np.square(pond[60:] - pond[:-60]).mean()
    brightness = frames.mean(axis=(1, 2, 3))
    assert np.abs(np.diff(brightness)).max() < 0.03 * brightness.mean()


def test_rain_falls(clips):
    # Streaks seen against the hedge come back further down in the next frame, not further up.
    hedge = clips["rain", 0][:, :22].astype(np.float64).sum(axis=-1)
    rain = hedge - np.median(hedge, axis=0)
    rain -= rain.mean(axis=0)
    down = [np.mean(rain[1:, shift:] * rain[:-1, : 22 - shift]) for shift in range(1, 12)]
    up = [np.mean(rain[1:, : 22 - shift] * rain[:-1, shift:]) for shift in range(1, 12)]
    assert max(down) > 3 * max(up)


def test_some_lights_switch_and_some_pulse(clips):
    frames = clips["lights", 0].astype(np.float32)
    reach = np.ptp(frames, axis=0)
    steps = np.abs(np.diff(frames, axis=0)).max(axis=0)[reach > 100] / reach[reach > 100]
    # A lamp that is switched goes all the way between two frames; one that pulses with a
    # period of 12 frames goes at most sin(pi / 12) = 0.26 of it, and wanders.
    assert np.mean(steps > 0.9) > 0.05
    assert np.mean(steps < 0.5) > 0.05
    # The wall between the lamps stays nearly as it is.
    assert np.mean(frames.std(axis=0) < 8) > 0.1


@pytest.mark.parametrize("texture", TEXTURES)
def test_clips_are_stationary(clips, texture):
    sides = [
        [stationarity.window_statistics(clips[texture, seed][part]) for seed in (0, 1)]
        for part in (slice(None, 60), slice(-60, None))
    ]
    first, last = ([np.mean(s, axis=0) for s in zip(*side, strict=True)] for side in sides)
    drift = stationarity.drift(first, last)
    assert abs(drift.mean) < 0.15
    # About 60 independent events a window estimate the variance to sqrt(2 / 60) = 18 %; the
    # difference of two windows averaged over two clips has the same standard deviation.
    assert abs(drift.variance) < 2.5 * 0.18
    assert drift.spectrum < 2.5 * 0.18


def test_a_linear_model_captures_most_but_not_all(clips):
    for frames in (clips[texture, 0] for texture in ("fire", "water", "flag")):
        courses = frames.reshape(len(frames), -1).astype(np.float64)
        courses -= courses.mean(axis=0)
        variances = np.linalg.eigvalsh(courses @ courses.T)[::-1]
        assert 0.7 < variances[:40].sum() / variances.sum() < 0.97


def test_clip_ids_are_unique_and_stable():
    ids = {
        catalogue.clip_id(name, size, seed, first_frame)
        for name in TEXTURES
        for size in (64, 128)
        for seed in range(4)
        for first_frame in (0, 240)
    }
    assert len(ids) == 96
    # The ids of version 1.0.0 of the data set.
    assert catalogue.clip_id("fire", 64, 0) == "f203aa3e2a6e1411"
    assert catalogue.clip_id("fire", 64, 0, version="1.0.1") not in ids


def test_an_unknown_texture_is_named():
    with pytest.raises(ValueError, match=r"'ice'.*fire, water, flag, smoke, rain, lights"):
        catalogue.simulate("ice", 0, 64, 1)
