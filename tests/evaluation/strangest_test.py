"""The place that is farthest from a clip."""

import numpy as np
import pytest

from tf_dyngen.evaluation.strangest import ClipSquares, looked_at


@pytest.mark.parametrize("factor", [1, 2])
def test_where_and_how_far(factor):
    random = np.random.default_rng(0)
    clip = random.integers(90, 110, (20, 96, 96, 3), np.uint8)
    clip = clip.repeat(factor, axis=1).repeat(factor, axis=2)
    video = clip[:10].copy()
    times = looked_at(len(video))
    assert times.tolist() == [0, 1, 3, 5, 7, 9]
    side = 8 * factor
    video[5, 40 * factor : 48 * factor, 20 * factor : 28 * factor] = 200
    worst = ClipSquares(clip).farthest(video[times], 60 + times, video=3)
    assert (worst.video, worst.number, worst.side) == (3, 60 + 5, side)
    assert (worst.top, worst.left) == (40 * factor, 20 * factor)
    # The clip is uniform on 90..109 there: 200 is 100.5 from its mean.
    assert worst.distance == pytest.approx(100.5, abs=2.0)
    np.testing.assert_array_equal(worst.frame, video[5])


def test_a_copy_that_is_moved_by_two_pixels_is_near():
    clip = np.random.default_rng(0).integers(0, 256, (8, 32, 40, 3), np.uint8)
    squares = ClipSquares(clip[:, :, 4:36])
    assert squares.farthest(clip[:, :, 4:36], np.arange(8), 0).distance == pytest.approx(
        0.0, abs=0.2
    )
    # Squares at the border have nothing to their other side; inner ones are found again.
    moved = squares.farthest(clip[:, :, 2:34], np.arange(8), 0)
    assert moved.left == 0
    # Unrelated uniform noise lies 255 / sqrt(6) apart, less for the nearest of many.
    assert 60.0 < moved.distance < 255 / np.sqrt(6)
