"""Copies are known for what they are."""

import numpy as np
import pytest

from tf_dyngen.evaluation import memorisation


def test_distances_by_brute_force():
    random = np.random.default_rng(0)
    first, second = random.uniform(0, 1, (5, 4, 4, 3)), random.uniform(0, 1, (7, 4, 4, 3))
    expected = [[np.mean((a - b) ** 2) for b in second] for a in first]
    np.testing.assert_allclose(memorisation.squared_distances(first, second), expected)


def test_training_frames_played_again(waves):
    training = waves(60)
    again = memorisation.nearness(np.concatenate([training[20:], training[:20]]), training)
    assert again.frame_distance < 1e-6
    assert again.window_distance < 1e-6
    # All steps but the one at the join.
    assert again.replayed == pytest.approx(58 / 59)


def test_new_frames_of_the_same_texture(waves):
    frames = waves(300)
    training, new = frames[:60], frames[120:]
    found = memorisation.nearness(new, training)
    noisy = training + np.random.default_rng(0).normal(0, 0.02, training.shape)
    copied = memorisation.nearness(noisy, training)
    assert copied.frame_distance == pytest.approx(0.02, rel=0.02)
    assert found.frame_distance > 2.0 * copied.frame_distance
    assert found.window_distance >= found.frame_distance
    assert found.replayed < 0.8 < copied.replayed


def test_shuffled_frames_are_copies_but_no_replay(waves):
    training = waves(60)
    order = np.random.default_rng(0).permutation(60)
    found = memorisation.nearness(training[order], training)
    assert found.frame_distance < 1e-6
    assert found.window_distance > 1e-3
    assert found.replayed < 0.2


def test_a_video_shorter_than_a_window(waves):
    assert np.isfinite(memorisation.nearness(waves(3), waves(60)[10:]).window_distance)
