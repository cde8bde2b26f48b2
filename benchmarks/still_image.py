"""Video from still images: held-out frames of the clips that runs were trained on, animated.

  python -m benchmarks.still_image --workdir=DIR [--workdir=DIR ...]

Every tenth frame behind those learned is reconstructed and followed by new frames. `motion` is the
motion energy of these over that of as many real frames from there on, `first` that of the first ten
alone; `known` is how near, in dB, the learned frames are to their own mean: below it the command
warns.
"""

import time
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from tf_dyngen.evaluation.energies import motion_energy
from tf_dyngen.evaluation.reconstruction import psnr
from tf_dyngen.inference.known_frames import spread
from tf_dyngen.tasks.animate import fade_from
from tf_dyngen.tasks.infer import inference_of, known_clips
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import load_run
from tf_dyngen.video.clips import read_clip, to_model_range
from tf_dyngen.video.display import contact_sheet
from tf_dyngen.video.writers import write_picture

_WORKDIR = flags.DEFINE_multi_string("workdir", [], "folders of runs trained on one file")
_CHAINS = flags.DEFINE_integer("num_chains", 8, "as in launch.animate")
_STEPS = flags.DEFINE_integer("num_steps", 60, "as in launch.animate")
_SHEETS = flags.DEFINE_string("sheets", None, "folder for contact sheets")
_NEXT, _FIRST, _EVERY, _FEWEST = 60, 10, 10, 10
_NUM_SHOWN, _SHOWN = 3, 32


def judge(workdir: Path) -> list[str]:
    """Animates the held-out frames of a run's clip and returns its row of the table."""
    run = load_run(workdir, print)
    video = run.record.config.video
    real = read_clip(
        run.record.source.clips[0],
        num_frames=None,
        size=(video.height, video.width),
        channels=video.channels,
        fit=video.fit,
    ).frames
    known, synthesizer = known_clips(run), Synthesizer(run.generator)
    inference = inference_of(
        run, known, synthesizer, num_chains=_CHAINS.value, num_steps=_STEPS.value
    )
    figures, seconds, sheet = [], [], {}
    for start in range(run.record.clips[0].num_frames, len(real) - _FEWEST, _EVERY):
        started = time.perf_counter()
        fit = inference.infer(to_model_range(real[start : start + 1]))
        seconds.append(time.perf_counter() - started)
        following = real[start : start + _NEXT]
        new = np.concatenate(list(synthesizer.go_on(fit.latents, num_frames=_NEXT, seed=start)))
        pair = new[: len(following)] / 255.0, following / 255.0
        begun = [frames[:_FIRST] for frames in pair]
        ratios = [motion_ratio(*sides) for sides in (pair, begun)]
        figures.append([psnr(new[0] / 255.0, real[start] / 255.0), *ratios])
        if len(figures) <= _NUM_SHOWN:
            exact = np.concatenate(list(fade_from(real[start], iter([new]), 25)))
            videos = {"real": following, "new": new, "exact": exact}
            sheet |= {f"{name} {start}": frames[:_SHOWN] for name, frames in videos.items()}
    if _SHEETS.value:
        write_picture(Path(_SHEETS.value) / f"{workdir.name}.png", contact_sheet(sheet))
    errors, motion, first = np.array(figures).T
    cells = [
        f"{errors.mean():.1f}",
        f"{errors.min():.1f}",
        f"{10 * np.log10(4 / spread(known)):.1f}",
    ]
    cells += [
        f"{part.mean():.2f} ({part.min():.2f} to {part.max():.2f})" for part in (motion, first)
    ]
    return [workdir.name, str(len(figures)), *cells, f"{np.median(seconds):.1f}"]


def motion_ratio(frames: np.ndarray, reference: np.ndarray) -> float:
    """Returns the motion energy of frames over that of others."""
    return motion_energy(frames) / motion_energy(reference)


def main(_) -> None:
    """Prints the table."""
    rows = [judge(Path(workdir)) for workdir in _WORKDIR.value]
    header = ["run", "images", "PSNR dB", "least", "known", "motion", "first", "s an image"]
    measuring.print_table(header, rows)


if __name__ == "__main__":
    app.run(main)
