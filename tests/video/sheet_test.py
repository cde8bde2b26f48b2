"""Contact sheets of videos that come in pieces, and the seam of a loop."""

import numpy as np
import pytest

from tf_dyngen.video.display import contact_sheet
from tf_dyngen.video.sheet import Sheet


def levels(*values):
    """Frames [T, 16, 16, 3] of one level each."""
    return np.broadcast_to(
        np.array(values, np.uint8)[:, None, None, None], (len(values), 16, 16, 3)
    )


def sheet_of(frames, is_loop, pieces=(3,)):
    sheet = Sheet(len(frames), is_loop)
    for piece in np.split(frames, np.cumsum(pieces)):
        sheet.add(piece)
    return sheet.picture()


@pytest.mark.parametrize("pieces", [(), (3,), (1, 1, 20)])
def test_frames_lie_evenly_in_time(pieces):
    frames = levels(*range(0, 241, 8))
    rows = {f"frame {8 * i}": frames[8 * i :: 2][:4] for i in range(4)}
    np.testing.assert_array_equal(sheet_of(frames, False, pieces), contact_sheet(rows, 4))


def test_a_loop_shows_its_first_frames_after_its_last():
    frames = levels(*range(0, 241, 8))
    rows = {f"frame {8 * i}": frames[8 * i :: 2][:4] for i in range(4)}
    rows["last | first"] = np.concatenate([frames[-2:], frames[:2]])
    np.testing.assert_array_equal(sheet_of(frames, True), contact_sheet(rows, 4))


def test_loops_of_two_frames_and_of_three():
    two = sheet_of(levels(10, 200), True, pieces=())
    rows = {"frame 0": levels(10, 200), "last | first": levels(200, 10)}
    np.testing.assert_array_equal(two, contact_sheet(rows, 4))
    three = sheet_of(levels(10, 100, 200), True, pieces=())
    rows = {"frame 0": levels(10, 100, 200), "last | first": levels(200, 10)}
    np.testing.assert_array_equal(three, contact_sheet(rows, 4))


def test_a_video_that_ends_early_shows_what_there_is():
    sheet = Sheet(31, True)
    sheet.add(levels(0, 8, 16))
    rows = {"frame 0": levels(0, 16), "last | first": levels(0, 8)}
    np.testing.assert_array_equal(sheet.picture(), contact_sheet(rows, 4))
