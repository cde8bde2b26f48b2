"""What an evaluation says: a report to look at and values to go on with."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tf_dyngen.evaluation.charts import (
    draw_drift,
    draw_fidelity,
    draw_flow,
    draw_spectra,
    draw_training,
)
from tf_dyngen.evaluation.judging import Row
from tf_dyngen.evaluation.metrics import Estimate, Fidelity
from tf_dyngen.evaluation.report import Report, Section
from tf_dyngen.evaluation.verdicts import compare, describe, describe_drift
from tf_dyngen.tasks.evaluate import LINEAR, REAL, Assessment
from tf_dyngen.tasks.real_frames import RealFrames


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
    """Returns what metrics.json holds."""
    rows = evaluation.rows
    verdicts = _verdicts(evaluation)
    runs = {a.name: a.run for a in evaluation.assessments if a.run}
    return {
        "clip": evaluation.real.name,
        "held_out": evaluation.real.origin,
        "relative_to_training_frames": evaluation.real.held_out is None,
        "window": evaluation.window,
        "request": evaluation.request,
        "notes": evaluation.notes,
        "figures": {name: row.figures for name, row in rows.items()},
        "verdicts": verdicts,
        "runs": {
            name: {
                "step": run.step,
                "reconstruction": run.reconstruction,
                "drift": {
                    "verdict": describe_drift(run.drift.first, run.drift.last),
                    "first": run.drift.first,
                    "last": run.drift.last,
                    "windows": dict(zip(Fidelity._fields, run.drift.scores.T, strict=True)),
                },
            }
            for name, run in runs.items()
        },
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
    real = evaluation.real
    names = ", ".join(name for a in evaluation.assessments for name in a.rows)
    shown = {**evaluation.baselines.shown}
    learned = dict(list(shown.items())[:1])
    videos = {**learned, **{k: v for a in evaluation.assessments for k, v in a.shown.items()}}
    return Report(
        title=f"Evaluation of {names}",
        subtitle=(
            f"{real.name}: {len(real.training)} learned frames of {real.training.shape[1]}x"
            f"{real.training.shape[2]}; held out: {real.origin}"
        ),
        headlines=_headlines(evaluation),
        notes=evaluation.notes,
        videos={**videos, **shown},
        frame_rate=real.frame_rate,
        verdicts=_verdicts(evaluation),
        figures={name: row.figures for name, row in evaluation.rows.items()},
        real=evaluation.real_figures,
        charts=_charts(evaluation),
        settings={**evaluation.request, **evaluation.settings},
        versions=evaluation.versions,
    )


def _verdicts(evaluation: Evaluation) -> dict[str, str]:
    real = evaluation.real_figures
    return {
        name: "The most that a synthesis can hope for."
        if name == REAL
        else describe(row.figures, real)
        for name, row in evaluation.rows.items()
    }


def _headlines(evaluation: Evaluation) -> list[str]:
    """Returns the sentences that answer what the reader came to know."""
    lines = []
    linear = evaluation.baselines.rows[LINEAR].figures
    for assessment in evaluation.assessments:
        for name, row in assessment.rows.items():
            lines.append(f"{name}: {describe(row.figures, evaluation.real_figures)}")
            lines.append(
                f"{name} is nearer to reality than a linear dynamic texture on "
                f"{compare(row.figures, linear)}."
            )
        if assessment.run is None:
            continue
        reconstruction, drift = assessment.run.reconstruction, assessment.run.drift
        if reconstruction:
            lines.append(
                f"{assessment.name} reconstructs what it learned at "
                f"{reconstruction['psnr']:.1f} dB, SSIM {reconstruction['ssim']:.3f}."
            )
        length = len(drift.scores) * evaluation.window
        lines.append(
            f"Over {length:,} frames {assessment.name} {describe_drift(drift.first, drift.last)}."
        )
    return lines


def _charts(evaluation: Evaluation) -> list[Section]:
    """Returns the charts, those of baselines that stand still left out."""
    judged = {name: row for a in evaluation.assessments for name, row in a.rows.items()}
    real, linear = evaluation.baselines.rows.get(REAL), evaluation.baselines.rows[LINEAR]
    beside = {**({REAL: real} if real else {}), **judged, LINEAR: linear}
    spectra = {name: row.spectrum for name, row in beside.items()}
    sections = [
        Section(
            "Rhythm",
            "How strong slow and fast changes are; where a curve lies below the real one, "
            "that much motion is missing.",
            draw_spectra(spectra, evaluation.real.frame_rate),
        ),
        Section(
            "Speed and direction",
            "Optical flow: which share of the pixels is slower, and where the motion goes.",
            draw_flow({name: row.flow for name, row in beside.items()}),
        ),
    ]
    sections += [
        Section(
            f"Over time: {assessment.name}",
            f"One synthesis, window by window: it "
            f"{describe_drift(assessment.run.drift.first, assessment.run.drift.last)}.",
            draw_drift(assessment.run.drift.scores, evaluation.window),
        )
        for assessment in evaluation.assessments
        if assessment.run
    ]
    if any(evaluation.histories.values()):
        caption = "The reconstruction while it was trained; synthesis may get better or worse."
        sections.append(Section("Training", caption, draw_training(evaluation.histories)))
    sections += [
        Section(
            f"Fidelity while training: {name}", "One video an evaluation.", draw_fidelity(lines)
        )
        for name, lines in evaluation.fidelity.items()
        if lines
    ]
    return sections
