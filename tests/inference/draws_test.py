"""Random draws are a function of seed, step and clip."""

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.draws import draw_langevin_noise, draw_states
from tf_dyngen.model.latents import LatentSizes

SIZES = LatentSizes(noise=3, state=2, appearance=4)


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


def test_states_are_standard_normal_and_depend_on_seed_step_and_clip_alone():
    def states(step, keys, seed=3):
        drawn = draw_states(seed, step, tf.constant(keys), num_frames=5, state_size=40)
        return drawn.numpy()

    many = states(0, list(range(200)))
    assert many.shape == (200, 5, 40)
    assert len(np.unique(many)) > 0.999 * many.size
    assert abs(many.mean()) < 5 / np.sqrt(many.size)
    assert abs(many.var() - 1) < 5 * np.sqrt(2 / many.size)
    np.testing.assert_array_equal(states(10, [4, 8])[1], states(10, [8])[0])
    for other in (states(11, [4]), states(10, [4], seed=4), states(10, [5])):
        assert not np.any(other == states(10, [4]))
