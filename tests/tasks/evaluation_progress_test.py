"""What an evaluation tells while it works, and the frames that it keeps to show."""

import time

import numpy as np

from tf_dyngen.tasks import evaluation_progress
from tf_dyngen.tasks.evaluation_progress import Progress
from tf_dyngen.tasks.shown_frames import LARGEST_SIDE, MOST_SHOWN, showing, shown

FRAMES = np.random.default_rng(0).integers(0, 256, (50, 6, 8, 3), np.uint8)


def test_no_silence_while_something_takes_long(monkeypatch, capsys):
    monkeypatch.setattr(evaluation_progress, "SECONDS_BETWEEN_LINES", 0.05)
    with Progress() as progress:
        progress.say("opening run")
        time.sleep(0.2)
        progress.expect(200)
        for block in progress.watch(iter([FRAMES, FRAMES]), "judging run, video 1 of 2"):
            assert block is FRAMES
        time.sleep(0.2)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "opening run"
    assert lines[1] == "opening run: 0 s"
    assert lines[-1] == "judging run, video 1 of 2: 100 of 200 frames, 0 s"
    time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_the_first_frames_of_a_video_are_kept():
    pictures = {}
    passed = list(showing(iter([FRAMES] * 4), pictures, "new"))
    assert len(passed) == 4
    assert all(block is FRAMES for block in passed)
    np.testing.assert_array_equal(pictures["new"], np.concatenate([FRAMES] * 3)[:MOST_SHOWN])
    assert not np.shares_memory(pictures["new"], FRAMES)


def test_large_frames_are_shown_smaller():
    ramp = np.linspace(0, 255, 1200).astype(np.uint8)
    for channels in (1, 3):
        frames = np.broadcast_to(ramp[None, None, :, None], (2, 600, 1200, channels))
        found = shown(frames)
        assert found.shape == (2, 256, LARGEST_SIDE, channels)
        # Means over 1200 / 512 pixels of a ramp are the ramp at their middle.
        middle = ramp[np.round((np.arange(LARGEST_SIDE) + 0.5) * 1200 / LARGEST_SIDE).astype(int)]
        assert np.abs(found[0, 100, :, 0].astype(int) - middle).max() <= 2
