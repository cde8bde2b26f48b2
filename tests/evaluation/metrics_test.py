"""Fidelity: real frames score 1, every cheap trick is found out."""

from pathlib import Path

import numpy as np
import pytest

from tf_dyngen.evaluation import metrics
from tf_dyngen.evaluation.simple_baselines import SIMPLE_BASELINES
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.video.clips import read_clip

CLIPS = Path(__file__).parents[3] / "shared" / "clips" / "textures"
SIMULATED_SEEDS = range(3)
# Quick, and noisy; benchmarks/calibration.py takes all draws, sizes and lengths as they are meant.
NUM_DRAWS = 1


def simulated_sets(name):
    """Returns the clips of a procedural texture as (training, held_out)."""
    clips = [
        catalogue.simulate(name, seed, 32, 300) / np.float32(255.0) for seed in SIMULATED_SEEDS
    ]
    return [(frames[:60], frames[60:]) for frames in clips]


def judge_continuation(training, held_out):
    """Returns what the real continuation scores."""
    continuation, others = np.array_split(held_out, 2)
    return metrics.Reality(training, others, NUM_DRAWS).judge(continuation, settles=False)


def check_order(sets):
    """Asserts that reality scores one and that what is not like it is told from it."""
    scores = [judge_continuation(*pair) for pair in sets]
    bounds = {
        "patches": (0.8, 1.3),
        "motion": (0.85, 1.15),
        "variance": (0.85, 1.15),
    }
    for name, (low, high) in bounds.items():
        mean, error = metrics.Estimate.of([getattr(score, name) for score in scores])
        room = 2.0 * error if len(scores) > 1 else 0.0
        assert low - room < mean < high + room, name
    training, held_out = sets[0]
    reality = metrics.Reality(training, held_out, NUM_DRAWS)
    tricks = {
        trick: reality.judge(make(training, 2 * metrics.WINDOW, 0))
        for trick, make in SIMPLE_BASELINES.items()
    }
    for trick in ("frozen frame", "mean frame"):
        assert tricks[trick].motion < 1e-6
        assert tricks[trick].variance < 1e-6
        assert tricks[trick].rhythm > 10.0
    assert tricks["shuffled frames"].motion > 1.3
    assert tricks["white noise"].patches > 5.0
    assert tricks["white noise"].sharpness > 3.0


# One that flows and one that is one object; the others take half a minute.
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in ("fire", "flag") else pytest.mark.soak)
        for name in catalogue.SIMULATIONS
    ],
)
def test_simulated_reality_scores_one_and_cheap_tricks_are_found_out(name):
    check_order(simulated_sets(name))


@pytest.mark.soak
@pytest.mark.parametrize("name", ["fire", "flashing_light"])
def test_filmed_reality_scores_one_and_cheap_tricks_are_found_out(name):
    path = CLIPS / f"{name}.avi"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    frames = read_clip(path, num_frames=None, size=(64, 64)).frames / np.float32(255.0)
    check_order([(frames[:60], frames[60:])])


def test_a_figure_of_each_kind_by_hand(waves):
    frames = waves(420)
    training, held_out, synthesis = frames[:60], frames[60:180], frames[180:]
    found = metrics.fidelity(synthesis, training, held_out)
    # The first window of 60 frames is left out, the other three are averaged.
    steps = np.mean(np.diff(synthesis[60:], axis=0) ** 2), np.mean(np.diff(training, axis=0) ** 2)
    assert found.motion == pytest.approx(steps[0] / steps[1], rel=0.02)
    variances = [synthesis[i : i + 60].var(axis=0).mean() for i in (60, 120, 180)]
    expected = np.mean(variances) / training.var(axis=0).mean()
    assert found.variance == pytest.approx(expected)


def test_standard_errors_over_videos(waves):
    assert metrics.Estimate.of([1.0, 2.0, 3.0]) == pytest.approx((2.0, 1.0 / np.sqrt(3)))
    assert np.isnan(metrics.Estimate.of([1.0]).standard_error)
    frames = waves(420)
    reality = metrics.Reality(frames[:60], frames[60:180], num_draws=1)
    videos = [frames[180:300], frames[300:]]
    several = reality.judge_several(videos)
    singles = [reality.judge(video).motion for video in videos]
    assert several["motion"] == pytest.approx((np.mean(singles), abs(np.diff(singles)[0]) / 2))


def test_short_clips_are_judged_in_short_windows(waves):
    frames = waves(64)
    reality = metrics.Reality(frames[:16], frames[16:32], num_draws=1)
    assert reality.window == 16
    assert np.isfinite(reality.judge(frames[:40])).all()


def test_without_held_out_frames_copies_do_best(waves):
    frames = waves(300)
    reality = metrics.Reality(frames[:60], None, num_draws=2)
    copied, new = reality.judge(frames[:60]), reality.judge(frames[60:])
    # Half of the frames differ from the other half more than all of them differ from all.
    assert copied.patches < 1.0
    assert copied.patches < new.patches


def test_a_clip_that_stands_still():
    still = np.full((20, 16, 16, 3), 0.5)
    found = metrics.Reality(still, still, num_draws=1).judge(still)
    assert np.isfinite(found).all()
