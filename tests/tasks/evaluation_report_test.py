"""What an evaluation says, as values and as a page; what sentences say is tested with them."""

import json

import numpy as np
import pytest

from tf_dyngen.evaluation.drift import Drift
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.flow import measure_flow
from tf_dyngen.evaluation.judging import Row, Worst
from tf_dyngen.evaluation.metrics import Estimate, Fidelity
from tf_dyngen.evaluation.report import render, to_json
from tf_dyngen.tasks import evaluation_report
from tf_dyngen.tasks.evaluate import LINEAR, REAL, VIDEO_TEXTURES, Assessment, RunFigures
from tf_dyngen.tasks.real_frames import RealFrames

FRAMES = np.zeros((30, 16, 16, 3), np.uint8)
FLOW = measure_flow(np.random.default_rng(0).random((2, 16, 16, 3)))
FIGURES_OF_A_VIDEO = {name: Estimate(1.0, 0.1) for name in FIGURES}


def row(distance=20.0):
    worst = Worst(FRAMES[0], 1, 2, 3, 4, 8, distance)
    return Row(dict(FIGURES_OF_A_VIDEO), np.ones(10), FLOW, worst)


def run(name):
    scores = np.ones((5, len(Fidelity._fields)))
    drift = Drift(scores, FIGURES_OF_A_VIDEO, FIGURES_OF_A_VIDEO)
    shown = {
        f"{name}, reconstruction": FRAMES,
        f"{name}, synthesis, seed 0": FRAMES,
        f"{name}, synthesis, seed 1": FRAMES,
    }
    figures = RunFigures(300, {"psnr": 40.0, "ssim": 0.99}, drift)
    return Assessment(name, {name: row()}, shown, figures)


def given(*names):
    return Assessment("videos", {name: row() for name in names}, dict.fromkeys(names, FRAMES))


def evaluation(assessments, *, held_out=True, **changes):
    shown = {"learned frames": FRAMES, LINEAR: FRAMES, VIDEO_TEXTURES: FRAMES}
    rows = {LINEAR: row(60.0), VIDEO_TEXTURES: row(15.0), "frozen frame": row()}
    if held_out:
        shown, rows = {"real frames, not learned": FRAMES, **shown}, {REAL: row(18.0), **rows}
    origin = "30 frames of fire.mp4 after those learned"
    frames = RealFrames("fire", FRAMES, FRAMES if held_out else None, origin, 25.0)
    made = evaluation_report.Evaluation(
        frames,
        20,
        assessments,
        Assessment("baselines", rows, shown),
        histories={a.name: [{"step": 1, "psnr": 20.0}] for a in assessments if a.run},
        fidelity={a.name: [{"step": 1, "look": 2.0}] for a in assessments if a.run},
        notes=["a note"],
        request={"num_videos": 2},
        settings={"model.state_size": 40},
        versions={"python": "3"},
    )
    return made._replace(**changes)


@pytest.fixture(autouse=True)
def sentences(monkeypatch):
    monkeypatch.setattr(evaluation_report, "describe", lambda figures, real: "A verdict.")
    monkeypatch.setattr(evaluation_report, "compare", lambda figures, other: "2 of 3 figures")
    monkeypatch.setattr(evaluation_report, "describe_drift", lambda first, last: "does not drift")


def test_real_frames_are_beside_new_ones_and_the_rest_comes_last():
    report = evaluation_report.to_report(evaluation([run("a"), given("b.mp4")]))
    assert report.real_video is not None
    assert report.real_video[0] == "real frames, not learned"
    assert list(report.new_videos) == [
        "a, synthesis, seed 0",
        "a, synthesis, seed 1",
        "b.mp4",
        LINEAR,
        VIDEO_TEXTURES,
        "a, reconstruction",
        "learned frames",
    ]
    # What was learned is not new: one is not asked to tell it from real frames.
    assert report.quiz == {
        "a": ["a, synthesis, seed 0", "a, synthesis, seed 1"],
        "b.mp4": ["b.mp4"],
        LINEAR: [LINEAR],
        VIDEO_TEXTURES: [VIDEO_TEXTURES],
    }
    assert list(report.worst) == ["a", "b.mp4", REAL, LINEAR, VIDEO_TEXTURES]
    assert (report.real, report.usual_distance) == (REAL, 18.0)


def test_where_nothing_is_held_out_learned_frames_stand_for_real_ones():
    report = evaluation_report.to_report(evaluation([run("a")], held_out=False))
    assert report.real_video is not None
    assert report.real_video[0] == "learned frames"
    assert "learned frames" not in report.new_videos
    assert (report.real, report.usual_distance) == (None, None)
    assert "learned frames" in render(report)


def test_the_verdict_comes_first_and_a_run_has_more_to_say():
    report = evaluation_report.to_report(evaluation([run("a"), given("b.mp4")]))
    assert report.verdicts == {
        "a": [
            "A verdict.",
            "Nearer to reality than a linear dynamic texture on 2 of 3 figures.",
            "Reconstructs what it learned at 40.0 dB, SSIM 0.990.",
            "Over 100 frames it does not drift.",
        ],
        "b.mp4": [
            "A verdict.",
            "Nearer to reality than a linear dynamic texture on 2 of 3 figures.",
        ],
    }


def test_charts_are_bounded_and_say_what_is_left_out():
    few = evaluation_report.to_report(evaluation([run("a")]))
    titles = [chart.title for chart in few.charts]
    assert titles == [
        "Rhythm",
        "Speed and direction",
        "Over time: a",
        "Training",
        "New video while training: a",
    ]
    assert not any("left out" in chart.caption for chart in few.charts)
    names = [f"{number}.mp4" for number in range(20)]
    many = evaluation_report.to_report(evaluation([given(*names)]))
    # 20 videos, the real ones and two baselines; seven colours.
    assert "16 more are left out; metrics.json has them." in many.charts[0].caption


def test_a_run_that_logged_nothing_has_no_chart_of_it():
    nothing = evaluation([run("a")], histories={"a": []}, fidelity={"a": []})
    titles = [chart.title for chart in evaluation_report.to_report(nothing).charts]
    assert titles == ["Rhythm", "Speed and direction", "Over time: a"]


def test_values_have_the_names_of_figures_and_no_pictures():
    values = json.loads(to_json(evaluation_report.to_values(evaluation([run("a")]))))
    assert set(values["figures"]["a"]) == set(FIGURES)
    assert values["figures"]["a"]["look"] == {"mean": 1.0, "standard_error": 0.1}
    assert values["worst"][LINEAR] == {
        "video": 1,
        "number": 2,
        "top": 3,
        "left": 4,
        "side": 8,
        "distance": 60.0,
    }
    assert values["runs"]["a"]["drift"]["windows"]["motion"] == [1.0] * 5
    assert values["verdicts"][REAL] == "The most that new video can hope for."
    assert values["held_out"].startswith("30 frames")
