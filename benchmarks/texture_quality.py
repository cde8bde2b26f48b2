"""Reconstruction and synthesis of real clips: trains on the first frames, judges by the later ones.

  python -m benchmarks.texture_quality --clip=FILE [--clip=FILE ...] --minutes=4

Frames 60 to 600 of a synthesis are judged; the figures are those of tf_dyngen/evaluation. `fade` is
the motion energy of the synthesis's last 60 frames over that of its first 60.
"""

import tempfile
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from tf_dyngen.evaluation import metrics
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.video.clips import read_clip
from tf_dyngen.video.display import contact_sheet
from tf_dyngen.video.sources import Source
from tf_dyngen.video.writers import write_picture

_CLIP = flags.DEFINE_multi_string("clip", [], "video files")
_MINUTES = flags.DEFINE_float("minutes", 4.0, "of training on each")
_PRESET = flags.DEFINE_string("preset", None, "the default preset if not given")
_SET = flags.DEFINE_multi_string("set", [], "KEY=VALUE, as in launch.train")
_SHEETS = flags.DEFINE_string("sheets", None, "folder for contact sheets of the syntheses")
_NUM_FRAMES = 600


def judge(path: Path, workdir: Path) -> list[str]:
    """Trains on a clip and returns its row of the table."""
    run, last = measuring.train_run(
        workdir,
        Source(clips=(str(path),)),
        preset=_PRESET.value,
        settings=_SET.value,
        minutes=_MINUTES.value,
    )
    video = run.record.config.video
    size = (video.height, video.width)
    real = read_clip(path, num_frames=None, size=size, channels=video.channels).frames
    training, held_out = real[: video.num_frames] / 255.0, real[video.num_frames :] / 255.0
    pieces = Synthesizer(run.generator).synthesize(num_frames=_NUM_FRAMES, seed=0)
    synthesis = np.concatenate(list(pieces))
    if _SHEETS.value:
        rows = {"observed": real[:60], "0-60": synthesis[:60], "540-600": synthesis[540:]}
        write_picture(Path(_SHEETS.value) / f"{path.stem}.png", contact_sheet(rows))
    window = metrics.WINDOW
    ends = synthesis[:window] / 255.0, synthesis[-window:] / 255.0
    figures = metrics.fidelity(synthesis / 255.0, training, held_out)
    fade = metrics.motion_energy(ends[1]) / metrics.motion_energy(ends[0])
    row = [path.stem, str(last["step"]), f"{last['seconds']:.0f}", f"{last['psnr']:.1f}"]
    return [*row, *(f"{value:.2f}" for value in (*figures, fade, last["latent_std"]))]


def main(_) -> None:
    """Prints the table."""
    rows = []
    for clip in _CLIP.value:
        with tempfile.TemporaryDirectory() as workdir:
            rows.append(judge(Path(clip), Path(workdir)))
    header = ["clip", "steps", "s", "PSNR dB", "patches", "motion", "variance", "spectrum"]
    measuring.print_table([*header, "sharpness", "fade", "noise std"], rows)


if __name__ == "__main__":
    app.run(main)
