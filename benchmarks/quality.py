"""How good new video is: presets on textures, beside other methods and real frames.

  python -m benchmarks.quality [--texture=NAME ...] [--clip=FILE ...] [--seeds=3] [--peers]
  python -m benchmarks.quality --clip=FILE --preset=texture --preset=paper
  python -m benchmarks.quality --texture=fire --length=120 --drift_frames=240 --num_videos=1

Without --texture and --clip, all procedural textures, the first clip of each. A preset is named as
in launch.train; `paper` is texture_paper at the width of the preset `texture`. With several --seeds
each is trained as often, and errors are those of the mean over them; else those of the mean of the
videos. `drift` is the motion of the last third of a long video over that of its first third.

Below the table stands the frontier: the videos to which no other is preferable, look, move and
novelty taken together. Nothing counts as better than reality: look and move below 1, and novelty
above it, count as 1. docs/quality.md keeps results.
"""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from absl import app, flags

from benchmarks import measuring, patch_nearest_neighbours
from launch import data_sets
from tf_dyngen import presets
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.metrics import Estimate
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.tasks.evaluate import (
    LINEAR,
    NUM_DRIFT_FRAMES,
    REAL,
    VIDEO_TEXTURES,
    Assessment,
    Assessor,
    OpenedRun,
    Request,
)
from tf_dyngen.tasks.evaluation_progress import Progress
from tf_dyngen.tasks.real_frames import RealFrames, find_real_frames
from tf_dyngen.video.display import contact_sheet
from tf_dyngen.video.sources import Source
from tf_dyngen.video.writers import write_picture

_TEXTURE = flags.DEFINE_multi_string("texture", [], "procedural textures")
_CLIP = flags.DEFINE_multi_string("clip", [], "video files")
_PRESET = flags.DEFINE_multi_string("preset", [presets.DEFAULT], "what to train; may be repeated")
_MINUTES = flags.DEFINE_float("minutes", 4.0, "of training each, at most")
_SET = flags.DEFINE_multi_string("set", [], "KEY=VALUE, as in launch.train")
_SEEDS = flags.DEFINE_integer("seeds", 1, "of training; the runs of each preset", lower_bound=1)
_VIDEOS = flags.DEFINE_integer("num_videos", 3, "syntheses of each run")
_LENGTH = flags.DEFINE_integer("length", 600, "frames of each synthesis")
_DRIFT = flags.DEFINE_integer("drift_frames", NUM_DRIFT_FRAMES, "of the long video")
_FRAMES = flags.DEFINE_integer(
    "num_frames", 60, "of the clip that are learned; the rest is held out"
)
_PEERS = flags.DEFINE_bool("peers", False, "also patch nearest neighbours: minutes a clip")
_FIGURE = flags.DEFINE_multi_enum(
    "figure",
    ["look", "move", "motion", "variance", "colour", "novelty", "copied", "repetition", "seams"],
    list(FIGURES),
    "columns of the table",
)
_SHEETS = flags.DEFINE_string("sheets", None, "folder for contact sheets of the syntheses")
PAPER = "paper"
# Standard deviations of the noise that patch nearest neighbours begin with, and videos of each.
PEER_NOISES, NUM_PEER_VIDEOS = (1.0, 3.0), 2
# What the frontier is drawn by: figures that reality scores 1 on, and whether more is better.
COMPARED = {"look": False, "move": False, "novelty": True}
OF_RUNS = ("steps", "s", "PSNR dB")
DIGITS = {"steps": 0, "s": 0, "PSNR dB": 1}


def sources() -> Iterator[tuple[str, Source]]:
    """Yields names and sources of the clips asked for."""
    textures, files = _TEXTURE.value, [Path(path) for path in _CLIP.value]
    if not textures and not files:
        textures = list(catalogue.SIMULATIONS)
    for name in textures:
        yield name, Source(dataset=f"procedural_textures/{name}_64:train[:1]")
    for path in files:
        yield f"{path.stem} (filmed)", Source(clips=(str(path.absolute()),))


class Scored(NamedTuple):
    """A row of the table: a kind of video and what it scores, by column."""

    kind: str
    figures: Mapping[str, Estimate]


def judge(source: Source, name: str, progress: Progress) -> Iterator[Scored]:
    """Trains each preset on a clip; yields what reality, other methods and the presets score."""
    assessor = None
    for preset in _PRESET.value:
        results = []
        for seed in range(_SEEDS.value):
            with tempfile.TemporaryDirectory() as folder:
                run, last = train(preset, source, Path(folder), seed)
                entry_of = ClipCatalogue(Path(folder), run.record)
                opened = OpenedRun(preset, run, entry_of, entry_of.trained[0])
                register = data_sets.register
                real = find_real_frames(entry_of, run.record, opened.entry, register=register)
            if assessor is None:
                components = run.record.config.model.noise_size
                assessor = Assessor(real, components, progress=progress)
                yield from baselines(assessor)
            request = Request(_LENGTH.value, _VIDEOS.value, drift_frames=_DRIFT.value)
            found = assessor.assess_run(opened, request)
            write_sheet(f"{name} {preset} {seed}", real, found.shown)
            results.append(result(last, found))
        yield Scored(preset, mean_result(results))


def baselines(assessor: Assessor) -> Iterator[Scored]:
    """Yields reality, the linear dynamic texture, video textures and, if wanted, peers."""
    rows = assessor.assess_baselines(_LENGTH.value).rows
    for kind in (REAL, LINEAR, VIDEO_TEXTURES):
        if kind in rows:
            yield Scored(kind, rows[kind].figures)
    training = assessor.real.training / np.float32(255.0)
    for noise in PEER_NOISES if _PEERS.value else ():
        videos = (
            patch_nearest_neighbours.generate(training, len(training), seed, noise)
            for seed in range(NUM_PEER_VIDEOS)
        )
        row = assessor.judge.row(
            ([np.rint(video * 255.0).astype(np.uint8)] for video in videos), settles=False
        )
        yield Scored(f"patch nearest neighbours, noise {noise:g}", row.figures)


def result(last: dict, found: Assessment) -> dict[str, Estimate]:
    """Returns all figures of a trained run by column."""
    assert found.run is not None
    drift = found.run.drift
    ratio = Estimate(drift.last["motion"].mean / drift.first["motion"].mean)
    columns = {"steps": "step", "s": "seconds", "PSNR dB": "psnr"}
    estimates = {column: Estimate(last[name]) for column, name in columns.items() if name in last}
    return {**estimates, **found.rows[found.name].figures, "drift": ratio}


def mean_result(results: list[dict[str, Estimate]]) -> dict[str, Estimate]:
    """Returns the means over trainings; of one, the errors are those of its videos."""
    if len(results) == 1:
        return results[0]
    names = [name for name in results[0] if all(name in each for each in results)]
    return {name: Estimate.of([each[name].mean for each in results]) for name in names}


def frontier(scored: Sequence[Scored]) -> str:
    """Says which kinds of video no other is preferable to, and what is preferable to the rest."""
    costs = {
        kind: np.array([cost(figures[name].mean, more) for name, more in COMPARED.items()])
        for kind, figures in scored
        if kind != REAL and all(name in figures for name in COMPARED)
    }
    first, others = [], []
    for kind, own in costs.items():
        better = [
            other
            for other, costs_of in costs.items()
            if (costs_of <= own).all() and (costs_of < own).any()
        ]
        if better:
            others.append(f"{kind} (after {', '.join(better)})")
        else:
            first.append(kind)
    rest = f"; the rest: {'; '.join(others)}" if others else ""
    return f"on the frontier of {', '.join(COMPARED)}: {', '.join(first)}{rest}"


def cost(value: float, more: bool) -> float:
    """Returns how far a figure is from reality's 1 on its worse side."""
    return max(0.0, 1.0 - value if more else value - 1.0)


def cell(figures: Mapping[str, Estimate], name: str) -> str:
    """Returns a figure as text, nothing where there is none."""
    if name not in figures:
        return ""
    text = f"{figures[name].mean:.{DIGITS.get(name, 2)}f}"
    return text if name in DIGITS else text + error_of(figures[name])


def train(preset: str, source: Source, workdir: Path, seed: int):
    """Returns the run and its last logged metrics."""
    settings = [f"seed={seed}", f"video.num_frames={_FRAMES.value}", *_SET.value]
    if preset == PAPER:
        width = presets.load("texture_linear").model.emission_width
        settings.append(f"model.emission_width={width}")
    return measuring.train_run(
        workdir,
        source,
        preset="texture_paper" if preset == PAPER else preset,
        settings=settings,
        minutes=_MINUTES.value,
    )


def write_sheet(name: str, real: RealFrames, shown: dict[str, np.ndarray]) -> None:
    """Writes a contact sheet of what was learned and made."""
    if _SHEETS.value:
        rows = {"learned": real.training} | {
            label.rpartition(", ")[2]: frames[-len(real.training) :]
            for label, frames in shown.items()
        }
        write_picture(Path(_SHEETS.value) / f"{name}.png", contact_sheet(rows))


def error_of(estimate: Estimate) -> str:
    """Returns the standard error as text, nothing where there is none."""
    return "" if np.isnan(estimate.standard_error) else f" ± {estimate.standard_error:.2f}"


def main(_) -> None:
    """Prints where and of what the table is, then the table."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print(
        f"`python -m benchmarks.quality {' '.join(sys.argv[1:])}`, commit {commit}, "
        f"{platform.machine()}\n"
    )
    columns = [*OF_RUNS, *_FIGURE.value, "drift"]
    titles = [FIGURES[name].title if name in FIGURES else name for name in columns]
    frontiers = []

    def rows() -> Iterator[list[str]]:
        for name, source in sources():
            scored = []
            for row in judge(source, name, progress):
                scored.append(row)
                yield [name, row.kind, *(cell(row.figures, column) for column in columns)]
            frontiers.append(f"{name}: {frontier(scored)}")

    with Progress() as progress:
        measuring.print_table(["clip", "video", *titles], rows())
    print("", *frontiers, sep="\n\n")


if __name__ == "__main__":
    app.run(main)
