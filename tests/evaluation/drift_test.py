"""A video that fades, and one that does not."""

import numpy as np
import pytest

from tf_dyngen.evaluation.drift import summarise_drift
from tf_dyngen.evaluation.metrics import Reality
from tf_dyngen.evaluation.verdicts import describe_drift


def test_a_video_that_fades(waves):
    frames = waves(900)
    reality = Reality(frames[:60], frames[60:180], num_draws=1)
    steady = summarise_drift(reality.judge_windows(frames[180:]))
    assert steady.scores.shape == (12, 5)
    fading = 0.5 + (frames[180:] - 0.5) * np.linspace(1.0, 0.1, 720)[:, None, None, None]
    found = summarise_drift(reality.judge_windows(fading))
    # Of 12 windows, thirds of three: around frames 150 and 630 of 720.
    shares = [(1 - 0.9 * frame / 720) ** 2 for frame in (150, 630)]
    steadily = steady.last["motion"].mean / steady.first["motion"].mean
    expected = steadily * shares[1] / shares[0]
    assert found.last["motion"].mean / found.first["motion"].mean == pytest.approx(
        expected, rel=0.15
    )
    assert "fades" in describe_drift(found.first, found.last)
