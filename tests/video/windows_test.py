"""Windows of a clip hold its frames, whatever their stride, and take no more than they need."""

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.video.windows import read_windows, roll


@pytest.mark.parametrize("stride", [1, 3, 4, 7])
@pytest.mark.parametrize("number", [3, 4, 11, 20])
def test_windows_are_slices(number, stride):
    found = list(roll(range(number), 4, stride))
    firsts = range(0, number - 3, stride)
    assert found == [(first, list(range(first, first + 4))) for first in firsts]


def test_no_more_is_taken_than_the_window_asked_for():
    items = iter(range(20))
    windows = roll(items, 4, 6)
    assert next(windows) == (0, [0, 1, 2, 3])
    assert next(windows) == (6, [6, 7, 8, 9])
    assert next(items) == 10


def test_frames_come_as_they_are_and_short_clips_are_named(tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 3), np.uint8)
    np.save(tmp_path / "clip.npy", frames)
    windows = list(read_windows(tmp_path / "clip.npy", num_frames=4, stride=2, size=(8, 8)))
    assert [window.first_frame for window in windows] == [0, 2, 4]
    for window in windows:
        start = window.first_frame
        np.testing.assert_array_equal(window.frames, frames[start : start + 4])
        assert window.frame_rate == 25.0
    with pytest.raises(UserError, match=r"clip.npy holds 9 frames, 10 or more are wanted"):
        list(read_windows(tmp_path / "clip.npy", num_frames=10, stride=2, size=(8, 8)))
