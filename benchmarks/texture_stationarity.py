"""Seconds a clip and drift within a clip, of every procedural texture.

`python -m benchmarks.texture_stationarity` prints the table of the data set's README.
"""

import time

import numpy as np

from tf_dyngen.simulation import stationarity
from tf_dyngen.simulation.textures import catalogue


def main():
    """Print seconds and drift for every texture and size."""
    for size in (64, 128):
        for texture in catalogue.SIMULATIONS:
            pairs, seconds = [], []
            for seed in range(4):
                start = time.perf_counter()
                frames = catalogue.simulate(texture, seed, size, 240)
                seconds.append(time.perf_counter() - start)
                pairs.append(
                    (
                        stationarity.window_statistics(frames[:60]),
                        stationarity.window_statistics(frames[-60:]),
                    )
                )
            drifts = np.abs([stationarity.drift(*pair) for pair in pairs])
            first, last = (
                [np.mean(part, axis=0) for part in zip(*side, strict=True)]
                for side in zip(*pairs, strict=True)
            )
            print(
                f"{texture}_{size}: {np.mean(seconds):.2f} s a clip; largest drift of a clip "
                + _percent(drifts.max(axis=0))
                + "; drift of the average over clips "
                + _percent(stationarity.drift(first, last))
            )


def _percent(drifts):
    return "mean {:.1%}, variance {:.1%}, spectrum {:.1%}".format(*drifts)


if __name__ == "__main__":
    main()
