"""Reconstruction of clips that differ in looks, by one model, beside means and common components.

`python -m benchmarks.action_quality --clip=FOLDER --minutes=15 [--picture=FILE]` prints peak
signal-to-noise ratios, the mean over clips. The picture is a grid: the appearance of each row's
clip in the motion of each column's.
"""

import tempfile
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from launch import data_sets
from tf_dyngen.tasks.train import CLIPS_FOLDER, train
from tf_dyngen.training.batches import load_batches
from tf_dyngen.training.reports import read_metrics
from tf_dyngen.training.restore import load_run
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.display import evenly_spaced
from tf_dyngen.video.sources import Source
from tf_dyngen.video.writers import write_picture

_CLIP = flags.DEFINE_multi_string("clip", [], "video files or folders of them")
_MINUTES = flags.DEFINE_float("minutes", 15.0, "of training")
_PRESET = flags.DEFINE_multi_string("preset", ["action"], "settings, one row of the table each")
_SET = flags.DEFINE_multi_string("set", [], "KEY=VALUE, as in launch.train")
_PICTURE = flags.DEFINE_string("picture", None, "file for the grid")
_WORKDIR = flags.DEFINE_string("workdir", None, "keeps the run; a temporary folder if not given")
COMPONENTS = (40, 80)
GRID, FRAMES_SHOWN = 6, (5, 15, 25)


def psnr(made, real):
    """Returns the peak signal-to-noise ratio in dB of each clip [N, T, H, W, C], 0 to 255."""
    errors = np.mean(np.square(made.astype(np.float32) - real), axis=(1, 2, 3, 4))
    return 10.0 * np.log10(255.0**2 / errors)


def common_components(real, size):
    """Returns each clip's mean frame, and what `size` components of all motion add to it."""
    means = real.mean(axis=1, keepdims=True)
    motion = (real - means).reshape(-1, real[0, 0].size)
    values, vectors = np.linalg.eigh(motion @ motion.T)
    kept = vectors[:, np.argsort(values)[::-1][:size]]
    return means + (kept @ (kept.T @ motion)).reshape(real.shape)


def grid(run, names):
    """Returns the picture: rows of appearances, columns of motions, three frames of each."""
    rows = []
    for look in names:
        appearance = run.chains.of_clip(look).appearance
        clips = [run.chains.of_clip(motion)._replace(appearance=appearance) for motion in names]
        made = [measuring.render(run.generator, latents) for latents in clips]
        rows.append(np.hstack([frames[time] for frames in made for time in FRAMES_SHOWN]))
    return np.vstack(rows)


def measure(preset, workdir):
    """Trains; returns the run and the clips as they were learned, [N, T, H, W, C] float32."""
    source = Source(tuple(_CLIP.value))
    train(
        workdir,
        preset=preset,
        changes=dict(setting.split("=", 1) for setting in _SET.value),
        source=source,
        embedded=source,
        register=data_sets.register,
        max_seconds=60 * _MINUTES.value,
    )
    run = load_run(workdir, print)
    config = run.record.config
    with ClipCache(workdir / CLIPS_FOLDER) as cache:
        batches = load_batches(
            source, config.video, cache, batch_size=1, bptt_length=2, seed=config.seed
        )
    clips = [batches.store.read(row, 0, batches.num_frames) for row in range(len(batches.store))]
    return run, np.stack([clip.frames for clip in clips]).astype(np.float32)


def main(_):
    """Prints the table."""
    if _WORKDIR.value and len(_PRESET.value) > 1:
        raise app.UsageError("--workdir keeps one run: give one --preset", exitcode=2)
    rows, real = [], np.zeros(0)
    for preset in _PRESET.value:
        with tempfile.TemporaryDirectory() as folder:
            workdir = Path(_WORKDIR.value or folder)
            run, real = measure(preset, workdir)
            last = read_metrics(workdir)[-1]
        names = [clip.clip_id for clip in run.record.clips]
        made = np.stack(
            [measuring.render(run.generator, run.chains.of_clip(name)) for name in names]
        )
        score = f"{psnr(made, real).mean():.1f}"
        rows.append([preset, last["step"], f"{last['seconds']:.0f}", score])
        if _PICTURE.value:
            shown = [names[row] for row in evenly_spaced(len(names), GRID)]
            write_picture(Path(_PICTURE.value), grid(run, shown))
    for size in (0, *COMPONENTS):
        score = f"{psnr(common_components(real, size), real).mean():.1f}"
        rows.append([f"mean frame and {size} components", "", "", score])
    measuring.print_table(["", "steps", "seconds", "PSNR dB"], rows)


if __name__ == "__main__":
    app.run(main)
