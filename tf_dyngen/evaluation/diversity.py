"""Whether different seeds give different videos."""

import itertools
from collections.abc import Sequence

import numpy as np


def diversity(videos: Sequence[np.ndarray], reality: np.ndarray) -> float:
    """Returns how much videos differ from one another, beside moments of the real clip.

    The mean squared difference of two videos at one time, over all pairs, over twice the variance
    over time of the real frames, which is the mean squared difference of two unrelated moments:
    0 for videos that are all the same, 1 for videos that differ as real moments do.

    Args:
      videos: two or more, frames [T, H, W, C] in [0, 1] of one length.
      reality: real frames [T', H, W, C].
    """
    pairs = itertools.combinations(videos, 2)
    differences = [np.mean(np.square(first - second)) for first, second in pairs]
    return float(np.mean(differences) / (2.0 * np.mean(np.var(reality, axis=0))))
