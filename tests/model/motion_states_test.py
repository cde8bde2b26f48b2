"""Projections in which clips agree: a motion that all share, under looks that differ."""

import numpy as np

from tf_dyngen.model.motion_states import lasting_states, project_motion, shared_projection


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


def test_more_states_than_features_are_zero():
    clips, _, looks = clips_of_one_motion(num_clips=3, num_frames=5, size=4)
    states = project_motion(clips[0], shared_projection(clips, looks, 24))
    assert states.shape == (5, 24)
    assert np.isfinite(states).all()
    # Three clips of five frames have 12 directions in time, and two between clips.
    assert not states[:, 12:18].round(6).any()
    assert not states[:, 20:].round(6).any()


def test_lasting_states_tell_speeds_apart_and_not_clips():
    random = np.random.default_rng(0)
    clips = []
    for row in range(20):
        angle = 2 * np.pi * np.arange(42) / (7, 14)[row % 2] + random.uniform(0, 2 * np.pi)
        clips.append(np.stack([np.cos(angle), np.sin(angle)], axis=1))
        clips[-1] = np.hstack([clips[-1], 0.01 * random.standard_normal((42, 2))])
        clips[-1] -= clips[-1].mean(axis=0)
    projection = shared_projection(clips, random.standard_normal((20, 3)), 4)
    lasting = np.concatenate([lasting_states(clip, projection) for clip in clips])
    speeds = lasting[::2], lasting[1::2]
    gap = abs(speeds[0].mean() - speeds[1].mean())
    # States of one kind alone would be as far apart as they spread.
    assert max(speed.std() for speed in speeds) < 0.7 * gap
    np.testing.assert_array_equal(np.ptp(project_motion(clips[0], projection)[:, -1]), 0.0)
