"""How far the statistics of a stretch of video lie from those of a clip.

Statistics are means and covariances of features, by quarters of the picture. Each is measured in
units of its own standard deviation over stretches of the clip, so that what is always alike in the
clip weighs more than what changes from moment to moment.
"""

from collections.abc import Callable, Sequence

import numpy as np

from tf_dyngen.evaluation.metrics import cut

Features = Callable[[np.ndarray], np.ndarray]
NUM_CELLS = 2
# Neighbouring places have much the same features: every other row and column says as much.
EVERY = 2
# Squared distances of one statistic, in standard deviations, beyond which worse is no worse.
LARGEST_SQUARE = 100.0


def stretch_length(windows: Sequence[np.ndarray]) -> int:
    """Returns the frames of a stretch: half a window; an eighth where there is only one."""
    return len(windows[0]) // (2 if len(windows) > 1 else 8)


class StretchDistance:
    """Distance of the statistics of windows to those of a clip, over that of its own windows.

    The mean over statistics of squared distances in standard deviations, of two stretches on end,
    over the same of each two of the clip beside all others: 1 for real windows.

    Args:
      windows: of the clip, each [T, H, W, C] of one length, T such that `stretch_length` is not 0.
      features: frames [T, H, W, C] -> [T', H', W', D].
    """

    def __init__(self, windows: Sequence[np.ndarray], features: Features):
        self._features = features
        self._length = stretch_length(windows)
        measured = [moments for window in windows for moments in self._measure(window)]
        mean = np.mean([moments[0] for moments in measured], axis=0)
        squares = np.mean([np.diagonal(m[1], axis1=1, axis2=2) for m in measured], axis=0)
        spread = np.var([moments[0] for moments in measured], axis=0)
        self._unit = 1.0 / np.sqrt(squares + spread + 1e-6)
        self._origin = mean
        statistics = np.array([self._standardise(*moments) for moments in measured])
        self._centre, self._deviations = _centre_and_deviations(statistics)
        distances = []
        for first in range(0, len(statistics) - 1, 2):
            # The others alone say what is usual, as the whole clip does for new windows.
            others = np.delete(statistics, [first, first + 1], axis=0)
            pair = statistics[first : first + 2].mean(axis=0)
            distances.append(self._distance(pair, *_centre_and_deviations(others)))
        self._own = max(float(np.mean(distances)), 1e-6)

    def __call__(self, window: np.ndarray) -> float:
        """Returns the distance of a window as long as the clip's."""
        statistics = np.array([self._standardise(*m) for m in self._measure(window)])
        usual = self._centre, self._deviations
        distances = [self._distance(pair, *usual) for pair in _pair(statistics)]
        return float(np.mean(distances)) / self._own

    def _measure(self, window: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        return [_moments(self._features(stretch)) for stretch in cut(window, self._length)]

    @staticmethod
    def _distance(statistics: np.ndarray, centre: np.ndarray, deviations: np.ndarray) -> float:
        squares = np.square((statistics - centre) / deviations)
        return float(np.minimum(squares, LARGEST_SQUARE).mean())

    def _standardise(self, means: np.ndarray, covariances: np.ndarray) -> np.ndarray:
        upper = np.triu_indices(means.shape[-1])
        scaled = covariances * self._unit[:, :, None] * self._unit[:, None, :]
        first = (means - self._origin) * self._unit
        return np.concatenate([first.ravel(), scaled[:, upper[0], upper[1]].ravel()])


def _centre_and_deviations(statistics: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean and the standard deviation of each statistic over stretches."""
    deviations = statistics.std(axis=0, ddof=1)
    # What hardly ever changes in so few stretches still may.
    floor = np.median(deviations)
    return statistics.mean(axis=0), np.sqrt(deviations**2 + floor**2 + 1e-6)


def _pair(statistics: np.ndarray) -> np.ndarray:
    """Returns means of each two stretches on end, [N // 2, statistics]; a last odd one is left."""
    even = statistics[: len(statistics) // 2 * 2]
    return even.reshape(-1, 2, even.shape[-1]).mean(axis=1)


def _moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns means [cells, D] and covariances [cells, D, D] of features [T, H, W, D]."""
    means, covariances = [], []
    for rows in np.array_split(features[:, ::EVERY, ::EVERY], NUM_CELLS, axis=1):
        for cell in np.array_split(rows, NUM_CELLS, axis=2):
            values = cell.reshape(-1, cell.shape[-1])
            mean = values.mean(axis=0)
            around = values - mean
            means.append(mean)
            covariances.append(around.T @ around / len(values))
    return np.array(means, np.float64), np.array(covariances, np.float64)
