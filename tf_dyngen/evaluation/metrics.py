"""Fidelity of a synthesis beside real frames of the same texture; no network needed.

Frames are [T, H, W, C] floats in [0, 1]. A synthesis is judged in windows of WINDOW frames, the
first of which is left out where there are more, since a model may need it to forget its initial
state.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.evaluation.energies import edge_energy, motion_energy, temporal_variance
from tf_dyngen.evaluation.patches import NUM_DRAWS, PATCH_FRAMES, PatchDistance
from tf_dyngen.evaluation.spectra import log_distance, temporal_spectrum

WINDOW = 60
# Energies and distances below this are rounding.
SMALLEST = 1e-12


class Fidelity(NamedTuple):
    """How a synthesis compares with reality; real held-out frames score about 1 (spectrum: 0).

    patches: sliced Wasserstein distance to the held-out frames, over that of the training
      frames. motion, variance, sharpness: energies over the training frames'.
    rhythm: RMS difference of the logarithms of the temporal power spectra.
    """

    patches: float
    motion: float
    variance: float
    rhythm: float
    sharpness: float


class Estimate(NamedTuple):
    """A mean over videos and its standard error, which is not a number for a single video."""

    mean: float
    standard_error: float = math.nan

    @classmethod
    def of(cls, values: Sequence[float]) -> "Estimate":
        """Returns the mean of independent values."""
        if len(values) < 2:
            return cls(float(values[0]))
        return cls(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values))))


class Reality:
    """Real frames, and what they score themselves.

    Training frames that are longer than WINDOW are judged in windows too; shorter ones make all
    windows as short as they are.

    Args:
      training: [T, H, W, C] in [0, 1]: what a model was trained on.
      held_out: [T', H, W, C]: what it never saw. If None, patches are compared with those of the
        training frames, and the distance of their two halves is what it is divided by: a figure
        that copies of the training frames do best at.
      num_draws: see `PatchDistance`.
    """

    def __init__(
        self,
        training: np.ndarray,
        held_out: np.ndarray | None,
        num_draws: int = NUM_DRAWS,
    ):
        self.window = min(WINDOW, len(training))
        pieces = cut(training, self.window)
        length = min(PATCH_FRAMES, self.window)
        if held_out is None:
            halves = np.array_split(training, 2)
            own = PatchDistance(halves[1], num_draws, length=min(PATCH_FRAMES, len(halves[1])))(
                halves[0]
            )
            self._distance = PatchDistance(training, num_draws, length=length)
        else:
            self._distance = PatchDistance(held_out, num_draws, length=length)
            own = np.mean([self._distance(piece) for piece in pieces])
        # Of training frames that are all the same, nothing can be divided by.
        self._training_distance = max(float(own), SMALLEST)
        variance = np.mean([temporal_variance(piece) for piece in pieces])
        self._motion = max(motion_energy(training), SMALLEST)
        self._variance = max(float(variance), SMALLEST)
        self._edges = max(edge_energy(training), SMALLEST)
        self._spectrum = np.mean([temporal_spectrum(piece) for piece in pieces], axis=0)

    def judge_window(self, frames: np.ndarray, number: int) -> Fidelity:
        """Compares `window` frames, the window of that number of a video, with reality."""
        return Fidelity(
            patches=self._distance(frames, draw=number) / self._training_distance,
            motion=motion_energy(frames) / self._motion,
            variance=temporal_variance(frames) / self._variance,
            rhythm=log_distance(temporal_spectrum(frames), self._spectrum),
            sharpness=edge_energy(frames) / self._edges,
        )

    def judge(self, video: np.ndarray, *, settles: bool = True) -> Fidelity:
        """Compares a video of `window` frames or more with reality.

        Args:
          video: frames [T, H, W, C] in [0, 1].
          settles: whether to leave out its first window, where there are more.
        """
        return mean_figures(self.judge_windows(settled(video, self.window, settles)))

    def judge_windows(self, frames: np.ndarray) -> list[Fidelity]:
        """Compares each window of a video with reality."""
        windows = cut(frames, self.window)
        return [self.judge_window(window, number) for number, window in enumerate(windows)]

    def judge_several(
        self, videos: Iterable[np.ndarray], *, settles: bool = True
    ) -> dict[str, Estimate]:
        """Returns figure -> mean over independent videos, with standard errors."""
        scores = [self.judge(video, settles=settles) for video in videos]
        columns = zip(*scores, strict=True)
        return {
            name: Estimate.of(column)
            for name, column in zip(Fidelity._fields, columns, strict=True)
        }


def fidelity(synthesis: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> Fidelity:
    """Compares a synthesis of at least 2 * WINDOW frames with reality; see `Fidelity`."""
    return Reality(training, held_out).judge(synthesis)


def settled(video: np.ndarray, window: int, settles: bool = True) -> np.ndarray:
    """Returns a video without its first window, if it settles in it and is long enough."""
    return video[window:] if settles and len(video) >= 2 * window else video


def cut(frames: np.ndarray, length: int) -> list[np.ndarray]:
    """Returns windows of `length` frames, one after the other; what is left over is left out."""
    return [frames[i : i + length] for i in range(0, len(frames) - length + 1, length)]


def mean_figures(scores: Iterable[Fidelity]) -> Fidelity:
    """Returns the mean of each figure."""
    return Fidelity(*np.mean(list(scores), axis=0).tolist())
