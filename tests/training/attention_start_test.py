"""What the start of the attention model reads off the clips, of clips that were made up."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.model.attention.parts import num_parts_of
from tf_dyngen.training import attention_start
from tf_dyngen.training.attention_start import choose_as_stored, choose_settings, moment_distance

SIZE = 16
RUN = override(presets.load("texture"), {"video.height": SIZE, "video.width": SIZE})


def shades(values):
    """A clip of one shade a frame."""
    frames = np.asarray(values, np.uint8)[:, None, None, None]
    return np.broadcast_to(frames, (len(frames), SIZE, SIZE, 3)).copy()


def test_on_a_way_that_goes_on_the_third_nearest_moment_is_five_steps_away():
    """Those up to three frames away do not count: left are 4 before, 4 after, and then 5."""
    clip = shades(np.arange(80) * 3)
    np.testing.assert_allclose(moment_distance([clip], RUN.video), 5.0, rtol=1e-3)


def test_a_clip_that_comes_back_is_no_steps_from_itself():
    """Each moment stands there five times: the third nearest is the same picture."""
    clip = shades(np.tile([20, 60, 110, 180, 90], 5))
    assert moment_distance([clip], RUN.video) < 0.05


def test_where_it_goes_there_and_back_again_only_other_rounds_are_near():
    """What is left of no distance is rounding: of squares of 768 numbers, over steps of 10."""
    rising = np.concatenate([np.arange(0, 200, 10), np.arange(200, 0, -10)])
    clip = shades(np.tile(rising, 3))
    assert moment_distance([clip], RUN.video) < 0.05
    # Of one way there and back, a moment has one like it and two that are a step away.
    once = shades(rising)
    np.testing.assert_allclose(moment_distance([once], RUN.video), 1.0, rtol=1e-3)


def test_the_distance_is_that_of_all_clips():
    slow, fast = shades(np.arange(80) * 3), shades(np.tile([20, 60, 110, 180, 90], 16))
    both = moment_distance([slow, fast], RUN.video)
    assert both < moment_distance([slow], RUN.video)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_clips_too_short_for_two_moments_are_one_step_apart(number):
    assert moment_distance([shades(np.arange(number) * 50)], RUN.video) == 1.0


def test_what_does_not_change_is_no_distance_away():
    assert np.isfinite(moment_distance([shades(np.full(20, 70))], RUN.video))


WANDERING = override(
    presets.load("texture"),
    {"video.height": 48, "video.width": 48, "attention.fade": 1, "attention.retention": 0.0},
)
NUM_FRAMES = 60


@pytest.fixture(scope="module")
def picture():
    """A smooth picture [48, 48] of blobs; its opposite borders fit."""
    noise = np.random.default_rng(0).normal(0, 1, (48, 48))
    smooth = gaussian_filter(noise, 2.0, mode="wrap")
    return (
        np.clip(127 + 50 * smooth / smooth.std(), 0, 255).astype(np.uint8)[..., None].repeat(3, 2)
    )


def wander(picture, random):
    """The picture at a new place in every frame."""
    return np.stack(
        [np.roll(picture, random.integers(0, 48, 2), axis=(0, 1)) for _ in range(NUM_FRAMES)]
    )


def chosen_parts(clip):
    return num_parts_of(choose_settings(WANDERING, [clip], lambda line: None).attention)


def test_what_moves_apart_gets_parts_of_its_own(picture):
    """In the corners, on grey ground: moments of the one go with any moments of the others."""
    random = np.random.default_rng(1)
    clip = np.full((NUM_FRAMES, 48, 48, 3), 127, np.uint8)
    for rows in (np.s_[:14], np.s_[34:]):
        for columns in (np.s_[:14], np.s_[34:]):
            clip[:, rows, columns] = wander(picture, random)[:, rows, columns]
    assert chosen_parts(clip) >= 4


def test_what_moves_as_a_whole_is_one_part(picture):
    assert chosen_parts(wander(picture, np.random.default_rng(1))) == 1


@pytest.mark.parametrize(("share_torn", "parts"), [(0.05, 4), (0.125, 1)])
def test_new_video_is_as_good_as_the_worst_tenth_of_its_frames(
    picture, monkeypatch, share_torn, parts
):
    """Of a copy of the clip, some frames of which are torn: their mean alone would be small."""
    clip = wander(picture, np.random.default_rng(1))

    def emit(trial, start, noise):
        moments = np.arange(noise.shape[1]) % NUM_FRAMES
        made = trial._clip[moments] / 127.5 - 1.0
        is_torn = np.arange(noise.shape[1]) % round(1 / share_torn) == 0
        made[is_torn, :, made.shape[2] // 2 :] *= -0.5
        return tf.constant(made[None], tf.float32)

    class Copies(attention_start.Trial):
        def __init__(self, settings, video, clips):
            super().__init__(settings, video, clips)
            self._clip = clips[0].astype(np.float64)

    monkeypatch.setattr(Copies, "_emit", emit)
    monkeypatch.setattr(attention_start, "Trial", Copies)
    assert chosen_parts(clip) == parts


def test_two_lamps_that_shine_apart_are_regions():
    random = np.random.default_rng(3)
    clip = np.full((NUM_FRAMES, 48, 48, 3), 20, np.uint8)
    for columns in (np.s_[4:16], np.s_[30:44]):
        clip[:, 10:30, columns] = random.integers(20, 255, (NUM_FRAMES, 1, 1, 1))
    lines = []
    found = choose_settings(WANDERING, [clip], lines.append).attention
    assert (found.regions, found.parts, found.temperature) == (2, 1, 1.0)
    assert any("2 regions that move apart follow moments of their own" in line for line in lines)
    given = override(WANDERING, {"attention.regions": 1})
    assert choose_settings(given, [clip], lines.append).attention.regions == 1


@pytest.mark.parametrize(
    ("price", "unlike", "regions", "parts"),
    [(0.001, 0.1, 2, 1), (0.01, 0.1, 0, 2), (0.01, 0.9, 2, 1), (0.05, 0.9, 1, 1)],
)
def test_regions_that_touch_are_cut_where_a_grid_would_tear_them(
    monkeypatch, price, unlike, regions, parts
):
    """Of two regions whose cut costs `price`, and a grid whose trial is so unlike the clip."""
    monkeypatch.setattr(
        attention_start, "find_regions", lambda low, cost=0.02: np.array([[0, price <= cost]])
    )
    monkeypatch.setattr(attention_start.Trial, "__init__", lambda *_: None)
    monkeypatch.setattr(attention_start.Trial, "unlikeness", lambda *_: unlike)
    found = choose_settings(RUN, [shades(np.arange(30) * 8)], lambda line: None).attention
    assert (found.regions, found.parts) == (regions, parts)


def test_settings_that_are_given_are_kept():
    given = {
        "attention.parts": 3,
        "attention.fade": 2,
        "attention.retention": 0.33,
        "attention.temperature": 0.7,
    }
    config = override(RUN, given)
    lines = []
    assert choose_settings(config, [shades(np.arange(30) * 8)], lines.append) == config
    assert "3x3 parts" in lines[0]


def test_what_is_left_open_is_chosen_and_the_rest_kept():
    config = override(RUN, {"attention.parts": 1})
    clip = shades(np.arange(60) * 4)
    found = choose_settings(config, [clip], lambda line: None).attention
    # Moments five steps apart: the longest fade there is, and the state forgets slowly.
    assert (found.parts, found.fade, found.retention, found.temperature) == (1, 3, 0.75, 1.0)
    kept = dataclasses.replace(found, fade=config.attention.fade, retention=-1.0, temperature=0.0)
    assert kept == config.attention


def test_a_run_that_goes_on_keeps_what_was_chosen():
    stored = override(RUN, {"attention.parts": 2, "attention.fade": 3, "attention.retention": 0.5})
    assert choose_as_stored(RUN, stored) == stored
    given = override(RUN, {"attention.fade": 1})
    assert choose_as_stored(given, stored).attention.fade == 1
