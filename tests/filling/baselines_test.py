"""Simple fillings are exact on clips whose hidden pixels follow from the visible ones."""

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.filling.baselines import (
    BASELINES,
    biharmonic,
    hidden_error,
    linear_in_time,
    nearest_frame,
    nearest_pixel,
)

SHAPE = (6, 9, 11)
each_baseline = pytest.mark.parametrize("fill", BASELINES.values(), ids=list(BASELINES))


def random_clip(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*SHAPE, 3), np.uint8)


def all_visible():
    return np.ones(SHAPE, bool)


def scattered():
    """Half of the pixels, a square in all frames but two, a never seen corner, a hidden frame."""
    visible = np.random.default_rng(1).random(SHAPE) < 0.5
    visible[1:5, 2:7, 3:8] = False
    visible[:, :2, :3] = False
    visible[3] = False
    return visible


def one_pixel_of_one_frame():
    visible = np.zeros(SHAPE, bool)
    visible[2, 4, 5] = True
    return visible


def one_frame():
    visible = np.zeros(SHAPE, bool)
    visible[4] = True
    return visible


each_mask = pytest.mark.parametrize(
    "visible", [scattered(), one_pixel_of_one_frame(), one_frame(), all_visible()]
)


@each_baseline
@each_mask
def test_visible_pixels_stay_and_hidden_ones_are_on_the_scale(fill, visible):
    frames = random_clip()
    filled = fill(frames, visible)
    assert filled.dtype == np.float32
    assert filled.shape == frames.shape
    np.testing.assert_array_equal(filled[visible], frames[visible])
    assert filled.min() >= 0
    assert filled.max() <= 255


@each_baseline
@each_mask
def test_hidden_pixels_have_no_influence(fill, visible):
    frames = random_clip()
    others = np.where(visible[..., None], frames, random_clip(seed=2))
    given = frames.copy(), visible.copy()
    np.testing.assert_array_equal(fill(frames, visible), fill(others, visible))
    np.testing.assert_array_equal(frames, given[0])
    np.testing.assert_array_equal(visible, given[1])


@each_baseline
@each_mask
def test_one_colour_stays_one_colour(fill, visible):
    frames = np.broadcast_to(np.uint8([0, 100, 255]), (*SHAPE, 3))
    # The biharmonic surface is solved for; its condition grows with the width to the fourth.
    np.testing.assert_allclose(fill(frames, visible), frames, atol=1e-3)


@each_baseline
def test_nothing_visible_is_refused(fill):
    with pytest.raises(UserError, match="hidden"):
        fill(random_clip(), np.zeros(SHAPE, bool))


@each_baseline
def test_any_number_of_channels(fill):
    visible = scattered()
    frames = random_clip()
    filled = fill(frames, visible)
    for channel in range(3):
        alone = fill(frames[..., channel : channel + 1], visible)
        np.testing.assert_allclose(alone[..., 0], filled[..., channel], atol=1e-3)


def course(values):
    """A clip of 1 x 1 pixels with one channel."""
    return np.uint8(values).reshape(-1, 1, 1, 1)


def shown_at(times, num_frames):
    return np.isin(np.arange(num_frames), times).reshape(-1, 1, 1)


def test_a_line_in_time_is_continued_between_what_shows_it():
    random = np.random.default_rng(0)
    start, slope = random.integers(100, 150, (9, 11, 3)), random.integers(-12, 13, (9, 11, 3))
    frames = (start + slope * np.arange(8)[:, None, None, None]).astype(np.uint8)
    visible = random.random((8, 9, 11)) < 0.3
    visible[[0, -1]] = True
    np.testing.assert_allclose(linear_in_time(frames, visible), frames, atol=1e-4)


def test_linear_in_time_keeps_the_nearest_frame_at_the_ends():
    frames, visible = course([9, 9, 10, 9, 9, 40, 9]), shown_at([2, 5], 7)
    filled = linear_in_time(frames, visible).ravel()
    np.testing.assert_allclose(filled, [10, 10, 10, 20, 30, 40, 40], atol=1e-5)


def test_nearest_frame_takes_the_earlier_of_two():
    frames, visible = course([9, 10, 9, 9, 9, 50, 9]), shown_at([1, 5], 7)
    filled = nearest_frame(frames, visible).ravel()
    np.testing.assert_array_equal(filled, [10, 10, 10, 10, 50, 50, 50])


@pytest.mark.parametrize("fill", [linear_in_time, nearest_frame])
def test_a_pixel_that_is_never_seen_follows_its_nearest_neighbour(fill):
    frames, visible = random_clip(), all_visible()
    visible[:, 3:, :4] = False
    visible[2, 5, 4] = False
    filled = fill(frames, visible)
    np.testing.assert_array_equal(filled[:, 6:, 3], filled[:, 6:, 4])
    np.testing.assert_array_equal(filled[:, 5, 3], filled[:, 5, 4])
    np.testing.assert_array_equal(filled[:, 3, 0], filled[:, 2, 0])


def test_nearest_pixel_is_found_in_the_same_frame():
    frames, visible = random_clip(), scattered()
    filled = nearest_pixel(frames, visible)
    for time, row, column in np.argwhere(~visible):
        shown = np.argwhere(visible[time])
        if len(shown):
            away = np.square(shown - (row, column)).sum(axis=1)
            nearest = shown[away == away.min()]
            candidates = frames[time, nearest[:, 0], nearest[:, 1]]
            assert (candidates == filled[time, row, column]).all(axis=1).any()


def test_nearest_pixel_takes_a_hidden_frame_from_the_nearest_that_shows_anything():
    visible = all_visible()
    visible[[0, 2, 3, 5]] = False
    visible[1, 2:5] = False
    filled = nearest_pixel(random_clip(), visible)
    for hidden, source in {0: 1, 2: 1, 3: 4, 5: 4}.items():
        np.testing.assert_array_equal(filled[hidden], filled[source])


def ramp():
    rows, columns = np.mgrid[:20, :24]
    planes = np.stack([10 * rows, 5 * columns + rows, 230 - 3 * rows - 2 * columns], axis=-1)
    return np.stack([planes, planes[::-1]]).astype(np.uint8)


def test_biharmonic_continues_a_ramp():
    visible = np.ones((2, 20, 24), bool)
    visible[0, 4:14, 5:16] = False
    visible[1, 2:9, 3:7] = visible[1, 12:17, 10:20] = False
    np.testing.assert_allclose(biharmonic(ramp(), visible), ramp(), atol=1e-3)


def test_biharmonic_takes_a_hidden_frame_from_the_frames_around():
    frames, visible = random_clip(), scattered()
    linear = linear_in_time(frames, visible)
    filled = biharmonic(frames, visible)
    np.testing.assert_array_equal(filled[3], linear[3])
    assert not np.array_equal(filled[2], linear[2])


def test_the_error_counts_hidden_entries_as_bytes():
    truth = np.zeros((2, 1, 2, 3), np.uint8)
    visible = np.array([[[True, False]], [[True, True]]])
    filled = np.full(truth.shape, 77.0, np.float32)
    filled[0, 0, 1] = [10.4, -3.0, 300.0]
    assert hidden_error(filled, truth, visible) == pytest.approx((10 + 0 + 255) / 3)
    assert hidden_error(truth, truth + np.uint8(255), visible) == 255.0


def test_the_error_of_nothing_hidden_is_no_number():
    assert np.isnan(hidden_error(random_clip(), random_clip(), all_visible()))
