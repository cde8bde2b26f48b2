"""Whether the figures see what people see: real frames read as real, and what is not real is told.

  python -m benchmarks.calibration [--clip=FILE ...] [--texture=NAME ...] [--made=CLIP=FILE.npy ...]

Of each clip the first 60 frames stand for learned ones. Real frames that follow are judged as they
are, and with one thing wrong each, beside the learned frames and the other real ones; so are
linear dynamic textures, video textures, and videos made elsewhere: `--made=fire=texture.npy` holds
frames [T, H, W, C] uint8 of the clip fire.avi, `--made=fire-0=...` of the procedural texture fire
of seed 0. Without clips and textures, all procedural textures of two seeds. Exit status 1 where
real frames are not read as real or fewer than 95% of the other videos are told; docs/quality.md
keeps the table.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from tf_dyngen.evaluation import linear_baseline, video_textures
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.judging import Judge, judge_continuation
from tf_dyngen.evaluation.metrics import WINDOW, Estimate, cut
from tf_dyngen.evaluation.simple_baselines import DEGRADED
from tf_dyngen.evaluation.verdicts import find_faults
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.video.clips import read_clip

_CLIP = flags.DEFINE_multi_string("clip", [], "video files")
_TEXTURE = flags.DEFINE_multi_string("texture", [], "procedural textures")
_MADE = flags.DEFINE_multi_string("made", [], "CLIP=FILE.npy, videos of that clip made elsewhere")
_OUTPUT = flags.DEFINE_string("output", None, "JSON file for all figures")
_SIZE, _SEEDS, _NUM_FRAMES = 64, (0, 1), 420
_NUM_SYNTHESIZED = 180
REAL = "real frames"
FEWEST_TOLD = 0.95
# Of every second window of the real frames after the learned ones, how many are judged.
MOST_JUDGED = 2
# Copies of learned frames are what these are: they are made of them.
_OF_LEARNED = ("cross-faded jumps", "clip repeated")
_LINEAR = [
    (linear_baseline.LEAST_SQUARES, 20),
    (linear_baseline.YULE_WALKER, 20),
    (linear_baseline.YULE_WALKER, 40),
    (linear_baseline.YULE_WALKER, 59),
]
# Of these textures no one sees whether they are played backwards.
_WITHOUT_DIRECTION = ("lights", "flashing_light", "boiling_water")
Figures = dict[str, Estimate]


def clips() -> Iterator[tuple[str, np.ndarray]]:
    """Yields names and clips [T, H, W, C] uint8."""
    for path in _CLIP.value:
        yield Path(path).stem, read_clip(path, num_frames=_NUM_FRAMES, size=(_SIZE, _SIZE)).frames
    named = _TEXTURE.value or ([] if _CLIP.value else list(catalogue.SIMULATIONS))
    for name in named:
        for seed in _SEEDS:
            yield f"{name}-{seed}", catalogue.simulate(name, seed, _SIZE, _NUM_FRAMES)


def videos(name: str, training: np.ndarray, real: np.ndarray) -> dict[str, np.ndarray]:
    """Returns kind -> frames [T, H, W, C] uint8 of what must be told."""
    learned, after = training / np.float32(255.0), real / np.float32(255.0)
    made = {}
    for kind, make in DEGRADED.items():
        if kind == "backwards" and name.split("-")[0] in _WITHOUT_DIRECTION:
            continue
        source, length = (learned, 2 * WINDOW) if kind in _OF_LEARNED else (after, len(real))
        made[kind] = _to_bytes(make(source, length, 0))
    for dynamics, components in _LINEAR:
        texture = linear_baseline.fit(learned, min(components, len(learned) - 1), dynamics)
        kind = f"linear, {dynamics.replace('_', ' ')}, {components}"
        made[kind] = _to_bytes(linear_baseline.synthesize(texture, _NUM_SYNTHESIZED, 0))
    made["video textures"] = _to_bytes(video_textures.synthesize(learned, _NUM_SYNTHESIZED, 0))
    for entry in _MADE.value:
        clip, _, path = entry.partition("=")
        if clip == name:
            made[Path(path).stem] = np.load(path, allow_pickle=False)[WINDOW : 5 * WINDOW]
    return made


def judge(name: str, frames: np.ndarray) -> tuple[Figures, dict[str, Figures]]:
    """Returns what is usual of real frames, and kind of video -> its figures; REAL first."""
    training, held_out = frames[:WINDOW], frames[WINDOW:]
    usual = judge_continuation(training, held_out)
    if usual is None:
        raise ValueError(f"{name}: {len(frames)} frames are too few")
    windows = cut(held_out, WINDOW)
    chosen = [number for number in range(len(windows)) if number % 2][:MOST_JUDGED]
    real = np.concatenate([windows[number] for number in chosen])
    rest = [window for number, window in enumerate(windows) if number not in chosen]
    beside = Judge(training, np.concatenate(rest))
    kinds = {REAL: real, **videos(name, training, real)}
    return usual.figures, {
        kind: beside.row([[made]], settles=False).figures for kind, made in kinds.items()
    }


def rows_of(name: str, usual: Figures, judged: dict[str, Figures]) -> Iterator[list[str]]:
    """Yields the rows of the table: figures, and by which of them a video is told."""
    for kind, figures in judged.items():
        cells = [f"{figures[key].mean:.2f}" if key in figures else "" for key in FIGURES]
        faults = find_faults(figures, usual)
        yield [name, kind, *cells, ", ".join(FIGURES[fault.name].title for fault in faults[:3])]


def main(_) -> None:
    """Prints the table and what follows from it."""
    table, found, told = [], {}, {}
    for name, frames in clips():
        usual, judged = judge(name, frames)
        found[name] = {"usual": usual, **judged}
        table += rows_of(name, usual, judged)
        told |= {(name, kind): bool(find_faults(row, usual)) for kind, row in judged.items()}
        print(f"{name} is judged", file=sys.stderr)
    titles = [figure.title for figure in FIGURES.values()]
    measuring.print_table(["clip", "video", *titles, "told by"], table)
    if _OUTPUT.value:
        means = {
            clip: {kind: {k: e.mean for k, e in row.items()} for kind, row in kinds.items()}
            for clip, kinds in found.items()
        }
        Path(_OUTPUT.value).write_text(json.dumps(means, indent=1), encoding="utf-8")
    wrong = [name for (name, kind), is_told in told.items() if kind == REAL and is_told]
    others = {key: is_told for key, is_told in told.items() if key[1] != REAL}
    share = float(np.mean(list(others.values())))
    missed = ", ".join(
        f"{kind} of {name}" for (name, kind), is_told in others.items() if not is_told
    )
    print(f"\nReal frames read as real: {len(found) - len(wrong)} of {len(found)} clips.")
    print(f"Other videos told: {share:.1%} of {len(others)}. Not told: {missed or 'none'}.")
    if wrong or share < FEWEST_TOLD:
        sys.exit(1)


def _to_bytes(frames: np.ndarray) -> np.ndarray:
    return np.rint(frames * 255.0).astype(np.uint8)


if __name__ == "__main__":
    app.run(main)
