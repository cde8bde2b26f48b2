"""Video textures of a clip in which each moment looks like one other."""

import numpy as np
import pytest

from tf_dyngen.evaluation import video_textures


def circle(num_frames, period):
    """A dot that goes round, [T, 16, 16, 3]."""
    angle = 2 * np.pi * np.arange(num_frames) / period
    row, column = np.ogrid[:16, :16]
    centre = 7.5 + 5 * np.stack([np.sin(angle), np.cos(angle)])
    squares = (row[None] - centre[0][:, None, None]) ** 2
    squares = squares + (column[None] - centre[1][:, None, None]) ** 2
    return np.exp(-squares / 6)[..., None].repeat(3, axis=-1).astype(np.float32)


def test_rows_are_probabilities_and_ends_are_left():
    probabilities = video_textures.transition_probabilities(circle(48, 20))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    # From the end, what goes on as the end would: 20 or 40 frames before what would follow.
    following = probabilities[44].argmax()
    assert (45 - following) % 20 == 0
    assert following < 45


def test_a_circle_goes_on_without_jumps():
    clip = circle(48, 20)
    video = video_textures.synthesize(clip, 200, seed=0)
    assert video.shape == (200, 16, 16, 3)
    assert video.dtype == clip.dtype
    steps = np.square(np.diff(video, axis=0)).mean(axis=(1, 2, 3))
    usual = np.square(np.diff(clip, axis=0)).mean()
    assert steps.mean() == pytest.approx(usual, rel=0.1)
    assert steps.max() < 1.5 * usual
    assert not np.array_equal(video, video_textures.synthesize(clip, 200, seed=1))
    np.testing.assert_array_equal(video, video_textures.synthesize(clip, 200, seed=0))


@pytest.mark.parametrize("length", [1, 3, 7])
def test_short_clips(length):
    video = video_textures.synthesize(circle(length, 5), 20, seed=0)
    assert video.shape[0] == 20
    assert np.isfinite(video).all()
