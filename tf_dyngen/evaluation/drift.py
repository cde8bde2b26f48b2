"""Whether a long video stays what it is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.evaluation.metrics import Estimate, Fidelity


class Drift(NamedTuple):
    """Figures of a long video, window by window.

    scores: [N, figures of `Fidelity`]; first, last: figure -> mean over the first and the last
    third of the windows, the very first window left out, with standard errors.
    """

    scores: np.ndarray
    first: dict[str, Estimate]
    last: dict[str, Estimate]


def summarise_drift(windows: Sequence[Fidelity]) -> Drift:
    """Summarises what each window of a video scores, 4 windows or more."""
    scores = np.array(windows)
    third = max(1, (len(scores) - 1) // 3)
    return Drift(scores, _mean(scores[1 : 1 + third]), _mean(scores[-third:]))


def _mean(scores: np.ndarray) -> dict[str, Estimate]:
    columns = zip(Fidelity._fields, scores.T, strict=True)
    return {name: Estimate.of(column.tolist()) for name, column in columns}
