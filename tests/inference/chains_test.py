"""Chains are stored by clip id and visited in windows."""

import numpy as np
import pytest

from tf_dyngen.inference.chains import Chains, Visit
from tf_dyngen.model.latents import Latents, LatentSizes

SIZES = LatentSizes(noise=3, state=2, appearance=4)
LENGTHS = {"a": 6, "b": 4, "c": 9}


def make_chains(seed=1, ids="abc"):
    chains = Chains(list(ids), [LENGTHS[name] for name in ids], SIZES)
    chains.start_from_prior(seed)
    return chains


def visit(rows, starts):
    return Visit(np.array(rows, np.int32), np.array(starts, np.int32))


def inferred(value, num_clips, num_frames):
    return Latents(
        np.full([num_clips, num_frames, SIZES.noise], value, np.float32),
        np.full([num_clips, SIZES.state], value + 1, np.float32),
        np.full([num_clips, SIZES.appearance], value + 2, np.float32),
    )


def test_gather_takes_windows_and_pads_behind_the_end():
    chains = make_chains()
    latents = chains.gather(visit([2, 1], [5, 2]), 3)
    np.testing.assert_array_equal(latents.noise[0], chains.of_clip("c").noise[0, 5:8])
    np.testing.assert_array_equal(latents.noise[1, :2], chains.of_clip("b").noise[0, 2:])
    np.testing.assert_array_equal(latents.noise[1, 2:], 0)
    np.testing.assert_array_equal(latents.appearance, chains.appearance[[2, 1]])


def test_a_visit_changes_its_windows_and_rows_alone():
    chains, before = make_chains(), make_chains()
    chains.scatter(visit([2, 1], [5, 2]), inferred(9.0, 2, 3), np.full([2, 2], 5.0))
    for name, first, end in (("c", 5, 8), ("b", 2, 4)):
        expected = before.of_clip(name).noise[0].numpy()
        expected[first:end] = 9.0
        np.testing.assert_array_equal(chains.of_clip(name).noise[0], expected)
    np.testing.assert_array_equal(chains.of_clip("a").noise, before.of_clip("a").noise)
    np.testing.assert_array_equal(chains.appearance[[2, 1]], np.full((2, 4), 11.0))
    np.testing.assert_array_equal(chains.appearance[0], before.appearance[0])
    # Away from the clip's start the state in front of the window is no latent.
    np.testing.assert_array_equal(chains.initial_state, before.initial_state)
    np.testing.assert_array_equal(chains.carried_state[[2, 1]], np.full((2, 2), 5.0))


def test_the_state_is_a_latent_at_the_start_and_carried_elsewhere():
    chains = make_chains()
    chains.scatter(visit([1, 2], [0, 3]), inferred(9.0, 2, 3), np.full([2, 2], 5.0))
    latents = chains.gather(visit([1, 2, 1], [0, 0, 1]), 2)
    np.testing.assert_array_equal(latents.initial_state[0], [10.0, 10.0])
    np.testing.assert_array_equal(latents.initial_state[1], make_chains().initial_state[2])
    np.testing.assert_array_equal(latents.initial_state[2], [5.0, 5.0])


def test_start_at_places_one_clip():
    chains, before = make_chains(), make_chains()
    chains.start_at("b", np.ones((4, 3)), np.array([7.0, 8.0]), np.arange(4.0))
    # A clip's first window follows its initial state.
    np.testing.assert_array_equal(chains.carried_state[chains.rows["b"]], [7.0, 8.0])
    latents = chains.of_clip("b")
    np.testing.assert_array_equal(latents.noise[0], np.ones((4, 3)))
    np.testing.assert_array_equal(latents.initial_state, [[7.0, 8.0]])
    np.testing.assert_array_equal(latents.appearance, [np.arange(4.0)])
    for name in "ac":
        for leaf, same in zip(chains.of_clip(name), before.of_clip(name), strict=True):
            np.testing.assert_array_equal(leaf, same)
    with pytest.raises(ValueError, match="broadcast"):
        chains.start_at("b", np.ones((5, 3)), np.array([7.0, 8.0]))


def test_a_draw_of_the_prior_is_the_clips_own():
    together, alone = make_chains(), make_chains(ids="cb")
    for name in "bc":
        for leaf, same in zip(together.of_clip(name), alone.of_clip(name), strict=True):
            np.testing.assert_array_equal(leaf, same)
    other = make_chains(seed=2)
    assert not np.any(other.noise == together.noise)
    many = Chains([str(i) for i in range(500)], [20] * 500, SIZES)
    many.start_from_prior(0)
    assert abs(many.noise.mean()) < 5 / np.sqrt(many.noise.size)
    assert abs(many.noise.var() - 1) < 5 * np.sqrt(2 / many.noise.size)
