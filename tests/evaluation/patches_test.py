"""The distance of patches where it is known."""

import numpy as np
import pytest
import scipy.stats

from tf_dyngen.evaluation import patches


def test_distance_of_a_shift_in_brightness():
    frames = np.random.default_rng(0).uniform(0, 0.5, (20, 16, 16, 1))
    # A shift c moves each projection by c times the sum of the direction's entries, which is
    # normal with variance 1 for a unit direction: the mean size is c * sqrt(2 / pi).
    expected = 3.0 * np.sqrt(2 / np.pi)
    num_directions = patches.NUM_DRAWS * patches.NUM_DIRECTIONS
    spread = 3.0 * np.sqrt((1 - 2 / np.pi) / num_directions)
    assert abs(patches.patch_distance(frames + 3.0, frames) - expected) < 4 * spread


def test_one_projection_is_the_wasserstein_distance_of_scipy():
    random = np.random.default_rng(0)
    first, second = random.uniform(0, 1, (30, 1, 1, 1)), random.uniform(0, 0.5, (30, 1, 1, 1))
    sides = [np.tile(side, (1, 2, 2, 1)) for side in (first, second)]
    # Patches of four frames of constant pictures: a projection of four numbers on a direction;
    # with all of it on one frame, what is left is a distance of two lists of numbers.
    draw = patches._draw(sides[1].astype(np.float32), np.random.default_rng(1), 4)
    direction = np.zeros_like(draw.directions)
    direction[0] = 1.0
    projected = patches._project(
        patches._draw_patches(sides[1].astype(np.float32), np.random.default_rng(2), 4), direction
    )
    exact = draw._replace(directions=direction, reference=projected)
    found = patches._distance(sides[0].astype(np.float32), exact)
    # The first frame of a patch is one of all but the last three.
    expected = scipy.stats.wasserstein_distance(first[:27].ravel(), second[:27].ravel())
    assert found == pytest.approx(expected, abs=0.02)


def test_windows_of_a_video_take_turns():
    random = np.random.default_rng(0)
    distance = patches.PatchDistance(random.uniform(0, 1, (12, 16, 16, 3)), num_draws=3)
    frames = random.uniform(0, 0.5, (8, 16, 16, 3))
    single = [distance(frames, draw) for draw in range(3)]
    assert distance(frames, 4) == single[1]
    assert distance(frames) == pytest.approx(np.mean(single), rel=1e-6)


@pytest.mark.parametrize("size", [(8, 8), (9, 15)])
def test_frames_smaller_than_two_patches(size):
    frames = np.random.default_rng(0).uniform(0, 1, (6, *size, 1))
    assert np.isfinite(patches.patch_distance(frames, frames[::-1]))
