"""The memory of the clip: frames at all sizes, neighbours in time, search against brute force."""

import numpy as np
import pytest
import tensorflow as tf

from tests.model.small_attention import moving_clip
from tf_dyngen.model.attention.layout import layout_of
from tf_dyngen.model.attention.memory import Memory, low_frames_of


def remember(*clips):
    memory = Memory(layout_of(*clips[0].shape[1:]), sum(len(clip) for clip in clips))
    memory.remember(list(clips))
    return memory


def shrink(frame, factor):
    """Mean of each cell, by loops; the last row and column are repeated where the frame ends."""
    height, width = (-(-side // 16) * 16 for side in frame.shape[:2])
    padded = np.zeros((height, width, frame.shape[2]))
    for row, column in np.ndindex(height, width):
        padded[row, column] = frame[min(row, frame.shape[0] - 1), min(column, frame.shape[1] - 1)]
    cells = [
        [
            padded[row : row + factor, column : column + factor].mean(axis=(0, 1))
            for column in range(0, width, factor)
        ]
        for row in range(0, height, factor)
    ]
    return np.array(cells)


def test_frames_are_kept_at_every_size():
    """Frames of 97 by 112: halved once for the coarse grid, twice for the low frames."""
    clip = moving_clip(2, 97, 112)
    memory = remember(clip)
    assert [grid.factor for grid in memory.layout.grids] == [2, 1]
    for grid in memory.layout.grids:
        kept = memory.bank(grid).numpy().reshape(2, grid.height, grid.width, 3)
        expected = np.stack([shrink(frame, grid.factor) for frame in clip])
        expected = expected[:, : grid.height, : grid.width]
        # Halves are rounded to even by both; what else differs is a rounding of single precision.
        np.testing.assert_allclose(kept, expected, atol=0.5 + 1e-3)
    low = low_frames_of(clip, memory.layout)
    expected = np.stack([shrink(frame, 4) for frame in clip])[:, : low.shape[1], : low.shape[2]]
    np.testing.assert_allclose(low, expected / 255.0, atol=1e-5)
    np.testing.assert_array_equal(memory.low.numpy().reshape(low.shape), low)


def test_the_finest_frames_are_the_clips_own():
    clips = [moving_clip(3, seed=1), moving_clip(2, seed=2)]
    memory = remember(*clips)
    kept = memory.bank(memory.layout.grids[-1]).numpy().reshape(5, 16, 16, 3)
    np.testing.assert_array_equal(kept, np.concatenate(clips))


def test_neighbours_in_time_stay_in_their_clip():
    memory = remember(moving_clip(3), moving_clip(1), moving_clip(4))
    np.testing.assert_array_equal(memory.before, [0, 0, 1, 3, 4, 4, 5, 6])
    np.testing.assert_array_equal(memory.after, [1, 2, 2, 3, 5, 6, 7, 7])
    np.testing.assert_array_equal(memory.goes_on(), [1, 1, 0, 0, 1, 1, 1, 0])


@pytest.mark.parametrize("asking", ["frames of the clip", "anything"])
def test_the_nearest_moment_is_that_of_a_search_of_all(asking):
    """So few patches that their components lose nothing: 4 places of 11 moments, 48 components."""
    clip = moving_clip(11, 10, 10)[..., :1]
    memory = remember(clip)
    assert memory.low_grid.num_places * len(clip) < memory.projection.shape[1]
    low = memory.low.numpy().reshape(11, 10, 10)
    if asking == "anything":
        three = np.random.default_rng(0).random((5, 3, 10, 10)).astype(np.float32)
    else:
        three = np.stack([low[[time - 1, time, time + 1]] for time in (1, 4, 9)])
    found = memory.nearest(tf.constant(three.reshape(len(three), 3, 100, 1))).numpy()
    before, after = np.maximum(np.arange(11) - 1, 0), np.minimum(np.arange(11) + 1, 10)
    for video, place in np.ndindex(len(three), 4):
        down, right = 2 * (place // 2), 2 * (place % 2)
        patch = np.s_[down : down + 8, right : right + 8]
        distances = [
            sum(
                np.square(wanted[patch] - low[kept][patch]).sum(dtype=np.float64)
                for wanted, kept in zip(
                    three[video], (before[time], time, after[time]), strict=True
                )
            )
            for time in range(11)
        ]
        assert found[video, place] == int(np.argmin(distances))
    if asking != "anything":
        np.testing.assert_array_equal(found, np.repeat([[1], [4], [9]], 4, axis=1))


def test_what_is_remembered_does_not_depend_on_what_was():
    memory = remember(moving_clip(6))
    first = [weight.numpy() for weight in memory.weights]
    memory.remember([moving_clip(6, seed=5)])
    memory.remember([moving_clip(6)])
    for weight, expected in zip(memory.weights, first, strict=True):
        np.testing.assert_array_equal(weight.numpy(), expected)
