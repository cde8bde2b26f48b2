"""The preconditioner against dense matrices and finite differences."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.inference.langevin import precondition
from tf_dyngen.inference.preconditioning import (
    NUM_POINTS,
    Linearization,
    build_preconditioner,
    linearize,
)
from tf_dyngen.model.generator import build_generator
from tf_dyngen.model.latents import Latents

NUM_FRAMES, STATE, NOISE, APPEARANCE = 5, 4, 3, 2
PRECISION = 2.0


def random_model():
    random = np.random.default_rng(0)
    square_roots = [random.standard_normal((n, n + 2)) for n in (STATE, APPEARANCE)]
    grams = [root @ root.T for root in square_roots]
    leaves = [0.4 * random.standard_normal((STATE, STATE)), random.standard_normal((NOISE, STATE))]
    return Linearization(*(tf.constant(leaf, tf.float32) for leaf in [*leaves, *grams]))


@pytest.mark.parametrize("shares", [(1, 1, 1, 1, 1), (1, 0, 0.25, 0, 1)])
def test_roots_are_those_of_the_dense_posterior_covariances(shares):
    model = random_model()
    roots = build_preconditioner(model, tf.constant(shares, tf.float32), precision=PRECISION)
    transition, noise_gain, gram, appearance_gram = (leaf.numpy() for leaf in model)
    noise_map = np.zeros((NUM_FRAMES * NOISE, NUM_FRAMES * STATE))
    for u in range(NUM_FRAMES):
        for t in range(u, NUM_FRAMES):
            block = noise_gain @ np.linalg.matrix_power(transition, t - u)
            noise_map[u * NOISE : (u + 1) * NOISE, t * STATE : (t + 1) * STATE] = block
    powers = [np.linalg.matrix_power(transition, t + 1) for t in range(NUM_FRAMES)]
    all_grams = np.kron(np.diag(shares), gram)
    expected = [
        noise_map @ all_grams @ noise_map.T,
        np.hstack(powers) @ all_grams @ np.hstack(powers).T,
        sum(shares) * appearance_gram,
    ]
    for root, data in zip(roots, expected, strict=True):
        covariance = np.linalg.inv(np.eye(len(data)) + PRECISION * data)
        np.testing.assert_allclose(root @ tf.transpose(root), covariance, atol=2e-5)


def test_precondition_multiplies_rows():
    root = tf.constant(np.random.default_rng(0).standard_normal((6, 6)), tf.float32)
    values = tf.reshape(tf.range(12.0), [2, 3, 2])
    flat = values.numpy().reshape(2, 6)
    straight = precondition(root, values).numpy().reshape(2, 6)
    transposed = precondition(root, values, transpose=True).numpy().reshape(2, 6)
    np.testing.assert_allclose(straight, flat @ root.numpy().T, rtol=1e-5)
    np.testing.assert_allclose(transposed, flat @ root.numpy(), rtol=1e-5)


@pytest.mark.parametrize("appearance", [0, 2])
def test_jacobians_against_finite_differences(appearance, float64):
    settings = {"model.appearance_size": appearance, "video.height": 8, "video.width": 8}
    generator = build_generator(override(presets.load("smoke"), settings))
    random = np.random.default_rng(1)
    for variable in generator.trainable_variables:
        variable.assign(variable + 0.2 * random.standard_normal(variable.shape))
    sizes = generator.latent_sizes
    shapes = ((1, NUM_POINTS, sizes.noise), (1, sizes.state), (1, appearance))
    latents = Latents(*(tf.constant(random.standard_normal(s)) for s in shapes))
    model = linearize(generator, latents)
    states = generator.rollout(latents.initial_state, latents.noise)[0]
    before = tf.concat([latents.initial_state, states[:-1]], axis=0)
    looks = tf.repeat(latents.appearance, NUM_POINTS, axis=0)

    def differences(function, values):
        """d function / d values of each point, [K, n, m], by central differences."""
        step, rows = 1e-6, []
        for index in range(values.shape[1]):
            move = step * np.eye(values.shape[1])[index]
            change = function(values + move) - function(values - move)
            rows.append(tf.reshape(change, [NUM_POINTS, -1]).numpy() / (2 * step))
        return np.stack(rows, axis=1)

    noise = latents.noise[0]
    by_state = differences(lambda s: generator.transition(s, noise), before)
    by_noise = differences(lambda n: generator.transition(before, n), noise)
    frames = differences(lambda s: generator.emission(s, looks), states)
    # Round-off of the differences: 1e-16 / 1e-6, times a few.
    np.testing.assert_allclose(model.transition, by_state.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(model.noise_gain, by_noise.mean(axis=0), atol=1e-8)
    gram = np.mean(frames @ frames.transpose(0, 2, 1), axis=0)
    np.testing.assert_allclose(model.state_gram, gram, atol=1e-7 * gram.max())
    assert model.appearance_gram.shape == (appearance, appearance)
    if appearance:
        frames = differences(lambda a: generator.emission(states, a), looks)
        gram = np.mean(frames @ frames.transpose(0, 2, 1), axis=0)
        np.testing.assert_allclose(model.appearance_gram, gram, atol=1e-7 * gram.max())
