"""Chains are stored by clip id and visited in windows."""

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.chains import Chains
from tf_dyngen.inference.draws import draw_langevin_noise
from tf_dyngen.model.latents import Latents, LatentSizes

SIZES = LatentSizes(noise=3, state=2, appearance=4)


def make_chains():
    chains = Chains(["a", "b", "c"], num_frames=6, sizes=SIZES)
    chains.start_from_prior(seed=1)
    return chains


def numpy_of(chains):
    names = ("noise", "initial_state", "carried_state", "appearance")
    return {name: getattr(chains, name).numpy() for name in names}


def visit(value, rows, num_frames):
    n = len(rows)
    return Latents(
        tf.fill([n, num_frames, SIZES.noise], value),
        tf.fill([n, SIZES.state], value + 1),
        tf.fill([n, SIZES.appearance], value + 2),
    )


def test_gather_takes_the_window_of_the_rows():
    chains = make_chains()
    stored = numpy_of(chains)
    latents = chains.gather(tf.constant([2, 0]), tf.constant(2), 3)
    np.testing.assert_array_equal(latents.noise, stored["noise"][[2, 0], 2:5])
    np.testing.assert_array_equal(latents.appearance, stored["appearance"][[2, 0]])


def test_a_visit_changes_its_window_and_rows_alone():
    chains = make_chains()
    before = numpy_of(chains)
    rows = tf.constant([2, 0])
    chains.scatter(rows, tf.constant(2), visit(9.0, rows, 3), tf.fill([2, SIZES.state], 5.0))
    after = numpy_of(chains)
    changed = before["noise"].copy()
    changed[[2, 0], 2:5] = 9.0
    np.testing.assert_array_equal(after["noise"], changed)
    np.testing.assert_array_equal(after["noise"][1], before["noise"][1])
    np.testing.assert_array_equal(after["appearance"][[2, 0]], np.full((2, 4), 11.0))
    np.testing.assert_array_equal(after["appearance"][1], before["appearance"][1])
    # Away from the clip's start the state in front of the window is no latent.
    np.testing.assert_array_equal(after["initial_state"], before["initial_state"])
    np.testing.assert_array_equal(after["carried_state"][[2, 0]], np.full((2, 2), 5.0))


def test_the_state_is_a_latent_at_the_start_and_carried_elsewhere():
    chains = make_chains()
    rows = tf.constant([1])
    chains.scatter(rows, tf.constant(0), visit(9.0, rows, 3), tf.fill([1, SIZES.state], 5.0))
    at_start = chains.gather(rows, tf.constant(0), 3).initial_state
    np.testing.assert_array_equal(at_start, np.full((1, 2), 10.0))
    elsewhere = chains.gather(rows, tf.constant(3), 3).initial_state
    np.testing.assert_array_equal(elsewhere, np.full((1, 2), 5.0))


def test_start_at_places_one_clip():
    chains = make_chains()
    before = numpy_of(chains)
    chains.start_at("b", np.ones((4, 3)), np.array([7.0, 8.0]))
    latents = chains.of_clip("b")
    np.testing.assert_array_equal(latents.noise[0, :4], np.ones((4, 3)))
    np.testing.assert_array_equal(latents.initial_state, [[7.0, 8.0]])
    np.testing.assert_array_equal(chains.noise[0], before["noise"][0])
    np.testing.assert_array_equal(chains.noise[1, 4:], before["noise"][1, 4:])


def draws(step, keys, seed=3):
    return draw_langevin_noise(
        seed, step, tf.constant(keys), num_draws=2, num_frames=5, sizes=SIZES
    )


def test_draws_depend_on_seed_step_and_clip_alone():
    together = draws(10, [4, 8])
    alone = draws(10, [8])
    for a, b in zip(together, alone, strict=True):
        np.testing.assert_array_equal(a[:, 1], b[:, 0])
    for other in (draws(11, [4, 8]), draws(10, [4, 8], seed=4), draws(10, [5, 9])):
        assert not np.any(other.noise.numpy() == together.noise.numpy())


def test_draws_are_standard_normal_and_not_repeated():
    leaves = draws(0, list(range(200)))
    values = np.concatenate([leaf.numpy().ravel() for leaf in leaves])
    assert len(np.unique(values)) > 0.999 * len(values)
    count = len(values)
    assert abs(values.mean()) < 5 / np.sqrt(count)
    assert abs(values.var() - 1) < 5 * np.sqrt(2 / count)
