"""The figures `novelty`, `copied` and `repetition`."""

import numpy as np

from tf_dyngen.evaluation.novelty import (
    COPY,
    memory_for,
    nearest_distances,
    repeat_distance,
    thumbnail,
)

SMALLEST = 1e-6


class Newness:
    """Compares videos with what was learned and with their own past.

    Args:
      training: [T, H, W, C] uint8.
      held_out: [T', H, W, C] uint8, which follow the learned frames; None where there are none:
        what is usual is then how far the halves of the learned frames lie apart.
    """

    def __init__(self, training: np.ndarray, held_out: np.ndarray | None):
        self._learned = thumbnail(training)
        if held_out is None:
            self.clip = self._learned
            first, second = np.array_split(self._learned, 2)
        else:
            first, second = self._learned, thumbnail(held_out)
            self.clip = np.concatenate([first, second])
        self._usual = max(float(np.median(nearest_distances(second, first))), SMALLEST)
        self._memory = memory_for(len(self.clip))
        repeats = self._memory and repeat_distance(self.clip, self._memory)
        self._usual_repeat = max(repeats or 0.0, SMALLEST)

    def measure(self, thumbnails: np.ndarray) -> dict[str, float]:
        """Returns the figures of a video, see `thumbnail`; repetition where it is long enough."""
        distances = nearest_distances(thumbnails, self._learned) / self._usual
        figures = {
            "novelty": float(np.median(distances)),
            "copied": float(np.mean(distances < COPY)),
        }
        if self._memory is not None:
            repeats = repeat_distance(thumbnails, self._memory)
            if repeats is not None:
                figures["repetition"] = repeats / self._usual_repeat
        return figures
