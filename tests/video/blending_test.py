"""Recovered frames in the clip's own size: exact where nothing was hidden, whole where it was."""

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.config import CROP, STRETCH
from tf_dyngen.video.blending import SourcePictures, blend_into_source
from tf_dyngen.video.resizing import resize_picture

NUM_FRAMES = 6


@pytest.fixture
def pictures(tmp_path):
    """Pictures of 60x100 with fine detail that is the same at all times."""
    detail = np.random.default_rng(0).integers(-40, 40, (60, 100, 1))
    frames = 120 + detail + np.arange(NUM_FRAMES)[:, None, None, None] + np.zeros(3, int)
    return SourcePictures(frames.astype(np.uint8), NUM_FRAMES, tmp_path / "pictures.raw")


def hide_part():
    hidden = np.zeros((NUM_FRAMES, 20, 20), bool)
    hidden[2:4, 8:12, 5:9] = True
    return hidden


def blend(pictures, frames, shifts=None, fit=STRETCH):
    hidden = hide_part()
    shifts = np.zeros(hidden.shape, int) if shifts is None else shifts
    return list(blend_into_source(pictures, frames, hidden, shifts, fit))


def test_what_is_read_back_is_the_clip(pictures):
    assert pictures.size == (60, 100)
    np.testing.assert_array_equal(pictures[3], pictures[0] + 3)


@pytest.mark.parametrize("fit", [STRETCH, CROP])
def test_a_hidden_pixel_is_replaced_wholly_and_far_ones_not_at_all(pictures, fit):
    red = np.broadcast_to(np.uint8([255, 0, 0]), (NUM_FRAMES, 20, 20, 3))
    blended = blend(pictures, red, fit=fit)
    for time in (0, 1, 4, 5):
        np.testing.assert_array_equal(blended[time], pictures[time])
    # Three by five pixels to one of 20x20; cropped, three by three from column 20 on.
    wide, first = (5, 0) if fit == STRETCH else (3, 20)
    inside = (slice(24, 36), slice(first + 5 * wide, first + 9 * wide))
    assert np.all(blended[2][inside] == [255, 0, 0])
    around = np.ones((60, 100), bool)
    around[24 - 9 : 36 + 9, first + 2 * wide : first + 12 * wide] = False
    np.testing.assert_array_equal(blended[2][around], pictures[2][around])


def test_detail_comes_from_another_time(pictures):
    small = [
        resize_picture(Image.fromarray(pictures[time]), (20, 20), 3, STRETCH)
        for time in range(NUM_FRAMES)
    ]
    hidden = hide_part()
    shifts = np.where(hidden, 2, 0)
    inside = (slice(25, 35), slice(26, 44))
    plain = blend(pictures, np.stack(small))[2][inside].astype(int)
    sharp = blend(pictures, np.stack(small), shifts)[2][inside].astype(int)
    truth = pictures[2][inside].astype(int)
    assert np.abs(plain - truth).mean() > 10
    assert np.abs(sharp - truth).mean() < 2
