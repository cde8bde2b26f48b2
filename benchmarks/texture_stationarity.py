"""Seconds a clip and drift within a clip, of every procedural texture.

`python -m benchmarks.texture_stationarity` prints the table of the data set's README.
"""

import time

import numpy as np

from benchmarks import measuring
from tf_dyngen.simulation import stationarity
from tf_dyngen.simulation.textures import catalogue

NUM_SEEDS = 16
NUM_CLIPS = 4  # of the data set: the first seeds
NUM_FRAMES = 240
WINDOW = 60
NUM_COMPONENTS = 40


def judge(texture: str, size: int) -> list[str]:
    """Returns the row of a configuration."""
    seconds, pairs, shares = [], [], []
    for seed in range(NUM_SEEDS):
        started = time.perf_counter()
        frames = catalogue.simulate(texture, seed, size, NUM_FRAMES)
        seconds.append(time.perf_counter() - started)
        ends = frames[:WINDOW], frames[-WINDOW:]
        pairs.append([stationarity.window_statistics(end) for end in ends])
        if seed < NUM_CLIPS:
            shares.append(leading_share(frames))
    worst = np.abs([stationarity.drift(*pair) for pair in pairs[:NUM_CLIPS]]).max(axis=0)
    few, many = mean_drift(pairs[:NUM_CLIPS]), mean_drift(pairs)
    cells = [
        f"{clip:.1%}, {of_few:.1%}, {of_many:.1%}"
        for clip, of_few, of_many in zip(worst, few, many, strict=True)
    ]
    return [f"`{texture}_{size}`", f"{min(seconds):.2f}", *cells, f"{np.mean(shares):.0%}"]


def mean_drift(pairs) -> stationarity.Drift:
    """Drift of the average over clips, from each clip's statistics of both windows."""
    sides = zip(*pairs, strict=True)
    first, last = ([np.mean(p, axis=0) for p in zip(*side, strict=True)] for side in sides)
    return stationarity.drift(first, last)


def leading_share(frames: np.ndarray) -> float:
    """Share of the variance over time that the leading principal components hold."""
    courses = frames.reshape(len(frames), -1).astype(np.float64)
    courses -= courses.mean(axis=0)
    variances = np.linalg.eigvalsh(courses @ courses.T)[::-1]
    return variances[:NUM_COMPONENTS].sum() / variances.sum()


def main() -> None:
    """Prints the table."""
    rows = [judge(name, size) for size in (64, 128) for name in catalogue.SIMULATIONS]
    header = ["configuration", "seconds a clip", "mean", "variance", "spectrum"]
    measuring.print_table([*header, f"{NUM_COMPONENTS} components"], rows)


if __name__ == "__main__":
    main()
