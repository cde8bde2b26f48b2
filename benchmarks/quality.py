"""How good syntheses are: presets on textures, beside linear dynamic textures and real frames.

  python -m benchmarks.quality [--texture=NAME ...] [--clip=FILE ...] [--minutes=4]
  python -m benchmarks.quality --clip=FILE --preset=texture --preset=paper
  python -m benchmarks.quality --texture=fire --seeds=3 --num_videos=1

Without --texture and --clip, all procedural textures, the first clip of each. A preset is named as
in launch.train; `paper` is texture_paper at the width of the preset `texture`. With several --seeds
each is trained as often, and errors are those of the mean over them; else those of the mean of the
videos. `fade` is the motion of the last third of a video of 3,000 frames over that of its first
third. docs/quality.md keeps results.
"""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from launch import data_sets
from tf_dyngen import presets
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.metrics import Estimate
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.tasks.evaluate import (
    LINEAR,
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
_FRAMES = flags.DEFINE_integer("num_frames", 600, "of each")
_SHEETS = flags.DEFINE_string("sheets", None, "folder for contact sheets of the syntheses")
PAPER = "paper"
COLUMN_NAMES = ("steps", "s", "PSNR dB", *FIGURES, "fade")
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


def judge(name: str, source: Source, progress: Progress) -> Iterator[list[str]]:
    """Trains each preset on a clip; yields the rows of the table."""
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
                yield from baselines(name, assessor)
            found = assessor.assess_run(opened, Request(_FRAMES.value, _VIDEOS.value))
            write_sheet(f"{name} {preset} {seed}", real, found.shown)
            results.append(result(last, found))
        yield [name, preset, *mean_result(results)]


def baselines(name: str, assessor: Assessor) -> Iterator[list[str]]:
    """Yields the rows of reality, of the linear dynamic texture and of video textures."""
    rows = assessor.assess_baselines(_FRAMES.value).rows
    for kind in (REAL, LINEAR, VIDEO_TEXTURES):
        if kind in rows:
            cells = [cell(rows[kind].figures, column) for column in FIGURES]
            yield [name, kind, *[""] * 3, *cells, ""]


def result(last: dict, found: Assessment) -> dict[str, Estimate]:
    """Returns all figures of a trained run by column."""
    assert found.run is not None
    drift = found.run.drift
    fade = Estimate(drift.last["motion"].mean / drift.first["motion"].mean)
    trained = {"steps": last["step"], "s": last["seconds"], "PSNR dB": last["psnr"]}
    estimates = {name: Estimate(value) for name, value in trained.items()}
    return {**estimates, **found.rows[found.name].figures, "fade": fade}


def mean_result(results: list[dict[str, Estimate]]) -> Iterator[str]:
    """Yields the cells of the mean over trainings; of one, the errors are those of its videos."""
    for name in COLUMN_NAMES:
        values = [result[name] for result in results if name in result]
        means = {name: values[0] if len(values) == 1 else Estimate.of([v.mean for v in values])}
        yield cell(means if values else {}, name)


def cell(figures: Mapping[str, Estimate], name: str) -> str:
    """Returns a figure as text, nothing where there is none."""
    if name not in figures:
        return ""
    text = f"{figures[name].mean:.{DIGITS.get(name, 2)}f}"
    return text if name in DIGITS else text + error_of(figures[name])


def train(preset: str, source: Source, workdir: Path, seed: int):
    """Returns the run and its last logged metrics."""
    settings = [f"seed={seed}", *_SET.value]
    if preset == PAPER:
        width = presets.load(presets.DEFAULT).model.emission_width
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
    titles = [figure.title for figure in FIGURES.values()]
    with Progress() as progress:
        rows = (row for name, source in sources() for row in judge(name, source, progress))
        measuring.print_table(["clip", "video", *COLUMN_NAMES[:3], *titles, "fade"], rows)


if __name__ == "__main__":
    app.run(main)
