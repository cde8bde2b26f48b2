"""Every texture is a smooth, stationary function of its seed."""

import numpy as np
import pytest

from tf_dyngen.simulation import stationarity
from tf_dyngen.simulation.textures import catalogue

TEXTURES = tuple(catalogue.SIMULATIONS)


@pytest.fixture(scope="module")
def clips():
    """Whole clips of 64 pixels by (texture, seed)."""
    return {(name, s): catalogue.simulate(name, s, 64, 240) for name in TEXTURES for s in (0, 1)}


@pytest.mark.parametrize("texture", TEXTURES)
def test_a_clip_is_a_function_of_its_seed(clips, texture):
    # 37 frames end inside a chunk: more frames must continue the clip, not change it.
    shorter = catalogue.simulate(texture, 0, 64, 37)
    np.testing.assert_array_equal(shorter, clips[texture, 0][:37])
    np.testing.assert_array_equal(shorter, catalogue.simulate(texture, 0, 64, 37))
    assert np.mean(shorter != clips[texture, 1][:37]) > 0.2


@pytest.mark.parametrize("size", [64, 128])
@pytest.mark.parametrize("texture", TEXTURES)
def test_shape_and_colour(texture, size):
    frames = catalogue.simulate(texture, 5, size, 3)
    assert frames.shape == (3, size, size, 3)
    assert frames.dtype == np.uint8
    assert np.ptp(frames) > 150
    assert np.mean((frames == 0) | (frames == 255)) < 0.03
    red, green, blue = frames.reshape(-1, 3).mean(axis=0)
    if texture == "fire":
        assert red > 2 * green > 2 * blue
    else:
        assert blue > red


@pytest.mark.parametrize("texture", TEXTURES)
def test_motion_is_smooth(clips, texture):
    # Without flicker a frame is closer to its neighbour than to a frame of another moment, and
    # the slow half of the spectrum holds nearly all of the variance.
    frames = clips[texture, 0].astype(np.float32)
    near = np.square(frames[1:] - frames[:-1]).mean()
    far = np.square(frames[60:] - frames[:-60]).mean()
    assert near < 0.4 * far
    power = np.square(np.abs(np.fft.rfft(frames.reshape(240, -1)[:, ::7], axis=0))).mean(axis=1)
    assert power[60:].sum() < 0.05 * power[1:].sum()


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
    for frames in (clips[texture, 0] for texture in TEXTURES):
        courses = frames.reshape(len(frames), -1).astype(np.float64)
        courses -= courses.mean(axis=0)
        variances = np.linalg.eigvalsh(courses @ courses.T)[::-1]
        assert 0.7 < variances[:40].sum() / variances.sum() < 0.97


def test_clip_ids_are_unique_and_stable():
    ids = {catalogue.clip_id(t, size, s) for t in TEXTURES for size in (64, 128) for s in range(4)}
    assert len(ids) == 24
    assert catalogue.clip_id("fire", 64, 0, "1.0.0") == "f203aa3e2a6e1411"
    assert catalogue.clip_id("fire", 64, 0, "1.0.1") not in ids


def test_an_unknown_texture_is_named():
    with pytest.raises(ValueError, match=r"'smoke'.*fire, water, flag"):
        catalogue.simulate("smoke", 0, 64, 1)
