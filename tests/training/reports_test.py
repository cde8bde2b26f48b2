"""metrics.jsonl: its lines, what is judged when, and what a run that goes on finds there."""

import dataclasses
import re

import pytest

from tf_dyngen.training.metrics import Metrics
from tf_dyngen.training.reports import Judging, MetricsLogAction, ProgressAction, read_metrics

METRICS = Metrics(0, 1.5, 0.01, 26.0, -5.0, 1.0, 3.0)
LEARNED = dataclasses.replace(METRICS, statistics_distance=0.5, log_motion_ratio=-0.1)


class Judge:
    """Counts how often it is asked."""

    calls = 0

    def __call__(self):
        self.calls += 1
        return {"motion": float(self.calls)}


@pytest.fixture
def run(tmp_path):
    """run(FROM, TO, NUM_STEPS, metrics) -> how often new video was judged, every 4 steps."""

    def steps(first, last, num_steps, metrics=METRICS):
        judge = Judge()
        action = MetricsLogAction(
            tmp_path,
            first_step=first,
            num_steps=num_steps,
            every=5,
            judging=Judging(judge, 4, {"motion": "energy"}),
        )
        at_step = None
        for step in range(first + 1, last + 1):
            at_step = dataclasses.replace(metrics, step=step)
            action.after_step(at_step)
        action.at_end(at_step)
        return judge.calls

    return steps


def test_a_line_has_the_figures_of_new_video_where_it_is_judged(run, tmp_path):
    assert run(0, 11, 11) == 3
    lines = {line["step"]: line for line in read_metrics(tmp_path)}
    assert list(lines) == [4, 5, 8, 10, 11]
    # After the last step it is judged too.
    assert {step: line.get("motion") for step, line in lines.items()} == {
        4: 1.0,
        5: None,
        8: 2.0,
        10: None,
        11: 3.0,
    }
    assert all(line["psnr"] == 26.0 for line in lines.values())


def test_a_run_that_is_stopped_early_is_not_kept_waiting(run, tmp_path):
    assert run(0, 7, 100) == 1
    assert [line["step"] for line in read_metrics(tmp_path)] == [4, 5, 7]


def test_lines_after_the_step_that_a_run_goes_on_from_are_dropped(run, tmp_path):
    run(0, 10, 100)
    run(6, 9, 100)
    assert [(line["step"], "motion" in line) for line in read_metrics(tmp_path)] == [
        (4, True),
        (5, False),
        (8, True),
        (9, False),
    ]


def test_what_is_not_computed_is_not_logged(run, tmp_path):
    run(0, 5, 100)
    assert "statistics_distance" not in read_metrics(tmp_path)[-1]
    run(5, 10, 100, LEARNED)
    last = read_metrics(tmp_path)[-1]
    assert last["statistics_distance"] == 0.5
    assert last["log_motion_ratio"] == -0.1
    assert "energy_pull" not in last


def test_every_line_is_json_whatever_the_numbers(run, tmp_path):
    strange = dataclasses.replace(METRICS, psnr=float("inf"), mse=0.0, latent_std=float("nan"))
    run(0, 5, 5, strange)
    text = (tmp_path / "metrics.jsonl").read_text()
    assert "Infinity" not in text
    assert "NaN" not in text
    (last,) = [line for line in read_metrics(tmp_path) if line["step"] == 5]
    assert last["mse"] == 0.0
    assert not {"psnr", "latent_std"} & last.keys()


def test_the_time_left_is_right_after_a_minute_though_the_first_step_takes_long(
    monkeypatch, capsys
):
    """40 s for the first step, a second for each of the other 300."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    progress = ProgressAction(0, 301, float("inf"))
    for step in range(1, 302):
        now[0] += 40.0 if step == 1 else 1.0
        progress.after_step(dataclasses.replace(METRICS, step=step))
    progress.at_end(dataclasses.replace(METRICS, step=301))
    first, *lines = capsys.readouterr().err.splitlines()
    assert "takes longer than others" in first
    # Nothing is known yet.
    assert "left" not in lines[0]
    told = [re.search(r"step (\d+)/301 .* (\d+) s left", line).groups() for line in lines[1:]]
    assert len(told) >= 28
    for step, left in told:
        assert int(left) == 301 - int(step)


def test_no_more_time_is_left_than_is_allowed(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    progress = ProgressAction(0, 1000, 60.0)
    for step in range(1, 31):
        now[0] += 1.0
        progress.after_step(dataclasses.replace(METRICS, step=step))
    assert capsys.readouterr().err.splitlines()[-1].endswith(" 30 s left")
