"""Rows of the table: real frames, copies and repeats."""

import numpy as np
import pytest

from tf_dyngen.evaluation.judging import Judge, judge_continuation


def test_a_copy_and_new_frames(waves):
    frames = waves(420)
    training, held_out, new = frames[:60], frames[60:240], frames[240:]
    judge = Judge(training, held_out)
    copied = judge.row([training])
    assert copied.figures["motion"].mean == pytest.approx(1.0)
    assert copied.figures["spectrum_distance"].mean == pytest.approx(0.0)
    assert copied.figures["nearest_window"].mean == pytest.approx(0.0, abs=1e-3)
    assert copied.figures["replayed"].mean == 1.0
    assert "diversity" not in copied.figures
    fresh = judge.row([new, new])
    assert fresh.figures["nearest_window"].mean == pytest.approx(1.0, abs=0.3)
    assert fresh.figures["replayed"].mean < 0.9
    assert fresh.figures["diversity"].mean == 0.0
    assert fresh.figures["motion"].standard_error == 0.0
    assert fresh.spectrum.shape == (30,)
    real = judge_continuation(training, held_out)
    assert real.figures["flow_speed"].mean < 0.2


def test_without_held_out_frames(waves):
    training = waves(60)
    found = Judge(training, None).row([training])
    assert found.figures["flow_speed"].mean == 0.0
    assert found.figures["nearest_frame"].mean == pytest.approx(0.0, abs=1e-3)
    assert judge_continuation(training, None) is None
    assert judge_continuation(training, waves(90)) is None
    assert np.isfinite([value.mean for value in found.figures.values()]).all()
