"""Objects taken out of the procedural scenes: the error against the clean background they hid.

`python -m benchmarks.scene_recovery --num_clips=8` trains a run a clip with the preset inpainting
(`--steps`, `--size`) and prints the mean absolute error over hidden entries, 0 to 255, beside
simple means, and which share of the hidden entries lies within two standard deviations.
"""

import json
import tempfile
import time
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from tf_dyngen.filling.baselines import hidden_error
from tf_dyngen.simulation.scenes import catalogue
from tf_dyngen.tasks.recover_files import recover_files
from tf_dyngen.tasks.train import train
from tf_dyngen.video.display import evenly_spaced
from tf_dyngen.video.masked_clips import MaskSource
from tf_dyngen.video.sources import Source

_NUM_CLIPS = flags.DEFINE_integer("num_clips", 8, "how many of the data set's clips, evenly spread")
_SIZE = flags.DEFINE_integer("size", 64, "height and width in pixels")
_STEPS = flags.DEFINE_integer("steps", 60, "learning steps of each run")
SHOWN = ("linear in time", "nearest frame", "biharmonic")


def median_over_time(frames, visible):
    """Puts the median of the frames that show a pixel wherever it is hidden."""
    seen = np.where(visible[..., None], frames, np.nan)
    return np.where(visible[..., None], frames, np.nanmedian(seen, axis=0))


def _measure(recipe, folder):
    """Returns the figures of one clip: errors of recovery and simple means, coverage, seconds."""
    scene = catalogue.simulate(recipe, _SIZE.value, catalogue.NUM_FRAMES)
    hidden = scene.mask[..., 0] > 0
    for name, frames in (("clip", scene.frames), ("truth", scene.background)):
        np.save(folder / f"{name}.npy", frames)
    np.save(folder / "mask.npy", hidden)
    started = time.perf_counter()
    train(
        folder / "run",
        preset="inpainting",
        changes={
            "video.height": _SIZE.value,
            "video.width": _SIZE.value,
            "learning.steps": _STEPS.value,
        },
        source=Source((str(folder / "clip.npy"),), mask=MaskSource(str(folder / "mask.npy"))),
        embedded=Source(),
        register=lambda name: None,
    )
    recover_files(
        folder / "run", folder / "new", truth=str(folder / "truth.npy"), num_samples=50, burn_in=20
    )
    seconds = time.perf_counter() - started
    figures = json.loads((folder / "new" / "metrics.json").read_text())
    median = median_over_time(scene.frames, ~hidden)
    return [
        figures["hidden_mae"],
        figures["along_motion_mae"],
        hidden_error(median, scene.background, ~hidden),
        *(figures["baselines"][name] for name in SHOWN),
        100.0 * figures["within_2_std"],
        seconds,
    ]


def main(_):
    """Prints the table."""
    recipes = catalogue.recipes()
    rows = []
    for index in evenly_spaced(len(recipes), _NUM_CLIPS.value):
        recipe = recipes[index]
        with tempfile.TemporaryDirectory() as folder:
            rows.append((f"{recipe.kind} on {recipe.texture}", _measure(recipe, Path(folder))))
    rows.append(("mean", np.mean([figures for _, figures in rows], axis=0)))
    header = ["recovered", "along motion", "median over time", *SHOWN, "within 2 std, %", "seconds"]
    measuring.print_table(
        ["scene", *header],
        [[name, *(f"{figure:.1f}" for figure in figures)] for name, figures in rows],
    )


if __name__ == "__main__":
    app.run(main)
