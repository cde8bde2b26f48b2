"""Random draws are a function of seed, step and clip."""

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.draws import draw_langevin_noise, draw_prior, statistics_seeds
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


def prior(step, keys, seed=3):
    keys = tf.constant(keys)
    return draw_prior(seed, step, keys, num_draws=2, num_frames=5, sizes=SIZES)


def test_draws_of_the_prior_are_others_and_depend_on_seed_step_and_clip_alone():
    drawn = prior(10, [4, 8])
    assert [leaf.shape for leaf in drawn] == [(4, 5, 3), (4, 2), (4, 4)]
    others = (prior(11, [4, 8]), prior(10, [4, 8], seed=4), prior(10, [5, 9]))
    langevin = [leaf.numpy().reshape(4, *leaf.shape[2:]) for leaf in draws(10, [4, 8])]
    for leaf, alone in zip(drawn, prior(10, [8]), strict=True):
        np.testing.assert_array_equal(leaf[1::2], alone)
    for other in (*others, langevin):
        for leaf, different in zip(drawn, other, strict=True):
            assert not np.any(leaf.numpy() == np.asarray(different))


def test_the_seeds_of_statistics_depend_on_seed_step_and_clip():
    def seeds(seed, step, keys):
        return [tuple(row) for row in statistics_seeds(seed, step, tf.constant(keys)).numpy()]

    assert len({*seeds(0, 0, [1, 2]), *seeds(1, 0, [1]), *seeds(0, 1, [1])}) == 4
    assert seeds(0, 0, [1, 2])[1] == seeds(0, 0, [2])[0]
