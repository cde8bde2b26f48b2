"""Appearance: what mean frames of clips of one look have in common, however they move.

A mean frame shows where limbs usually are, and so how a clip moves. Among clips that move unlike
one, those whose mean frames are nearest show the same look; the appearance is the directions in
which mean frames differ most for how little those do.
"""

from typing import NamedTuple

import numpy as np
import scipy.linalg

from tf_dyngen.model.agreement import agreeing_directions
from tf_dyngen.model.linear_start import principal_components
from tf_dyngen.model.motion_matches import squared_distances, unlike

COMPONENTS = 200
# Of the other clips, those that move least like one.
UNLIKE_SHARE = 0.7
MATCHES = 2


class Looks(NamedTuple):
    """appearance = (look - mean) P, look ~ mean + V appearance; appearances are white.

    mean: [D]; projection: P, [D, A]; loading: V, [D, A], by falling energy.
    """

    mean: np.ndarray
    projection: np.ndarray
    loading: np.ndarray


def fit_looks(looks: np.ndarray, motions: np.ndarray, appearance_size: int) -> Looks:
    """Fits appearance.

    Args:
      looks: mean frames, [N, D].
      motions: how the clips move, [N, M], distances between them tell which move alike.
      appearance_size: A; components beyond the rank are 0.
    """
    mean = looks.mean(axis=0)
    white, loading = principal_components(looks - mean, max(appearance_size, COMPONENTS))
    scale = np.sqrt(np.square(loading).sum(axis=0))
    kept = scale > 0
    white, loading, scale = white[:, kept], loading[:, kept], scale[kept]
    if not kept.any():
        nothing = np.zeros([len(mean), appearance_size])
        return Looks(mean, nothing, nothing)
    values = white * scale
    directions = agreeing_directions(values, _same_looks(values, motions), appearance_size)
    said = white.T @ (values @ directions) / len(looks)
    _, order = scipy.linalg.eigh(said.T @ (said * np.square(scale)[:, None]))
    order = order[:, ::-1]
    return Looks(mean, (loading / scale) @ directions @ order, loading @ said @ order)


def appearance_of(look: np.ndarray, looks: Looks) -> np.ndarray:
    """Returns the appearance [A] of a mean frame [D]."""
    return (look - looks.mean) @ looks.projection


def _same_looks(looks: np.ndarray, motions: np.ndarray) -> np.ndarray:
    """Returns pairs of clips [P, 2]: each with the nearest looks among those that move unlike."""
    candidates = unlike(motions, UNLIKE_SHARE)
    distances = np.take_along_axis(squared_distances(looks), candidates, axis=1)
    nearest = np.argsort(distances, axis=1)[:, :MATCHES]
    others = np.take_along_axis(candidates, nearest, axis=1)
    return np.stack([np.repeat(np.arange(len(looks)), others.shape[1]), others.ravel()], axis=1)
