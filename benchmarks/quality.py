"""How good syntheses are: presets on textures, beside linear dynamic textures and real frames.

  python -m benchmarks.quality [--texture=NAME ...] [--clip=FILE ...] [--minutes=4]
  python -m benchmarks.quality --clip=FILE --preset=texture --preset=paper

Without --texture and --clip, all procedural textures, the first clip of each, and the clips of
../shared/clips/textures where they are. A preset is named as in launch.train; `paper` is
texture_paper at the width of the preset `texture`. docs/quality.md keeps results.
"""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from launch import data_sets
from tf_dyngen import presets
from tf_dyngen.evaluation.metrics import Estimate, Fidelity
from tf_dyngen.evaluation.report import COLUMNS
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.tasks.evaluate import LINEAR, REAL, Assessor, OpenedRun, Request
from tf_dyngen.tasks.real_frames import RealFrames, find_real_frames
from tf_dyngen.video.display import contact_sheet
from tf_dyngen.video.sources import Source
from tf_dyngen.video.writers import write_picture

_TEXTURE = flags.DEFINE_multi_string("texture", [], "procedural textures")
_CLIP = flags.DEFINE_multi_string("clip", [], "video files")
_PRESET = flags.DEFINE_multi_string("preset", [presets.DEFAULT], "what to train; may be repeated")
_MINUTES = flags.DEFINE_float("minutes", 4.0, "of training each, at most")
_SET = flags.DEFINE_multi_string("set", [], "KEY=VALUE, as in launch.train")
_VIDEOS = flags.DEFINE_integer("num_videos", 3, "syntheses of each run")
_FRAMES = flags.DEFINE_integer("num_frames", 600, "of each")
_SHEETS = flags.DEFINE_string("sheets", None, "folder for contact sheets of the syntheses")
SHARED = Path(__file__).parents[2] / "shared" / "clips" / "textures"
PAPER = "paper"


def sources() -> Iterator[tuple[str, Source]]:
    """Yields names and sources of the clips asked for."""
    textures, files = _TEXTURE.value, [Path(path) for path in _CLIP.value]
    if not textures and not files:
        textures, files = list(catalogue.SIMULATIONS), sorted(SHARED.glob("*.avi"))
    for name in textures:
        yield name, Source(dataset=f"procedural_textures/{name}_64:train[:1]")
    for path in files:
        yield f"{path.stem} (filmed)", Source(clips=(str(path.absolute()),))


def judge(name: str, source: Source) -> Iterator[list[str]]:
    """Trains each preset on a clip; yields the rows of the table."""
    assessor = None
    for preset in _PRESET.value:
        with tempfile.TemporaryDirectory() as folder:
            run, last = train(preset, source, Path(folder))
            entry_of = ClipCatalogue(Path(folder), run.record)
            opened = OpenedRun(preset, run, entry_of, entry_of.trained[0])
            real = find_real_frames(entry_of, run.record, opened.entry, register=data_sets.register)
        if assessor is None:
            assessor = Assessor(real, run.record.config.model.noise_size)
            baselines = assessor.assess_baselines(_FRAMES.value).rows
            for kind in (REAL, LINEAR):
                if kind in baselines:
                    yield [name, kind, "", "", "", *cells(baselines[kind].figures)]
        found = assessor.assess_run(opened, Request(_FRAMES.value, _VIDEOS.value))
        write_sheet(name, preset, real, found.shown)
        trained = [str(last["step"]), f"{last['seconds']:.0f}", f"{last['psnr']:.1f}"]
        yield [name, preset, *trained, *cells(found.rows[preset].figures)]


def train(preset: str, source: Source, workdir: Path):
    """Returns the run and its last logged metrics."""
    settings = list(_SET.value)
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


def write_sheet(name: str, preset: str, real: RealFrames, shown: dict[str, np.ndarray]) -> None:
    """Writes a contact sheet of what was learned and made."""
    if _SHEETS.value:
        rows = {"learned": real.training} | {
            label.rpartition(", ")[2]: frames[-len(real.training) :]
            for label, frames in shown.items()
        }
        write_picture(Path(_SHEETS.value) / f"{name} {preset}.png", contact_sheet(rows))


def cells(figures: dict[str, Estimate]) -> list[str]:
    """Returns the figures of fidelity, and how near to what was learned, as text."""
    names = [*Fidelity._fields, "nearest_window"]
    return [
        f"{mean:.2f}" + ("" if np.isnan(error) else f" ± {error:.2f}")
        for mean, error in (figures[name] for name in names)
    ]


def main(_) -> None:
    """Prints where and of what the table is, then the table."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print(
        f"`python -m benchmarks.quality {' '.join(sys.argv[1:])}`, commit {commit}, "
        f"{platform.machine()}\n"
    )
    rows = (row for name, source in sources() for row in judge(name, source))
    titles = [COLUMNS[name].title for name in (*Fidelity._fields, "nearest_window")]
    measuring.print_table(["clip", "video", "steps", "s", "PSNR dB", *titles], rows)


if __name__ == "__main__":
    app.run(main)
