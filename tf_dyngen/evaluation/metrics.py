"""Figures of merit of a synthesis beside real frames of the same texture; no network needed.

Frames are [T, H, W, C] floats in [0, 1]. A synthesis is judged in windows of WINDOW frames, the
first of which is left out, since a model may need it to forget its initial state.
"""

from typing import NamedTuple

import numpy as np

WINDOW = 60
PATCH_FRAMES, PATCH_SIDE = 4, 8
NUM_PATCHES, NUM_DIRECTIONS = 6000, 256


class Fidelity(NamedTuple):
    """How a synthesis compares with reality; real held-out frames score about 1 (spectrum: 0).

    patch_distance: sliced Wasserstein distance to the held-out frames, over that of the training
      frames. motion, temporal_variance, sharpness: energies over the training frames'.
    spectrum_distance: RMS difference of the logarithms of the temporal power spectra.
    """

    patch_distance: float
    motion: float
    temporal_variance: float
    spectrum_distance: float
    sharpness: float


def psnr(frames: np.ndarray, reference: np.ndarray) -> float:
    """Returns the peak signal-to-noise ratio in dB; infinite for equal frames."""
    mse = np.mean(np.square(frames.astype(np.float64) - reference))
    return float(-10.0 * np.log10(mse)) if mse > 0 else float("inf")


def motion_energy(frames: np.ndarray) -> float:
    """Returns the mean squared difference of consecutive frames."""
    return float(np.mean(np.square(np.diff(frames, axis=0))))


def temporal_variance(frames: np.ndarray) -> float:
    """Returns the variance over time, averaged over pixels and channels."""
    return float(np.mean(np.var(frames, axis=0)))


def edge_energy(frames: np.ndarray) -> float:
    """Returns the mean squared horizontal plus vertical difference of neighbouring pixels."""
    vertical, horizontal = np.diff(frames, axis=1), np.diff(frames, axis=2)
    return float(np.mean(np.square(vertical)) + np.mean(np.square(horizontal)))


def temporal_spectrum(frames: np.ndarray) -> np.ndarray:
    """Returns the power at the non-zero frequencies, [T // 2], averaged over pixels and channels.

    Each pixel's mean is removed and a Hann window applied over time.
    """
    hann = np.hanning(len(frames))[:, None, None, None]
    spectra = np.fft.rfft((frames - frames.mean(axis=0)) * hann, axis=0)
    return np.mean(np.abs(spectra) ** 2, axis=(1, 2, 3))[1:]


def spectrum_distance(frames: np.ndarray, reference: np.ndarray) -> float:
    """Returns the RMS difference of the logarithms of two videos' spectra; equal lengths."""
    floor = 1e-12
    logs = [np.log(temporal_spectrum(video) + floor) for video in (frames, reference)]
    return float(np.sqrt(np.mean(np.square(logs[0] - logs[1]))))


def patch_distance(frames: np.ndarray, reference: np.ndarray, seed: int = 0) -> float:
    """Returns the sliced Wasserstein distance of space-time patches, averaged over two scales.

    Random patches of 4 frames x 8 x 8 pixels are taken from each side, at full size and after
    2x2 averaging, and projected on random unit directions; the distance is the mean absolute
    difference of the sorted projections (Rabin et al., SSVM 2011).
    """
    random = np.random.default_rng(seed)
    pairs = [(frames, reference), (_halve(frames), _halve(reference))]
    return float(np.mean([_sliced_distance(*pair, random) for pair in pairs]))


def fidelity(synthesis: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> Fidelity:
    """Compares a synthesis of at least 2 * WINDOW frames with reality; see `Fidelity`.

    The training frames are taken as one window, so they should be WINDOW frames long.
    """
    starts = range(WINDOW, len(synthesis) - WINDOW + 1, WINDOW)
    windows = [synthesis[start : start + WINDOW] for start in starts]

    def ratio(energy) -> float:
        return float(np.mean([energy(window) for window in windows]) / energy(training))

    distances = [patch_distance(window, held_out) for window in windows]
    return Fidelity(
        patch_distance=float(np.mean(distances)) / patch_distance(training, held_out),
        motion=ratio(motion_energy),
        temporal_variance=ratio(temporal_variance),
        spectrum_distance=float(np.mean([spectrum_distance(w, training) for w in windows])),
        sharpness=ratio(edge_energy),
    )


def _sliced_distance(frames: np.ndarray, reference: np.ndarray, random) -> float:
    patches, others = _draw_patches(frames, random), _draw_patches(reference, random)
    directions = random.standard_normal([patches.shape[1], NUM_DIRECTIONS])
    directions /= np.linalg.norm(directions, axis=0)
    projections = [np.sort(side @ directions, axis=0) for side in (patches, others)]
    return float(np.mean(np.abs(projections[0] - projections[1])))


def _draw_patches(frames: np.ndarray, random) -> np.ndarray:
    """Returns patches [NUM_PATCHES, D] at random places."""
    sides = (PATCH_FRAMES, PATCH_SIDE, PATCH_SIDE)
    corners = [
        random.integers(0, length - side + 1, NUM_PATCHES)
        for length, side in zip(frames.shape, sides, strict=False)
    ]
    windows = np.lib.stride_tricks.sliding_window_view(frames, sides, axis=(0, 1, 2))
    return windows[tuple(corners)].reshape(NUM_PATCHES, -1)


def _halve(frames: np.ndarray) -> np.ndarray:
    """Averages blocks of 2x2 pixels; an odd last row or column is left out."""
    num_frames, height, width, channels = frames.shape
    even = frames[:, : height // 2 * 2, : width // 2 * 2]
    return even.reshape(num_frames, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))
