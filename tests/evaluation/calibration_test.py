"""What is wrong with a video is told by the figure that is about it; real frames are real."""

import numpy as np
import pytest

from tf_dyngen.evaluation.judging import Judge, judge_continuation
from tf_dyngen.evaluation.simple_baselines import DEGRADED
from tf_dyngen.evaluation.verdicts import find_faults
from tf_dyngen.simulation.textures import catalogue

SIZE = 32
# Benchmarks hold all textures and kinds of video; here is one that moves to one side.
ABOUT = {
    "frozen frame": {"motion"},
    "mean frame": {"motion"},
    "shuffled frames": {"move", "motion", "rhythm"},
    "white noise": {"look", "sharpness"},
    "every second frame": {"speed", "motion", "move"},
    "backwards": {"direction", "move"},
    "blurred": {"sharpness", "look"},
    "strange colours": {"colour"},
    "cut-up": {"seams"},
}
COPIES = {"cross-faded jumps": {"copied"}, "clip repeated": {"copied"}}


@pytest.fixture(scope="module")
def clip():
    """Learned frames, real ones to judge, and the others, before and after those."""
    frames = catalogue.simulate("flag", 0, SIZE, 360)
    return frames[:60], frames[180:240], np.concatenate([frames[60:180], frames[240:]])


@pytest.fixture(scope="module")
def judge(clip):
    return Judge(clip[0], clip[2])


@pytest.fixture(scope="module")
def usual(clip):
    return judge_continuation(clip[0], clip[2]).figures


def faults(judge, usual, frames):
    figures = judge.row([[frames]], settles=False).figures
    return [fault.name for fault in find_faults(figures, usual)]


def test_real_frames_read_as_real(clip, judge, usual):
    assert faults(judge, usual, clip[1]) == []


@pytest.mark.parametrize("kind", [*ABOUT, *COPIES])
def test_what_is_wrong_is_told(kind, clip, judge, usual):
    source = clip[0] if kind in COPIES else clip[1]
    made = DEGRADED[kind](source / np.float32(255.0), 60, 0)
    found = faults(judge, usual, np.rint(255 * made).astype(np.uint8))
    assert set(found) & (ABOUT | COPIES)[kind], found
