"""Diversity of videos that are alike, and of videos that have nothing in common."""

import numpy as np
import pytest

from tf_dyngen.evaluation.diversity import diversity


def test_the_same_video_twice():
    video = np.random.default_rng(0).uniform(0, 1, (20, 8, 8, 3))
    assert diversity([video, video, video], video) == 0.0


def test_independent_videos():
    random = np.random.default_rng(0)
    videos = [random.normal(0.5, 0.1, (60, 16, 16, 3)) for _ in range(3)]
    reality = random.normal(0.5, 0.1, (200, 16, 16, 3))
    # 60 * 768 numbers a video: the mean of their squares is known to about 1%.
    assert diversity(videos, reality) == pytest.approx(1.0, abs=0.03)
    assert diversity([0.5 + 2 * (v - 0.5) for v in videos], reality) == pytest.approx(4.0, abs=0.1)
