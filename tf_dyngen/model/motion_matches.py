"""Which frames of other clips move alike, whatever moves there: a graph between clips.

Frames are compared by the course of their features, and by how alike the frames around them are to
one another. That self-similarity is kept from body to body where features are not (Junejo, Dexter,
Laptev and Perez, "View-independent action recognition from temporal self-similarities", 2011).
"""

from collections.abc import Sequence

import numpy as np

# Frames on either side of one that are compared with those of another.
REACH = 8
MATCHES = 10
# Of the other clips, those that are least like one.
UNLIKE_SHARE = 0.6


def in_context(features: np.ndarray, reach: int) -> np.ndarray:
    """Returns the features [T, F] of `reach` frames around each, [T, (2 * reach + 1) * F].

    Beyond the ends of the clip, the end is repeated; the mean over the clip is taken away.
    """
    around = _windows(features, reach).reshape(len(features), -1)
    return around - around.mean(axis=0)


def self_similarity(features: np.ndarray) -> np.ndarray:
    """Returns the products of frames with one another, REACH on either side of each, [T, P]."""
    around = _windows(features, REACH)
    rows, columns = np.triu_indices(2 * REACH + 1)
    return np.matmul(around, around.transpose(0, 2, 1))[:, rows, columns]


def places_of_motion(features: Sequence[np.ndarray]) -> np.ndarray:
    """Returns how much each feature varies in each clip, [N, F] of length 1."""
    return _unit(np.stack([np.sqrt(np.mean(np.square(clip), axis=0)) for clip in features]))


def unlike(descriptions: np.ndarray, share: float = UNLIKE_SHARE) -> np.ndarray:
    """Returns for each of [N, D], N >= 2, the `share` of the others farthest from it, [N, M]."""
    distances = squared_distances(descriptions)
    np.fill_diagonal(distances, -np.inf)
    count = max(1, round(share * (len(distances) - 1)))
    return np.argsort(-distances, axis=1)[:, :count]


def squared_distances(descriptions: np.ndarray) -> np.ndarray:
    """Returns squared Euclidean distances, [N, N], between rows of [N, D]."""
    energy = np.square(descriptions).sum(axis=1)
    return energy[:, None] + energy - 2.0 * descriptions @ descriptions.T


def match_frames(
    features: Sequence[np.ndarray], similarities: Sequence[np.ndarray], candidates: np.ndarray
) -> np.ndarray:
    """Returns the frames that move alike, [P, 2], frames numbered through all clips.

    Args:
      features: of each clip, [T, F]; the cosine of REACH frames on either side is compared.
      similarities: `self_similarity` of each clip, [T, P]; its cosine counts as much.
      candidates: [N, M], the clips whose best frames may match those of each clip; at most MATCHES
        of them do.
    """
    lengths = [len(clip) for clip in features]
    first = np.cumsum([0, *lengths[:-1]])
    size = (2 * REACH + 1) * features[0].shape[1] + similarities[0].shape[1]
    courses = np.zeros([len(features), max(lengths), size], np.float32)
    for course, clip, similarity in zip(courses, features, similarities, strict=True):
        parts = [_unit(in_context(clip, REACH)), _unit(similarity)]
        course[: len(clip)] = np.concatenate(parts, axis=1)
    pairs = []
    for index, (others, length) in enumerate(zip(candidates, lengths, strict=True)):
        library = courses[others].reshape(-1, size)
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


def _windows(features: np.ndarray, reach: int) -> np.ndarray:
    """Returns [T, 2 * reach + 1, F]; beyond the ends of the clip, the end is repeated."""
    times = np.arange(len(features))[:, None] + np.arange(-reach, reach + 1)
    return features[np.clip(times, 0, len(features) - 1)]


def _unit(values: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    return values / np.maximum(norms, np.finfo(np.float32).tiny)
