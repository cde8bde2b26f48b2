"""Predictions of hidden pixels along the motion, on patterns whose motion is known."""

import numpy as np
import pytest

from tf_dyngen.filling.baselines import hidden_error, linear_in_time
from tf_dyngen.filling.motion import fill_along_motion, predict_hidden
from tf_dyngen.video.clips import Clip, clip_from_frames
from tf_dyngen.video.hiding import parse_hiding

SIZE = 24
NUM_FRAMES = 24


def falling_pattern(speed=1, noise=0.0):
    """A random picture, smooth over two pixels, that falls by `speed` pixels a frame."""
    random = np.random.default_rng(0)
    tall = random.uniform(0, 255, (SIZE + speed * NUM_FRAMES + 1, SIZE + 1, 3))
    tall = (tall[1:, 1:] + tall[:-1, 1:] + tall[1:, :-1] + tall[:-1, :-1]) / 4
    starts = speed * np.arange(NUM_FRAMES)[::-1]
    frames = np.stack([tall[start : start + SIZE] for start in starts])
    frames += random.normal(0, noise, frames.shape) if noise else 0
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)


def hide(text):
    return parse_hiding(text).visible(NUM_FRAMES, (SIZE, SIZE), seed=0)[..., 0]


@pytest.mark.parametrize("text", ["square:10", "frames:0.25", "blocks:8:0.2"])
@pytest.mark.parametrize("speed", [1, 2])
def test_a_moving_pattern_is_followed(text, speed):
    frames, visible = falling_pattern(speed), hide(text)
    filled = fill_along_motion(frames, visible)
    straight = hidden_error(linear_in_time(frames, visible), frames, visible)
    assert hidden_error(filled.frames, frames, visible) < 0.5 * straight
    np.testing.assert_array_equal(filled.frames[visible], frames[visible])


def test_the_error_that_is_stated_is_the_error_that_is_made():
    frames, visible = falling_pattern(noise=12.0), hide("square:10")
    filled = fill_along_motion(frames, visible)
    assert np.all(filled.error_std[visible] == 0)
    told = np.isfinite(filled.error_std) & ~visible
    errors = (filled.frames - frames)[told]
    # The noise alone errs by 12; what is stated follows it, and is no constant.
    stated = np.sqrt(np.square(filled.error_std[told]).mean())
    assert stated > 12.0
    assert stated == pytest.approx(np.sqrt(np.square(errors).mean()), rel=0.2)
    assert 0.9 < np.mean(np.abs(errors) < 2 * filled.error_std[told][:, None]) < 0.99


def test_errors_are_drawn_as_large_as_they_are():
    frames, visible = falling_pattern(noise=12.0), hide("square:10")
    filled = fill_along_motion(frames, visible)
    assert np.all(filled.errors[visible] == 0)
    drawn = filled.shifts != 0
    assert drawn[~visible].mean() > 0.8
    made = (filled.frames - frames)[drawn]
    assert filled.errors[drawn].std() == pytest.approx(made.std(), rel=0.2)
    # They are those of another time: not of this one.
    assert abs(np.corrcoef(filled.errors[drawn].ravel(), -made.ravel())[0, 1]) < 0.1
    times, rows, columns = np.nonzero(drawn)
    assert np.all(visible[times + filled.shifts[drawn], rows, columns])


def test_hidden_pixels_have_no_influence():
    frames, visible = falling_pattern(), hide("square:10")
    other = np.where(visible[..., None], frames, 255 - frames)
    assert np.any(other != frames)
    for first, second in zip(
        fill_along_motion(frames, visible), fill_along_motion(other, visible), strict=True
    ):
        np.testing.assert_array_equal(first, second)


def test_pixels_that_are_never_seen_are_filled_from_around():
    frames = np.full((NUM_FRAMES, SIZE, SIZE, 3), 90, np.uint8)
    visible = np.ones(frames.shape[:-1], bool)
    visible[:, 5:15, 5:15] = False
    filled = fill_along_motion(frames, visible)
    np.testing.assert_allclose(filled.frames, 90, atol=0.01)
    assert np.all(np.isnan(filled.error_std[~visible]))


def test_a_prediction_takes_the_place_and_the_id_forgets_the_truth():
    frames, visible = falling_pattern(), hide("square:10")[..., None]
    ends = []
    for pixels in (frames, np.where(visible, frames, 255 - frames)):
        clip = clip_from_frames(
            pixels, name="a", frame_rate=25.0, num_frames=None, size=(SIZE, SIZE)
        )
        ends.append(predict_hidden(clip._replace(visible=visible)))
    assert ends[0].clip_id == ends[1].clip_id
    np.testing.assert_array_equal(ends[0].frames, ends[1].frames)
    np.testing.assert_array_equal(ends[0].frames[visible[..., 0]], frames[visible[..., 0]])


def test_a_clip_without_a_mask_is_left_alone():
    clip = Clip("id", "a", falling_pattern(), 25.0)
    assert predict_hidden(clip) is clip
