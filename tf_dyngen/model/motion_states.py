"""States that mean the same motion in every look: projections in which clips that match agree.

Frames that move alike are found in other clips; the states are the directions of the features in
which frames differ most for how little their matches do, and in them the matches are looked for
again. A last part of the state stays the same for the clip and says how it moves all the while: of
second moments of the other states, the directions in which clips that match agree.

Matches are looked for among clips of other looks, and among clips where other parts of the frame
move: clips of one body would match one another alone, and states mean another thing for each.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.model.agreement import agreeing_directions, covariance, principal_directions
from tf_dyngen.model.motion_features import CELLS
from tf_dyngen.model.motion_matches import (
    in_context,
    match_frames,
    places_of_motion,
    self_similarity,
    unlike,
)

# Frames on either side of one that its state is told from.
CONTEXT = 4
COMPONENTS = 48
ROUNDS = 3
# Of the states, those that stay the same for a clip.
LASTING_SHARE = 0.25
# Frames between the two of a second moment.
LAGS = (0, 1, 2, 4, 6)
MOMENT_COMPONENTS = 40


class MotionProjection(NamedTuple):
    """From features of the motion to states.

    frames: [(2 * CONTEXT + 1) * F, S'], of frames in their context.
    moment_mean: [Q], of `lagged_moments` of the states of frames.
    lasting: [Q, S - S'], of moments without their mean.
    """

    frames: np.ndarray
    moment_mean: np.ndarray
    lasting: np.ndarray


def shared_projection(
    features: Sequence[np.ndarray], looks: np.ndarray, state_size: int
) -> MotionProjection:
    """Fits the projection.

    Args:
      features: of each clip's motion, [T, F] of mean 0.
      looks: [N, D], distances between them tell which clips look alike.
      state_size: S; directions beyond the rank of the features are 0, and so are lasting ones of a
        single clip.
    """
    num_lasting = int(LASTING_SHARE * state_size)
    size = state_size - num_lasting
    components = covariance(np.concatenate(features))
    basis = principal_directions(components, COMPONENTS, white=False)
    courses = [in_context(clip @ basis, CONTEXT) for clip in features]
    stacked = np.concatenate(courses)
    directions = principal_directions(covariance(stacked), size)
    pairs = np.zeros([0, 2], int)
    if len(features) > 1:
        # Where something moves is kept from look to look better than its flow.
        similarities = [self_similarity(clip[:, : CELLS * CELLS]) for clip in features]
        candidates = unlike(looks), unlike(places_of_motion(features))
        compared = list(features)
        for _ in range(ROUNDS):
            found = [match_frames(compared, similarities, others) for others in candidates]
            pairs = np.concatenate(found)
            directions = agreeing_directions(stacked, pairs, size)
            compared = [clip @ directions for clip in courses]
    moments = np.stack([lagged_moments(clip @ directions) for clip in courses])
    clip_of_frame = np.repeat(np.arange(len(features)), [len(clip) for clip in features])
    lasting = _lasting(moments, np.unique(clip_of_frame[pairs], axis=0), num_lasting)
    by_frame = directions.reshape(2 * CONTEXT + 1, basis.shape[1], size)
    frames = np.matmul(basis, by_frame).reshape(-1, size)
    return MotionProjection(frames, moments.mean(axis=0), lasting)


def lasting_states(features: np.ndarray, projection: MotionProjection) -> np.ndarray:
    """Returns the states of a clip's motion features [T, F] that stay the same, [S - S']."""
    return project_motion(features, projection)[0, projection.frames.shape[1] :]


def project_motion(features: np.ndarray, projection: MotionProjection) -> np.ndarray:
    """Returns the states [T, S] of a clip's motion features [T, F].

    Over the clips that the projection was fitted to, their mean is 0 and their covariance is the
    identity, and they are alike where clips move alike.
    """
    states = in_context(features, CONTEXT) @ projection.frames
    lasting = (lagged_moments(states) - projection.moment_mean) @ projection.lasting
    return np.hstack([states, np.broadcast_to(lasting, (len(states), len(lasting)))])


def lagged_moments(states: np.ndarray) -> np.ndarray:
    """Returns means over time of products of states [T, S] now and LAGS frames later, [Q]."""
    upper = np.triu_indices(states.shape[1])
    above = np.triu_indices(states.shape[1], 1)
    parts = []
    for lag in LAGS:
        early, late = states[: max(0, len(states) - lag)], states[lag:]
        moment = early.T @ late / max(1, len(late))
        parts += [(moment + moment.T)[upper] / 2, (moment - moment.T)[above] / 2]
    return np.concatenate(parts)


def _lasting(moments: np.ndarray, pairs: np.ndarray, size: int) -> np.ndarray:
    """Returns [Q, size] of moments [N, Q] in which pairs of clips agree."""
    centred = moments - moments.mean(axis=0)
    basis = principal_directions(covariance(centred), MOMENT_COMPONENTS, white=False)
    return basis @ agreeing_directions(centred @ basis, pairs, size)
