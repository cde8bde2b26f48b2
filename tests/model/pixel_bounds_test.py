"""Bounds of pixels: where they are, and the way through them and back."""

import numpy as np
import pytest

from tf_dyngen.model.pixel_bounds import FULL, MARGIN, PixelBounds


def clips(seed=0):
    random = np.random.default_rng(seed)
    return [random.uniform(-0.5, 0.9, (n, 3, 4, 3)).astype(np.float32) for n in (7, 4)]


def test_all_frames_are_within_and_the_extremes_near_the_bounds():
    found = PixelBounds.of_clips(clips())
    frames = np.concatenate(clips()).reshape(11, -1)
    excess = np.abs(frames - found.centre) - found.reach
    assert excess.max() < 0
    np.testing.assert_allclose(
        -excess.max(axis=0), 0.05 * np.ptp(frames, axis=0) / 2 + MARGIN, atol=1e-5
    )


@pytest.mark.parametrize("bounds", [FULL, PixelBounds.of_clips(clips())])
def test_what_is_unbent_bends_back(bounds):
    frames = clips()[0]
    linear = bounds.unbend(frames)
    assert linear.dtype == np.float32
    back = bounds.centre + bounds.reach * np.tanh(linear)
    np.testing.assert_allclose(back, frames.reshape(7, -1), atol=0.02)


def test_pixels_beyond_the_bounds_are_kept_off_the_infinities():
    assert np.isfinite(
        PixelBounds.of_clips(clips()).unbend(np.ones((2, 3, 4, 3), np.float32))
    ).all()


def test_a_pixel_that_stands_still_has_a_margin():
    found = PixelBounds.of_clips([np.full((5, 2, 2, 1), 0.4, np.float32)])
    np.testing.assert_allclose(found.centre, 0.4, rtol=1e-6)
    np.testing.assert_allclose(found.reach, MARGIN, rtol=1e-5)
