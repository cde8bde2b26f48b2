"""Projections in which clips agree: a motion that all share, under looks that differ."""

import numpy as np

from tf_dyngen.model.motion_states import match_frames, project_motion, shared_projection


def clips_of_one_motion(num_clips=8, num_frames=40, size=12, own=2.0):
    """A circle of one speed in features that all share, and stronger noise of each clip's own.

    Returns: features [T, size] of each clip, their phases, looks [N, 3].
    """
    random = np.random.default_rng(0)
    phases = random.uniform(0, 2 * np.pi, num_clips)
    clips = []
    for phase in phases:
        angle = 2 * np.pi * np.arange(num_frames) / 11 + phase
        clip = np.zeros((num_frames, size))
        clip[:, :2] = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        clip[:, 2:4] = own * random.standard_normal((num_frames, 2))
        clip[:, 4:] = 0.05 * random.standard_normal((num_frames, size - 4))
        clips.append(clip - clip.mean(axis=0))
    return clips, phases, random.standard_normal((num_clips, 3))


def test_the_states_are_the_shared_motion_and_not_what_is_strongest():
    clips, _, looks = clips_of_one_motion()
    states = np.concatenate(
        [project_motion(clip, shared_projection(clips, looks, 2)) for clip in clips]
    )
    circle = np.concatenate(clips)[:, :2]
    fitted = circle @ np.linalg.lstsq(circle, states, rcond=None)[0]
    # Noise of the clips' own, twice as strong, would leave nothing to explain.
    assert np.mean(np.square(states - fitted)) < 0.1


def test_the_states_are_white():
    clips, _, looks = clips_of_one_motion()
    projection = shared_projection(clips, looks, 5)
    states = np.concatenate([project_motion(clip, projection) for clip in clips])
    np.testing.assert_allclose(states.T @ states / len(states), np.eye(5), atol=1e-6)


def test_matches_are_frames_of_the_same_phase_in_candidates_alone():
    clips, phases, _ = clips_of_one_motion(own=0.0)
    candidates = np.array([[(row + 1) % 8, (row + 3) % 8] for row in range(8)])
    pairs = match_frames(clips, candidates)
    assert pairs.shape == (8 * 40 * 2, 2)
    own, other = pairs // 40, pairs % 40
    assert all(match in candidates[row] for row, match in own)
    angle = 2 * np.pi * other / 11 + phases[own]
    gap = np.angle(np.exp(1j * (angle[:, 0] - angle[:, 1])))
    # Phases are told apart to half a frame; ends of clips are compared with less.
    assert np.median(np.abs(gap)) < 2 * np.pi / 11


def test_more_states_than_features_load_nothing():
    clips, _, looks = clips_of_one_motion(num_clips=3, num_frames=5, size=4)
    projection = shared_projection(clips, looks, 60)
    assert projection.shape == (9 * 4, 60)
    assert np.isfinite(projection).all()
    assert not projection[:, -1].any()
