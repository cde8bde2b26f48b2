"""Reconstruction of clips that differ in looks, by one model, beside means and common components.

`python -m benchmarks.action_quality --clip=FOLDER --minutes=15 [--workdir=DIR]` prints peak
signal-to-noise ratios, the mean over clips. `python -m launch.synthesize --workdir=DIR
--output=grid.png --grid` then shows the run.
"""

import tempfile
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from tf_dyngen.training.clip_loading import cache_folder, load_store
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.sources import Source, open_collection

_CLIP = flags.DEFINE_multi_string("clip", [], "video files or folders of them")
_MINUTES = flags.DEFINE_float("minutes", 15.0, "of training")
_PRESET = flags.DEFINE_multi_string("preset", ["action"], "settings, one row of the table each")
_SET = flags.DEFINE_multi_string("set", [], "KEY=VALUE, as in launch.train")
_WORKDIR = flags.DEFINE_string("workdir", None, "keeps the run; a temporary folder if not given")
COMPONENTS = (40, 80)


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


def measure(preset, workdir):
    """Trains; returns the run, its last metrics, and its clips, [N, T, H, W, C] float32."""
    source = Source(tuple(_CLIP.value))
    run, last = measuring.train_run(
        workdir, source, preset=preset, settings=_SET.value, minutes=_MINUTES.value
    )
    config = run.record.config
    collection = open_collection(source, config.video, seed=config.seed)
    with ClipCache(cache_folder(workdir)) as cache:
        store = load_store(collection, config.video, cache)
    clips = [store.read(row, 0, store.shortest).frames for row in range(len(store))]
    return run, last, np.stack(clips).astype(np.float32)


def main(_):
    """Prints the table."""
    if _WORKDIR.value and len(_PRESET.value) > 1:
        raise app.UsageError("--workdir keeps one run: give one --preset", exitcode=2)
    rows, real = [], np.zeros(0)
    for preset in _PRESET.value:
        with tempfile.TemporaryDirectory() as folder:
            workdir = Path(_WORKDIR.value or folder)
            run, last, real = measure(preset, workdir)
        latents = [run.chains.of_clip(clip.clip_id) for clip in run.record.clips]
        made = [measuring.render(run.generator, clip)[: len(real[0])] for clip in latents]
        score = f"{psnr(np.stack(made), real).mean():.1f}"
        rows.append([preset, last["step"], f"{last['seconds']:.0f}", score])
    for size in (0, *COMPONENTS):
        score = f"{psnr(common_components(real, size), real).mean():.1f}"
        rows.append([f"mean frame and {size} components", "", "", score])
    measuring.print_table(["", "steps", "seconds", "PSNR dB"], rows)


if __name__ == "__main__":
    app.run(main)
