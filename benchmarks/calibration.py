"""What real frames, linear dynamic textures and cheap tricks score, of every texture.

  python -m benchmarks.calibration [--clip=FILE ...]

Without clips, those of the data set procedural_textures at 64 pixels, four a texture, are simulated
and averaged. The first 60 frames stand for training frames, all behind them are held out.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from tf_dyngen.evaluation import linear_baseline, metrics
from tf_dyngen.evaluation.simple_baselines import SIMPLE_BASELINES
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.video.clips import read_clip

_CLIP = flags.DEFINE_multi_string("clip", [], "video files, instead of the procedural textures")
_SIZE, _NUM_CLIPS, _NUM_FRAMES = 64, 4, 480
_NUM_SYNTHESIZED, _NUM_SEEDS = 540, 2
_LINEAR = [
    (linear_baseline.LEAST_SQUARES, 20),
    (linear_baseline.LEAST_SQUARES, 50),
    (linear_baseline.YULE_WALKER, 40),
    (linear_baseline.YULE_WALKER, 59),
]


def clips() -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yields names and clips [T, H, W, C] in [0, 1], several of a texture."""
    for path in _CLIP.value:
        clip = read_clip(path, num_frames=None, size=(_SIZE, _SIZE))
        yield Path(path).stem, [clip.frames / np.float32(255.0)]
    for name in () if _CLIP.value else catalogue.SIMULATIONS:
        simulated = [catalogue.simulate(name, s, _SIZE, _NUM_FRAMES) for s in range(_NUM_CLIPS)]
        yield name, [frames / np.float32(255.0) for frames in simulated]


def judge(frames: np.ndarray) -> dict[str, metrics.Fidelity]:
    """Returns what each kind of video scores beside a clip."""
    training, held_out = frames[: metrics.WINDOW], frames[metrics.WINDOW :]
    reality = metrics.Reality(training, held_out)
    halves = metrics.split_held_out(training, held_out)
    if halves is None:
        raise ValueError(f"{len(frames)} frames are too few")
    continuation = metrics.Reality(training, halves[1]).judge(halves[0], settles=False)
    scores = {"real continuation": continuation}
    for dynamics, num_components in _LINEAR:
        texture = linear_baseline.fit(training, num_components, dynamics)
        syntheses = (
            linear_baseline.synthesize(texture, _NUM_SYNTHESIZED, seed)
            for seed in range(_NUM_SEEDS)
        )
        name = f"linear, {dynamics.replace('_', ' ')}, {num_components}"
        scores[name] = metrics.mean_figures(map(reality.judge, syntheses))
    for name, make in SIMPLE_BASELINES.items():
        scores[name] = reality.judge(make(training, 3 * metrics.WINDOW, 0))
    return scores


def main(_) -> None:
    """Prints the table."""
    rows = []
    for name, several in clips():
        judged = [judge(frames) for frames in several]
        for kind in judged[0]:
            figures = metrics.mean_figures(scores[kind] for scores in judged)
            rows.append([name, kind, *(f"{value:.2f}" for value in figures)])
    measuring.print_table(["texture", "video", *metrics.Fidelity._fields], rows)


if __name__ == "__main__":
    app.run(main)
