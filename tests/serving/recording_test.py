"""Pieces of video into a file: all that were expected, fewer, or none."""

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.serving.recording import record

FRAMES = np.random.default_rng(0).integers(0, 256, (10, 6, 8, 1), np.uint8)


@pytest.mark.parametrize("num_frames", [10, 100_000])
def test_a_file_holds_what_came(tmp_path, capsys, num_frames):
    pieces = iter([FRAMES[:4], FRAMES[4:]])
    output = tmp_path / "new.npy"
    assert record(pieces, output, num_frames=num_frames, frame_rate=25.0) == 10
    np.testing.assert_array_equal(np.load(output), FRAMES)
    told = capsys.readouterr().err
    assert f"wrote {output}" in told
    assert ("stopped after 10 of 100000 frames" in told) == (num_frames > 10)


def test_nothing_is_no_file(tmp_path):
    with pytest.raises(UserError, match="before the first frame"):
        record(iter([]), tmp_path / "new.mp4", num_frames=10, frame_rate=25.0)
    assert not list(tmp_path.iterdir())


def test_pieces_that_fail_leave_no_file(tmp_path):
    def pieces():
        yield FRAMES
        raise UserError("the server went away", "start it")

    with pytest.raises(UserError, match="went away"):
        record(pieces(), tmp_path / "new.npy", num_frames=100, frame_rate=25.0)
    assert not list(tmp_path.iterdir())
