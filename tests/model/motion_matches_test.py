"""Frames that move alike: phases of circles, and clips in which other features move."""

import numpy as np

from tf_dyngen.model.motion_matches import (
    match_frames,
    places_of_motion,
    self_similarity,
    unlike,
)

PERIOD = 11
PHASES = np.random.default_rng(0).uniform(0, 2 * np.pi, 6)


def circles(num_frames=40):
    clips = []
    for phase in PHASES:
        angle = 2 * np.pi * np.arange(num_frames) / PERIOD + phase
        clips.append(np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return clips


def test_matches_are_frames_of_the_same_phase_in_candidates_alone():
    clips = circles()
    candidates = np.array([[(row + 1) % 6, (row + 3) % 6] for row in range(6)])
    similarities = [self_similarity(clip) for clip in clips]
    pairs = match_frames(clips, similarities, candidates)
    assert pairs.shape == (6 * 40 * 2, 2)
    own, other = pairs // 40, pairs % 40
    assert all(match in candidates[row] for row, match in own)
    angle = 2 * np.pi * other / PERIOD + PHASES[own]
    gap = np.angle(np.exp(1j * (angle[:, 0] - angle[:, 1])))
    # Phases are told apart to half a frame; ends of clips are compared with less.
    assert np.median(np.abs(gap)) < 2 * np.pi / PERIOD


def test_self_similarity_does_not_know_which_features_tell_of_the_motion():
    clip = np.random.default_rng(1).standard_normal((20, 3))
    turn, _ = np.linalg.qr(np.random.default_rng(2).standard_normal((7, 3)))
    np.testing.assert_allclose(self_similarity(clip @ turn.T), self_similarity(clip), atol=1e-9)


def test_clips_are_unlike_where_other_features_move():
    here, there = np.zeros((2, 10, 4))
    here[:, :2] = np.random.default_rng(0).standard_normal((10, 2))
    there[:, 2:] = np.random.default_rng(1).standard_normal((10, 2))
    places = places_of_motion([here, 3 * here, there, -2 * there])
    np.testing.assert_array_equal(np.sort(unlike(places, 0.6)), [[2, 3], [2, 3], [0, 1], [0, 1]])


def test_a_still_clip_is_nowhere():
    assert not places_of_motion([np.zeros((5, 3))]).any()
