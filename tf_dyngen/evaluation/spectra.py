"""How much a video moves at each frequency."""

import numpy as np

FLOOR = 1e-12


def temporal_spectrum(frames: np.ndarray) -> np.ndarray:
    """Returns the power at the non-zero frequencies, [T // 2], averaged over pixels and channels.

    Each pixel's mean over time is removed and a Hann window applied; entry i is the power at
    (i + 1) / T cycles a frame.

    Args:
      frames: [T, H, W, C] in [0, 1].
    """
    hann = np.hanning(len(frames))[:, None, None]
    powers = []
    # Row by row: transforms of the whole take five times its memory.
    for row in frames.swapaxes(0, 1):
        spectra = np.fft.rfft((row - row.mean(axis=0)) * hann, axis=0)
        powers.append(np.mean(np.square(spectra.real) + np.square(spectra.imag), axis=(1, 2)))
    return np.mean(powers, axis=0)[1:]


def log_distance(spectrum: np.ndarray, reference: np.ndarray) -> float:
    """Returns the root mean square difference of the natural logarithms of two spectra."""
    logs = np.log(spectrum + FLOOR) - np.log(reference + FLOOR)
    return float(np.sqrt(np.mean(np.square(logs))))


def spectrum_distance(frames: np.ndarray, reference: np.ndarray) -> float:
    """Returns `log_distance` of the temporal spectra of two videos of equal lengths."""
    return log_distance(temporal_spectrum(frames), temporal_spectrum(reference))
