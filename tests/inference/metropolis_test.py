"""Langevin moves with a Metropolis test follow the density itself, however wrong the moves are."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.inference.langevin import langevin_step
from tf_dyngen.inference.metropolis import metropolis_step, point_at
from tf_dyngen.model.latents import Latents

NUM_CHAINS = 4000
CURVATURE = 16.0


def one_number(values):
    """Latents of one number of noise, and of nothing else."""
    return Latents(
        tf.constant(values, tf.float32)[:, None, None], *[tf.zeros([len(values), 0])] * 2
    )


def log_density(latents):
    """A normal density, four times as narrow as the preconditioner says."""
    return -0.5 * CURVATURE * tf.reduce_sum(tf.square(latents.noise), axis=[1, 2])


def run(tested, step_size, temperature=1.0, num_moves=80):
    """Returns the last points of chains that start in the density, and a mean of what is told."""
    draw = np.random.default_rng(0)
    root = Latents(*[tf.constant(1.0)] * 3)
    settings = {"step_size": step_size, "temperature": temperature, "preconditioner": root}

    @tf.function(autograph=False)
    def move(latents, noise, uniform):
        if not tested:
            moved, info = langevin_step(latents, log_density, noise=noise, **settings)
            return moved, info.truncated_share
        point = point_at(latents, log_density, root)
        point, info = metropolis_step(point, log_density, noise=noise, uniform=uniform, **settings)
        return point.latents, info.acceptance

    latents = one_number(draw.standard_normal(NUM_CHAINS) * (temperature / CURVATURE) ** 0.5)
    told = []
    for _ in range(num_moves):
        noise = one_number(draw.standard_normal(NUM_CHAINS))
        latents, share = move(latents, noise, tf.constant(draw.random(NUM_CHAINS), tf.float32))
        told.append(np.mean(share))
    return latents.noise.numpy().ravel().astype(np.float64), np.mean(told)


# The variance of n independent normal numbers has this relative error.
ERROR = np.sqrt(2 / NUM_CHAINS)


@pytest.mark.parametrize(("step_size", "temperature"), [(0.3, 1.0), (0.5, 1.0), (0.3, 0.25)])
def test_chains_keep_the_variance_of_the_density(step_size, temperature):
    found, acceptance = run(True, step_size, temperature)
    np.testing.assert_allclose(found.var() * CURVATURE / temperature, 1.0, rtol=5 * ERROR)
    assert abs(found.mean()) < 5 * np.sqrt(temperature / CURVATURE / NUM_CHAINS)
    assert 0.2 < acceptance < 1.0


def test_without_the_test_the_variance_is_that_of_the_moves():
    """An AR(1) process of coefficient 1 - h c, h = delta^2 / 2: variance 1 / (c (1 - h c / 2))."""
    step_size = 0.3
    found, truncated = run(False, step_size)
    wider = 1.0 / (1.0 - 0.25 * step_size**2 * CURVATURE)
    assert wider > 1.5
    # Slopes have standard deviation 4 and a little more: beyond 6 they are truncated, which
    # widens the density once more.
    assert found.var() * CURVATURE > wider * (1 - 5 * ERROR)
    assert truncated > 0.1


def test_a_density_that_is_no_number_is_not_gone_to():
    latents = one_number(np.zeros(2))

    def with_a_hole(z):
        value = z.noise[:, 0, 0]
        return tf.where(value > 0.5, tf.math.log(-tf.ones_like(value)), -0.5 * value**2)

    point = point_at(latents, with_a_hole, None)
    moved, info = metropolis_step(
        point,
        with_a_hole,
        step_size=1.0,
        noise=one_number([1.0, -1.0]),
        uniform=tf.zeros([2]),
    )
    np.testing.assert_allclose(moved.latents.noise[:, 0, 0], [0.0, -1.0])
    assert info.acceptance.numpy()[0] == 0.0
