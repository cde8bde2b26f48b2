"""Distances of statistics, with features of which all is known."""

import numpy as np
import pytest

from tf_dyngen.evaluation import oriented
from tf_dyngen.evaluation.stretches import StretchDistance, stretch_length


def noise(random, mean=0.0, std=1.0):
    return random.normal(mean, std, (20, 8, 8, 2)).astype(np.float32)


def test_windows_of_the_same_process_score_one():
    random = np.random.default_rng(0)
    distance = StretchDistance([noise(random) for _ in range(12)], lambda frames: frames)
    scores = [distance(noise(random)) for _ in range(20)]
    # 5 statistics of 4 cells: the mean of 20 squares, over 20 windows, is known to about 0.07;
    # other windows are compared with all twelve, own ones with eleven.
    assert np.mean(scores) == pytest.approx(1.0, abs=0.35)
    assert distance(noise(random, mean=0.3)) > 3.0 * np.mean(scores)
    assert distance(noise(random, std=1.3)) > 3.0 * np.mean(scores)


def test_places_and_joint_statistics_count():
    random = np.random.default_rng(0)
    distance = StretchDistance([noise(random) for _ in range(8)], lambda frames: frames)
    usual = distance(noise(random))
    apart = noise(random)
    apart[:, :4] += 0.6
    apart[:, 4:] -= 0.6
    assert distance(apart) > 3.0 * usual
    joint = noise(random)
    joint[..., 1] = 0.8 * joint[..., 0] + 0.6 * joint[..., 1]
    assert distance(joint) > 3.0 * usual


def test_a_single_window_is_cut_into_eight():
    random = np.random.default_rng(0)
    window = np.concatenate([noise(random) for _ in range(8)])
    assert stretch_length([window]) == 20
    assert stretch_length([window, window]) == 80
    distance = StretchDistance([window], lambda frames: frames)
    new = np.concatenate([noise(random) for _ in range(8)])
    # Eight stretches know little of how statistics vary.
    assert distance(new) == pytest.approx(1.0, abs=0.9)
    assert distance(new + 1.0) > 5.0 * distance(new)


@pytest.mark.parametrize("size", [(4, 4), (12, 16), (64, 48)])
def test_features_of_all_sizes(size):
    frames = np.random.default_rng(0).uniform(-1, 1, (8, *size, 3)).astype(np.float32)
    look = oriented.look_features(frames)
    assert len(look) == 8
    assert np.isfinite(look).all()
    move = oriented.move_features(frames, oriented.difference_energy(frames))
    assert len(move) == 8 - 1 - oriented.LAG
    assert np.isfinite(move).all()


def test_the_amount_of_motion_does_not_count_and_its_direction_does():
    row = np.arange(64)
    time = np.arange(20)[:, None, None, None]
    still = np.broadcast_to(np.sin(row * np.pi / 2)[None, None, :, None] * 0.3, (20, 64, 64, 1))
    wave = 0.1 * np.cos(row * np.pi / 2 - 0.4 * time.ravel()[:, None])
    frames = (still + wave[:, None, :, None]).astype(np.float32)
    energy = oriented.difference_energy(frames)
    forwards = oriented.move_features(frames, energy)
    # Energies of motion are the second of three groups, 4 orientations at each of 3 scales.
    directions = slice(12, 24)
    backwards = oriented.move_features(frames[::-1].copy(), energy)
    middle = np.s_[:, 8:-8, 8:-8, directions]
    assert np.abs(forwards[middle]).max() > 0.3
    np.testing.assert_allclose(
        backwards[middle].mean(axis=0), -forwards[middle].mean(axis=0), atol=0.05
    )
    calm = (still + 0.5 * wave[:, None, :, None]).astype(np.float32)
    calm_features = oriented.move_features(calm, energy)
    groups = np.s_[:, 8:-8, 8:-8, :12]
    np.testing.assert_allclose(calm_features[groups], forwards[groups], atol=0.05)


def test_large_frames_are_averaged():
    frames = np.random.default_rng(0).integers(0, 256, (2, 200, 100, 3), np.uint8)
    small = oriented.shrink(frames)
    assert small.shape == (2, 66, 33, 3)
    expected = frames[0, :3, :3].astype(float).mean(axis=(0, 1)) / 127.5 - 1
    np.testing.assert_allclose(small[0, 0, 0], expected, atol=1e-6)
