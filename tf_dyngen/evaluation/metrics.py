"""Fidelity of a synthesis beside real frames of the same texture; no network needed.

Frames are [T, H, W, C] floats in [0, 1]. A synthesis is judged in windows of WINDOW frames, the
first of which is left out, since a model may need it to forget its initial state.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.evaluation.energies import edge_energy, motion_energy, temporal_variance
from tf_dyngen.evaluation.patches import NUM_DRAWS, PATCH_FRAMES, PatchDistance
from tf_dyngen.evaluation.spectra import log_distance, temporal_spectrum

WINDOW = 60


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


class Estimate(NamedTuple):
    """A mean over videos and its standard error, which is not a number for a single video."""

    mean: float
    standard_error: float


class Reality:
    """Real frames, and what they score themselves.

    Training frames that are longer than WINDOW are judged in windows too; shorter ones make all
    windows as short as they are.

    Args:
      training: [T, H, W, C] in [0, 1]: what a model was trained on.
      held_out: [T', H, W, C]: what it never saw.
      num_draws: see `PatchDistance`.
    """

    def __init__(self, training: np.ndarray, held_out: np.ndarray, num_draws: int = NUM_DRAWS):
        self.window = min(WINDOW, len(training))
        if min(self.window, len(held_out)) < PATCH_FRAMES:
            raise ValueError(f"{len(training)} and {len(held_out)} frames: {PATCH_FRAMES} needed")
        pieces = cut(training, self.window)
        self._distance = PatchDistance(held_out, num_draws)
        self._training_distance = float(np.mean([self._distance(piece) for piece in pieces]))
        self._motion = motion_energy(training)
        self._variance = float(np.mean([temporal_variance(piece) for piece in pieces]))
        self._edges = edge_energy(training)
        self._spectrum = np.mean([temporal_spectrum(piece) for piece in pieces], axis=0)

    def judge_window(self, frames: np.ndarray, number: int) -> Fidelity:
        """Compares `window` frames, the window of that number of a video, with reality."""
        return Fidelity(
            patch_distance=self._distance(frames, draw=number) / self._training_distance,
            motion=motion_energy(frames) / self._motion,
            temporal_variance=temporal_variance(frames) / self._variance,
            spectrum_distance=log_distance(temporal_spectrum(frames), self._spectrum),
            sharpness=edge_energy(frames) / self._edges,
        )

    def judge(self, synthesis: np.ndarray) -> Fidelity:
        """Compares a synthesis of 2 * `window` frames or more with reality."""
        return mean_figures(self.judge_windows(synthesis)[1:])

    def judge_windows(self, frames: np.ndarray) -> list[Fidelity]:
        """Compares each window of a video with reality."""
        windows = cut(frames, self.window)
        return [self.judge_window(window, number) for number, window in enumerate(windows)]

    def judge_several(self, syntheses: Iterable[np.ndarray]) -> dict[str, Estimate]:
        """Returns figure -> mean over independent syntheses, with standard errors."""
        return estimate([self.judge(synthesis) for synthesis in syntheses])


def fidelity(synthesis: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> Fidelity:
    """Compares a synthesis of at least 2 * WINDOW frames with reality; see `Fidelity`."""
    return Reality(training, held_out).judge(synthesis)


def ceiling(
    training: np.ndarray, held_out: np.ndarray, num_draws: int = NUM_DRAWS
) -> Fidelity | None:
    """Returns what the real continuation scores: the most that a synthesis can hope for.

    The continuation is the first half of the held-out frames, judged beside the second half, in
    whole windows. None where a half is shorter than a window.
    """
    half = len(held_out) // 2
    if half < min(WINDOW, len(training)):
        return None
    reality = Reality(training, held_out[half:], num_draws)
    return mean_figures(reality.judge_windows(held_out[:half]))


def cut(frames: np.ndarray, length: int) -> list[np.ndarray]:
    """Returns windows of `length` frames, one behind the other; what is left over is left out."""
    return [frames[i : i + length] for i in range(0, len(frames) - length + 1, length)]


def mean_figures(scores: Iterable[Fidelity]) -> Fidelity:
    """Returns the mean of each figure."""
    return Fidelity(*np.mean(list(scores), axis=0).tolist())


def estimate(scores: Sequence[Fidelity]) -> dict[str, Estimate]:
    """Returns figure -> mean and standard error over independent scores."""
    means = np.mean(scores, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        errors = np.std(scores, axis=0) / np.sqrt(len(scores) - 1.0)
    return {
        name: Estimate(float(mean), float(error))
        for name, mean, error in zip(Fidelity._fields, means, errors, strict=True)
    }
