"""Copies and repeats are known for what they are."""

import numpy as np
import pytest

from tf_dyngen.evaluation import novelty
from tf_dyngen.evaluation.newness import Newness


def to_bytes(frames):
    return np.rint(frames * 255).astype(np.uint8)


def test_distances_by_brute_force():
    random = np.random.default_rng(0)
    first, second = random.uniform(0, 1, (5, 4, 4, 3)), random.uniform(0, 1, (7, 4, 4, 3))
    expected = [[np.mean((a - b) ** 2) for b in second] for a in first]
    np.testing.assert_allclose(novelty.squared_distances(first, second), expected)


def test_thumbnails_are_means():
    frames = np.random.default_rng(0).integers(0, 256, (2, 66, 64, 3), np.uint8)
    small = novelty.thumbnail(frames)
    assert small.shape == (2, 22, 21, 3)
    np.testing.assert_allclose(small[1, 2, 3], frames[1, 6:9, 9:12].mean(axis=(0, 1)) / 255)


def test_copies_and_new_frames(waves):
    frames = to_bytes(waves(420))
    training, held_out, new = frames[:60], frames[60:240], frames[240:]
    newness = Newness(training, held_out)
    copied = newness.measure(novelty.thumbnail(training))
    assert copied["novelty"] == pytest.approx(0.0, abs=1e-6)
    assert copied["copied"] == 1.0
    found = newness.measure(novelty.thumbnail(new))
    assert found["novelty"] == pytest.approx(1.0, abs=0.3)
    assert found["copied"] < 0.2
    # Of a half, eight frames in nine that are copies: stretches over the border are not.
    half = np.concatenate([training, new[:60]])
    assert newness.measure(novelty.thumbnail(half))["copied"] == pytest.approx(0.5, abs=0.1)


def test_shuffled_frames_are_no_copies(waves):
    frames = to_bytes(waves(240))
    order = np.random.default_rng(0).permutation(60)
    newness = Newness(frames[:60], frames[60:])
    assert newness.measure(novelty.thumbnail(frames[:60][order]))["copied"] == 0.0


def test_repeats(waves):
    frames = to_bytes(waves(400))
    newness = Newness(frames[:60], frames[60:200])
    # Memory reaches back 100 frames, half of the clip: 50 new frames again and again are found.
    again = np.tile(frames[200:250], (4, 1, 1, 1))
    repeated = newness.measure(novelty.thumbnail(again))
    assert repeated["repetition"] == pytest.approx(0.0, abs=1e-6)
    assert newness.measure(novelty.thumbnail(frames[200:]))["repetition"] > 0.5
    assert "repetition" not in newness.measure(novelty.thumbnail(frames[:60]))


def test_a_video_shorter_than_a_stretch(waves):
    frames = to_bytes(waves(6))
    assert np.isfinite(list(Newness(frames[:3], None).measure(frames[3:] / 255.0).values())).all()


def test_the_same_video_twice():
    video = np.random.default_rng(0).uniform(0, 1, (20, 8, 8, 3))
    assert novelty.diversity([video, video, video], video) == pytest.approx(0.0, abs=1e-12)


def test_independent_videos():
    random = np.random.default_rng(0)
    videos = [random.normal(0.5, 0.1, (60, 16, 16, 3)) for _ in range(3)]
    reality = random.normal(0.5, 0.1, (200, 16, 16, 3))
    # 60 * 768 numbers a video: the mean of their squares is known to about 1%.
    assert novelty.diversity(videos, reality) == pytest.approx(1.0, abs=0.03)
    doubled = [0.5 + 2 * (video - 0.5) for video in videos]
    assert novelty.diversity(doubled, reality) == pytest.approx(4.0, abs=0.1)
    expected = np.mean((videos[0] - videos[1]) ** 2) / (2 * np.var(reality, axis=0).mean())
    assert novelty.diversity(videos[:2], reality) == pytest.approx(expected)
