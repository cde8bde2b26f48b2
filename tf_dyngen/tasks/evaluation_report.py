"""What an evaluation says: a report to look at and values to go on with."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tf_dyngen.evaluation.charts import (
    COLOURS,
    draw_figures,
    draw_flow,
    draw_spectra,
    draw_training,
)
from tf_dyngen.evaluation.judging import Row, Worst
from tf_dyngen.evaluation.metrics import Estimate, Fidelity
from tf_dyngen.evaluation.report import Report, Section
from tf_dyngen.evaluation.verdicts import compare, describe, describe_drift
from tf_dyngen.tasks.evaluate import LINEAR, REAL, VIDEO_TEXTURES, Assessment, RunFigures
from tf_dyngen.tasks.real_frames import RealFrames

# Captions that an `Assessor` gives to what is shown.
NOT_LEARNED, LEARNED = "real frames, not learned", "learned frames"
RECONSTRUCTION = ", reconstruction"


class Evaluation(NamedTuple):
    """Everything that was found.

    assessments: of runs and given videos; histories, fidelity: run -> objects of metrics.jsonl and
    of fidelity.jsonl; notes: what a reader must know; request: what was asked for.
    """

    real: RealFrames
    window: int
    assessments: Sequence[Assessment]
    baselines: Assessment
    histories: Mapping[str, Sequence[Mapping[str, Any]]]
    fidelity: Mapping[str, Sequence[Mapping[str, Any]]]
    notes: Sequence[str]
    request: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]

    @property
    def rows(self) -> dict[str, Row]:
        """Kind of video -> its figures: those asked for, then what they are to be seen beside."""
        every = [*self.assessments, self.baselines]
        return {name: row for assessment in every for name, row in assessment.rows.items()}

    @property
    def real_figures(self) -> dict[str, Estimate] | None:
        """What the real continuation scores, where there is one."""
        row = self.baselines.rows.get(REAL)
        return row.figures if row else None


def to_values(evaluation: Evaluation) -> dict[str, Any]:
    """Returns what metrics.json holds: figures by the names of `FIGURES`, and what they are of."""
    rows = evaluation.rows
    runs = {a.name: a.run for a in evaluation.assessments if a.run}
    return {
        "clip": evaluation.real.name,
        "held_out": evaluation.real.origin,
        "relative_to_training_frames": evaluation.real.held_out is None,
        "window": evaluation.window,
        "request": evaluation.request,
        "notes": evaluation.notes,
        "figures": {name: row.figures for name, row in rows.items()},
        "verdicts": {name: _verdict(evaluation, name) for name in rows},
        "worst": {name: _numbers(row.worst) for name, row in rows.items() if row.worst},
        "runs": {name: _run_values(run) for name, run in runs.items()},
        "spectra": {name: row.spectrum for name, row in rows.items()},
        "flow": {
            name: {"speeds": row.flow.speeds[::10], "directions": row.flow.directions}
            for name, row in rows.items()
        },
        "settings": evaluation.settings,
        "versions": evaluation.versions,
    }


def to_report(evaluation: Evaluation) -> Report:
    """Returns what report.html shows."""
    real, rows = evaluation.real, evaluation.rows
    judged = [name for a in evaluation.assessments for name in a.rows]
    seen = [*judged, REAL, LINEAR, VIDEO_TEXTURES]
    usual = rows[REAL].worst if REAL in rows else None
    shown = {**evaluation.baselines.shown}
    caption = NOT_LEARNED if NOT_LEARNED in shown else LEARNED
    real_video = (caption, shown.pop(caption)) if caption in shown else None
    return Report(
        title=f"Evaluation of {', '.join(judged)}",
        subtitle=(
            f"{real.name}: {len(real.training)} learned frames of {real.training.shape[1]}x"
            f"{real.training.shape[2]}; held out: {real.origin}"
        ),
        verdicts=_headlines(evaluation),
        baselines={name: [_verdict(evaluation, name)] for name in evaluation.baselines.rows},
        notes=evaluation.notes,
        real_video=real_video,
        new_videos=_new_videos(evaluation.assessments, shown),
        quiz=_quiz(evaluation),
        frame_rate=real.frame_rate,
        worst={name: worst for name in seen if name in rows and (worst := rows[name].worst)},
        usual_distance=usual.distance if usual else None,
        figures={name: row.figures for name, row in rows.items()},
        real=REAL if REAL in rows else None,
        charts=_charts(evaluation),
        settings={**evaluation.request, **evaluation.settings},
        versions=evaluation.versions,
    )


def _new_videos(
    assessments: Sequence[Assessment], baselines: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Returns new videos, those of baselines, and last what is not new: reconstructions."""
    own = {caption: frames for a in assessments for caption, frames in a.shown.items()}
    new = {c: frames for c, frames in own.items() if not c.endswith(RECONSTRUCTION)}
    return {**new, **{c: f for c, f in baselines.items() if c != LEARNED}, **own, **baselines}


def _quiz(evaluation: Evaluation) -> dict[str, list[str]]:
    """Returns kind of video -> captions of the new videos of it."""
    sources = {}
    for assessment in [*evaluation.assessments, evaluation.baselines]:
        if assessment.run:
            new = [c for c in assessment.shown if not c.endswith(RECONSTRUCTION)]
            sources[assessment.name] = new
        else:
            sources |= {name: [name] for name in assessment.rows if name in assessment.shown}
    return {name: captions for name, captions in sources.items() if captions}


def _verdict(evaluation: Evaluation, name: str) -> str:
    if name == REAL:
        return "The most that new video can hope for."
    return describe(evaluation.rows[name].figures, evaluation.real_figures)


def _headlines(evaluation: Evaluation) -> dict[str, list[str]]:
    """Returns what is judged -> sentences that answer what the reader came to know."""
    found: dict[str, list[str]] = {}
    linear = evaluation.baselines.rows[LINEAR].figures
    for assessment in evaluation.assessments:
        for name, row in assessment.rows.items():
            found[name] = [
                _verdict(evaluation, name),
                f"Nearer to reality than a linear dynamic texture on "
                f"{compare(row.figures, linear)}.",
            ]
        if assessment.run is None:
            continue
        reconstruction, drift = assessment.run.reconstruction, assessment.run.drift
        if reconstruction:
            found[assessment.name].append(
                f"Reconstructs what it learned at {reconstruction['psnr']:.1f} dB, SSIM "
                f"{reconstruction['ssim']:.3f}{_which(assessment.run.left_out)}."
            )
        length = len(drift.scores) * evaluation.window
        found[assessment.name].append(
            f"Over {length:,} frames it {describe_drift(drift.first, drift.last)}."
        )
    return found


def _which(left_out: float | None) -> str:
    """Returns what a reconstruction's figure is worth, where the memory holds the frames."""
    if left_out is None:
        return ""
    return (
        ": a copy, since its memory holds these frames. Frames that it has not learned are "
        f"explained at {left_out:.1f} dB"
    )


def _numbers(worst: Worst) -> dict[str, Any]:
    """Returns a place without its picture."""
    return {name: value for name, value in worst._asdict().items() if name != "frame"}


def _windows(run: RunFigures) -> dict[str, np.ndarray]:
    """Returns figure -> what the windows of a long video score."""
    return dict(zip(Fidelity._fields, run.drift.scores.T, strict=True))


def _run_values(run: RunFigures) -> dict[str, Any]:
    return {
        "step": run.step,
        "reconstruction": run.reconstruction,
        "left_out_psnr": run.left_out,
        "drift": {
            "verdict": describe_drift(run.drift.first, run.drift.last),
            "first": run.drift.first,
            "last": run.drift.last,
            "windows": _windows(run),
        },
    }


def _charts(evaluation: Evaluation) -> list[Section]:
    """Returns the charts, those of baselines that stand still left out."""
    judged = {name: row for a in evaluation.assessments for name, row in a.rows.items()}
    others = {n: evaluation.rows[n] for n in (LINEAR, VIDEO_TEXTURES) if n in evaluation.rows}
    real = evaluation.baselines.rows.get(REAL)
    every = {**({REAL: real} if real else {}), **others, **judged}
    beside = dict(list(every.items())[: len(COLOURS)])
    rest = _left_out(len(every) - len(beside))
    sections = [
        Section(
            "Rhythm",
            "How strong slow and fast changes are; where a curve lies below the real one, "
            f"that much motion is missing.{rest}",
            draw_spectra(
                {n: row.spectrum for n, row in beside.items()}, evaluation.real.frame_rate
            ),
        ),
        Section(
            "Speed and direction",
            f"Optical flow: which share of the pixels is slower, and where the motion goes.{rest}",
            draw_flow({name: row.flow for name, row in beside.items()}),
        ),
    ]
    sections += [
        _drift_chart(assessment.name, assessment.run, evaluation.window)
        for assessment in evaluation.assessments
        if assessment.run
    ]
    histories = {name: lines for name, lines in evaluation.histories.items() if lines}
    if histories:
        first = dict(list(histories.items())[: len(COLOURS) - 1])
        caption = "The reconstruction while it was trained; new video may get better or worse."
        rest = _left_out(len(histories) - len(first))
        sections.append(Section("Training", caption + rest, draw_training(first)))
    sections += [
        _progress_chart(name, lines) for name, lines in evaluation.fidelity.items() if lines
    ]
    return sections


def _left_out(number: int) -> str:
    return f" {number} more are left out; metrics.json has them." if number else ""


def _drift_chart(name: str, run: RunFigures, window: int) -> Section:
    frames = window * (np.arange(len(run.drift.scores)) + 0.5)
    return Section(
        f"Over time: {name}",
        f"One long video, {window} frames at a time: it "
        f"{describe_drift(run.drift.first, run.drift.last)}.",
        draw_figures(frames, _windows(run), "frame"),
    )


def _progress_chart(name: str, lines: Sequence[Mapping[str, Any]]) -> Section:
    figures = {key for line in lines for key in line} - {"step"}
    curves = {key: [line.get(key, np.nan) for line in lines] for key in figures}
    return Section(
        f"New video while training: {name}",
        "One new video at each of these steps.",
        draw_figures([line["step"] for line in lines], curves, "step"),
    )
