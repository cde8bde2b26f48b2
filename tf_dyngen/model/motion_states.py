"""States that mean the same motion in every look: projections in which clips that match agree.

Frames of other clips that move alike are found by the course of their features; the states are
the directions in which frames differ most for how little their matches do (He and Niyogi, "Locality
preserving projections", NIPS 2003, with the matches as the graph), and in them the matches are
looked for again. Clips that look much alike are no candidates: looks shall not help to match.
"""

from collections.abc import Sequence

import numpy as np
import scipy.linalg

# Frames on either side of one that its state is told from.
CONTEXT = 4
# Frames on either side of one that are compared with those of another.
REACH = 8
COMPONENTS = 48
ROUNDS = 3
MATCHES = 20
# Of the other clips, those that look least alike.
UNLIKE_SHARE = 0.7
# Added to the covariance of what matches differ by, as a share of its mean.
RIDGE = 1e-2
# Share of the variance below which a component is rounding.
ROUNDING = 1e-9


def shared_projection(
    features: Sequence[np.ndarray], looks: np.ndarray, state_size: int
) -> np.ndarray:
    """Returns P [(2 * CONTEXT + 1) * F, S] for `project_motion`.

    Args:
      features: of each clip's motion, [T, F] of mean 0.
      looks: [N, D], distances between them tell which clips look alike.
      state_size: S; directions beyond the rank of the features are 0.
    """
    basis = _principal_directions(_covariance(np.concatenate(features)), COMPONENTS, white=False)
    courses = [in_context(clip @ basis, CONTEXT) for clip in features]
    stacked = np.concatenate(courses)
    directions = _principal_directions(_covariance(stacked), state_size)
    if len(features) > 1:
        unlike = _unlike(looks)
        compared = list(features)
        for _ in range(ROUNDS):
            pairs = match_frames(compared, unlike)
            directions = _agreeing_directions(stacked, pairs, state_size)
            compared = [clip @ directions for clip in courses]
    by_frame = directions.reshape(2 * CONTEXT + 1, basis.shape[1], state_size)
    return np.matmul(basis, by_frame).reshape(-1, state_size)


def project_motion(features: np.ndarray, projection: np.ndarray) -> np.ndarray:
    """Returns the states [T, S] of a clip's motion features [T, F]; their mean is 0.

    Over the clips that the projection was fitted to, their covariance is the identity, and they are
    alike where clips move alike.
    """
    return in_context(features, CONTEXT) @ projection


def in_context(features: np.ndarray, reach: int) -> np.ndarray:
    """Returns the features [T, F] of `reach` frames around each, [T, (2 * reach + 1) * F].

    Beyond the ends of the clip, the end is repeated; the mean over the clip is taken away.
    """
    padded = np.pad(features, ((reach, reach), (0, 0)), mode="edge")
    around = np.hstack([padded[shift : shift + len(features)] for shift in range(2 * reach + 1)])
    return around - around.mean(axis=0)


def match_frames(features: Sequence[np.ndarray], candidates: np.ndarray) -> np.ndarray:
    """Returns the frames that move alike, [P, 2], frames numbered through all clips.

    Args:
      features: of each clip, [T, F]; the cosine of REACH frames on either side is compared.
      candidates: [N, M], the clips whose best frames may match those of each clip; at most MATCHES
        of them do.
    """
    lengths = [len(clip) for clip in features]
    first = np.cumsum([0, *lengths[:-1]])
    courses = np.zeros([len(features), max(lengths), (2 * REACH + 1) * features[0].shape[1]])
    courses = courses.astype(np.float32)
    for course, clip in zip(courses, features, strict=True):
        around = in_context(clip, REACH)
        scale = np.linalg.norm(around, axis=1, keepdims=True)
        course[: len(clip)] = around / np.maximum(scale, np.finfo(np.float32).tiny)
    pairs = []
    for index, (others, length) in enumerate(zip(candidates, lengths, strict=True)):
        library = courses[others].reshape(-1, courses.shape[2])
        alike = courses[index, :length] @ library.T
        alike = alike.reshape(length, len(others), -1)
        order = np.argsort(-alike.max(axis=2), axis=1)[:, :MATCHES]
        times = np.take_along_axis(alike.argmax(axis=2), order, axis=1)
        # Frames that pad a shorter clip are alike to none, but may be the least unlike.
        times = np.minimum(times, np.array(lengths)[others[order]] - 1)
        own = np.broadcast_to(np.arange(length)[:, None], order.shape)
        pairs.append(
            np.stack([(first[index] + own).ravel(), (first[others[order]] + times).ravel()], axis=1)
        )
    return np.concatenate(pairs)


def _unlike(looks: np.ndarray) -> np.ndarray:
    """Returns for each clip the clips that look least like it, [N, M]."""
    energy = np.square(looks).sum(axis=1)
    distances = energy[:, None] + energy - 2.0 * looks @ looks.T
    np.fill_diagonal(distances, -np.inf)
    count = max(1, round(UNLIKE_SHARE * (len(looks) - 1)))
    return np.argsort(-distances, axis=1)[:, :count]


def _agreeing_directions(values: np.ndarray, pairs: np.ndarray, size: int) -> np.ndarray:
    """Returns [F, size] that makes values [N, F] white and pairs of them agree most."""
    differences = np.zeros([values.shape[1]] * 2)
    for part in np.array_split(pairs, max(1, len(pairs) // 10_000)):
        gaps = values[part[:, 0]] - values[part[:, 1]]
        differences += gaps.T @ gaps
    mean = np.trace(differences) / len(differences)
    differences += np.eye(len(differences)) * (RIDGE * mean or 1.0)
    covariance = _covariance(values)
    _, vectors = scipy.linalg.eigh(covariance, differences)
    found = vectors[:, ::-1][:, :size]
    return found @ _principal_directions(found.T @ covariance @ found, size)


def _covariance(values: np.ndarray) -> np.ndarray:
    return values.T @ values / len(values)


def _principal_directions(covariance: np.ndarray, size: int, white: bool = True) -> np.ndarray:
    """Returns the principal directions [F, size], scaled to make them white; 0 beyond the rank."""
    values, vectors = scipy.linalg.eigh(covariance)
    order = np.argsort(values)[::-1][:size]
    order = order[values[order] > ROUNDING * np.trace(covariance)]
    directions = np.zeros([len(covariance), size])
    scale = np.sqrt(values[order]) if white else 1.0
    directions[:, : len(order)] = vectors[:, order] / scale
    return directions
