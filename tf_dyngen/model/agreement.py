"""Directions in which what differs most is what matching examples agree in.

Locality preserving projections (He and Niyogi, NIPS 2003), with the matches as the graph.
"""

import numpy as np
import scipy.linalg

# Added to the covariance of what matches differ by, as a share of its mean.
RIDGE = 1e-2
# Share of the variance below which a component is rounding.
ROUNDING = 1e-9


def agreeing_directions(values: np.ndarray, pairs: np.ndarray, size: int) -> np.ndarray:
    """Returns [F, size] that makes values [N, F] of mean 0 white and pairs of them agree most.

    Args:
      values: one example a row.
      pairs: rows that match, [P, 2]; without any, the directions are principal ones.
      size: directions beyond the rank of the values are 0.
    """
    differences = np.zeros([values.shape[1]] * 2)
    for part in np.array_split(pairs, max(1, len(pairs) // 10_000)):
        gaps = values[part[:, 0]] - values[part[:, 1]]
        differences += gaps.T @ gaps
    mean = np.trace(differences) / len(differences)
    differences += np.eye(len(differences)) * (RIDGE * mean or 1.0)
    scatter = covariance(values)
    _, vectors = scipy.linalg.eigh(scatter, differences)
    found = vectors[:, ::-1][:, :size]
    return found @ principal_directions(found.T @ scatter @ found, size)


def covariance(values: np.ndarray) -> np.ndarray:
    """Returns [F, F] of values [N, F] of mean 0."""
    return values.T @ values / len(values)


def principal_directions(scatter: np.ndarray, size: int, white: bool = True) -> np.ndarray:
    """Returns the principal directions [F, size], scaled to make them white; 0 beyond the rank."""
    values, vectors = scipy.linalg.eigh(scatter)
    order = np.argsort(values)[::-1][:size]
    order = order[values[order] > ROUNDING * np.trace(scatter)]
    directions = np.zeros([len(scatter), size])
    scale = np.sqrt(values[order]) if white else 1.0
    directions[:, : len(order)] = vectors[:, order] / scale
    return directions
