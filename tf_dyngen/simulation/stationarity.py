"""How steady a clip is: its first frames against its last ones."""

from typing import NamedTuple

import numpy as np

# Frequency bands in cycles per window of 60 frames: octaves, and all that is faster.
BAND_EDGES = (1, 3, 6, 12)


class Drift(NamedTuple):
    """Relative change from the first window to the last; 0.1 means ten per cent."""

    mean: float  # of the brightness, signed
    variance: float  # over time, averaged over pixels, signed
    spectrum: float  # sum over bands of |last - first|, over the mean power; >= 0


def measure(frames, window=60):
    """Compare the first and the last `window` frames of a clip.

    The spectrum is the periodogram of each pixel's course under a Hann window, averaged over
    pixels and summed over the bands of `BAND_EDGES`.

    Args:
      frames: [T, H, W, 3] uint8, T >= 2 * window.
      window: Number of frames compared.
    Returns: Drift.
    """
    if len(frames) < 2 * window:
        raise ValueError(f"{len(frames)} frames hold no two windows of {window}")
    return drift(window_statistics(frames[:window]), window_statistics(frames[-window:]))


def drift(first, last):
    """Drift between two results of `window_statistics`, or averages of such results."""
    power = 0.5 * (first[2].sum() + last[2].sum())
    return Drift(
        mean=float(last[0] / first[0] - 1.0),
        variance=float(last[1] / first[1] - 1.0),
        spectrum=float(np.abs(last[2] - first[2]).sum() / power),
    )


def window_statistics(frames):
    """Mean, temporal variance and power in each band of [T, H, W, 3] uint8 frames."""
    courses = frames.reshape(len(frames), -1).astype(np.float32) / 255.0
    mean = courses.mean()
    courses -= courses.mean(axis=0)
    taper = np.hanning(len(courses)).astype(np.float32)
    power = (np.abs(np.fft.rfft(courses * taper[:, None], axis=0)) ** 2).mean(axis=1)
    return mean, (courses**2).mean(), np.add.reduceat(power, BAND_EDGES)
