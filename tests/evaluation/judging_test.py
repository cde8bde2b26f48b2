"""Rows of the table: real frames, copies and repeats, however they come."""

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.judging import Judge, judge_continuation


def to_bytes(frames):
    return np.rint(frames * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def frames(waves):
    return to_bytes(waves(540))


@pytest.fixture(scope="module")
def judge(frames):
    return Judge(frames[:60], frames[60:240])


def test_a_copy_and_new_frames(frames, judge):
    copied = judge.row([[frames[:60]]])
    assert copied.figures["motion"].mean == pytest.approx(1.0)
    assert copied.figures["rhythm"].mean == pytest.approx(0.0)
    assert copied.figures["novelty"].mean == pytest.approx(0.0, abs=1e-3)
    assert copied.figures["copied"].mean == 1.0
    assert copied.figures["colour"].mean == 0.0
    assert not copied.figures.keys() & {"diversity", "repetition"}
    new = frames[240:]
    fresh = judge.row([[new], [new]])
    # The phases wander on: later moments are no nearer to learned ones than held-out ones are.
    assert fresh.figures["novelty"].mean > 0.8
    assert fresh.figures["copied"].mean < 0.1
    assert fresh.figures["diversity"].mean == pytest.approx(0.0, abs=1e-9)
    assert fresh.figures["motion"].standard_error == 0.0
    assert fresh.spectrum.shape == (30,)
    assert set(fresh.figures) == set(FIGURES) - {"frechet_distance"}


def test_blocks_of_any_length_are_alike(frames, judge):
    whole = judge.row([[frames[240:]]])
    blocks = judge.row([np.array_split(frames[240:], [7, 8, 130, 260])])
    assert whole.figures == blocks.figures
    assert (whole.worst.video, whole.worst.number) == (blocks.worst.video, blocks.worst.number)


def test_the_worst_place_is_found(frames, judge):
    spoiled = frames[240:360].copy()
    spoiled[60:, 4:12, 8:16] = np.random.default_rng(0).integers(0, 2, (8, 8, 3)) * 255
    worst = judge.row([[frames[360:420]], [spoiled]], settles=False).worst
    assert worst.video == 1
    assert worst.number >= 60
    assert (worst.top, worst.left, worst.side) == (4, 8, 8)


def test_drift_and_quick(frames, judge):
    drift = judge.drift(iter(np.array_split(frames, 5)))
    assert drift.scores.shape == (9, 5)
    assert drift.first["motion"].mean == pytest.approx(1.0, abs=0.5)
    quick = judge.quick([frames[240:]])
    row = judge.row([[frames[240:]]])
    assert quick.keys() <= row.figures.keys()
    assert {"look", "move", "motion", "colour"} <= quick.keys()
    assert quick["look"] == pytest.approx(row.figures["look"].mean)


def test_the_real_continuation(frames):
    real = judge_continuation(frames[:60], frames[60:240])
    assert real.figures["motion"].mean == pytest.approx(1.0, abs=0.3)
    # Each window beside the others, whose own distances are what is divided by.
    assert real.figures["look"].mean == pytest.approx(1.0, abs=0.8)
    assert real.figures["novelty"].standard_error >= 0.0
    assert judge_continuation(frames[:60], None) is None
    assert judge_continuation(frames[:60], frames[60:150]) is None


@pytest.mark.parametrize("held_out", [True, False])
@pytest.mark.parametrize("length", [3, 7])
def test_clips_of_a_few_frames(frames, length, held_out):
    others = frames[length : 4 * length] if held_out else None
    judge = Judge(frames[:length], others)
    assert judge.window == length
    found = judge.row([[frames[100:130]]])
    values = np.array([estimate.mean for estimate in found.figures.values()])
    assert np.isfinite(values).all()
    assert {"motion", "sharpness", "colour", "novelty"} <= found.figures.keys()


def test_a_video_that_is_too_short(frames, judge):
    with pytest.raises(UserError, match="video 2 is shorter"):
        judge.row([[frames[:60]], [frames[:59]]])


def test_a_clip_that_stands_still():
    still = np.full((20, 16, 16, 3), 128, np.uint8)
    found = Judge(still, still).row([[still]])
    assert np.isfinite([estimate.mean for estimate in found.figures.values()]).all()
