"""The sampler against the exact posterior of a linear-Gaussian state space model."""

import numpy as np
import pytest
import tensorflow as tf

from tests.inference.linear_model import NOISE, NUM_FRAMES, OBSERVATION_STD, STATE, make_problem
from tf_dyngen.inference.langevin import TRUNCATION, langevin_step
from tf_dyngen.model.density import Evidence, log_joint_density
from tf_dyngen.model.latents import Latents

pytestmark = pytest.mark.usefixtures("unoptimized")
STEP_SIZE = 0.35


def flatten(latents):
    return np.concatenate([leaf.numpy().reshape(len(leaf), -1) for leaf in latents], axis=1)


def run_chains(num_chains, num_moves, temperature, keep_from, step_size=STEP_SIZE, root=None):
    """Runs chains; `root`, if given, preconditions noise and initial state, the two together."""
    generator, frames, _, mean, precision = make_problem()
    preconditioner = None
    if root is not None:
        split = NUM_FRAMES * NOISE
        blocks = (root[:split, :split], root[split:, split:], np.zeros((0, 0)))
        preconditioner = Latents(*(tf.constant(block, tf.float32) for block in blocks))
    evidence = Evidence(tf.constant(np.repeat(frames, num_chains, axis=0), tf.float32))
    shapes = ((num_chains, NUM_FRAMES, NOISE), (num_chains, STATE), (num_chains, 0))

    def log_density(latents):
        return log_joint_density(
            generator, latents, evidence, precision=OBSERVATION_STD**-2
        ).log_joint

    @tf.function
    def move(latents, index):
        seeds = tf.random.split(tf.random.fold_in(tf.constant([7, 0]), index), 3)
        noise = Latents(*(tf.random.stateless_normal(s, seeds[i]) for i, s in enumerate(shapes)))
        return langevin_step(
            latents,
            log_density,
            step_size=step_size,
            noise=noise,
            temperature=temperature,
            preconditioner=preconditioner,
        )

    latents = Latents(*(tf.zeros(shape) for shape in shapes))
    kept = []
    for index in tf.range(num_moves):
        latents, info = move(latents, index)
        if index >= keep_from:
            kept.append(flatten(latents))
    return np.array(kept, np.float64), mean, precision, info


def preconditioned_root(precision):
    """A square root of the block-diagonal posterior covariance, one block a latent."""
    split = NUM_FRAMES * NOISE
    root = np.zeros_like(precision)
    for block in (slice(0, split), slice(split, None)):
        root[block, block] = np.linalg.cholesky(np.linalg.inv(precision[block, block]))
    return root


@pytest.mark.parametrize("step_size", [STEP_SIZE, 0.8])
def test_chain_has_the_posterior_mean_and_covariance(step_size):
    """Without and with a preconditioner, whose coordinates the figures are then taken in."""
    num_chains = 200
    mean, precision = make_problem()[3:]
    root = None if step_size == STEP_SIZE else preconditioned_root(precision)
    samples = run_chains(num_chains, 700, 1.0, keep_from=100, step_size=step_size, root=root)[0]
    if root is not None:
        samples, mean = samples @ np.linalg.inv(root).T, np.linalg.solve(root, mean)
        precision = root.T @ precision @ root
    eigenvalues, vectors = np.linalg.eigh(precision)
    drift = 0.5 * step_size**2
    assert drift * eigenvalues.max() < 1.0
    # In each eigendirection the unadjusted chain is an AR(1) process with this coefficient and
    # variance: 1/eigenvalue with the step's known bias, 1/(eigenvalue (1 - drift eigenvalue / 2)).
    coefficient = 1.0 - drift * eigenvalues
    variance = 1.0 / (eigenvalues * (1.0 - 0.5 * drift * eigenvalues))
    projected = (samples - mean) @ vectors
    count = projected.shape[0] * num_chains
    effective = count * (1 - coefficient) / (1 + coefficient)
    error_of_mean = projected.mean(axis=(0, 1)) / np.sqrt(variance / effective)
    assert np.abs(error_of_mean).max() < 4.5
    effective_squares = count * (1 - coefficient**2) / (1 + coefficient**2)
    covariance = np.einsum("tni,tnj->ij", projected, projected) / count
    spread = np.sqrt(np.outer(variance, variance) / effective_squares.min())
    deviation = (covariance - np.diag(variance)) / spread
    assert np.abs(np.diag(deviation)).max() < 4.5 * np.sqrt(2)
    assert np.abs(deviation - np.diag(np.diag(deviation))).max() < 4.5
    # The tolerance is tight enough to tell the posterior from the prior.
    assert np.sqrt(2 / effective_squares.min()) < 0.1


def test_temperature_zero_reaches_the_mode():
    samples, mean, _, info = run_chains(1, 400, temperature=0.0, keep_from=399)
    np.testing.assert_allclose(samples[-1, 0], mean, atol=1e-4)
    assert info.gradient_norm.numpy()[0] < 1e-3


def test_one_move_is_the_written_formula():
    latents = Latents(tf.ones([2, 3, 1]), tf.ones([2, 2]), tf.ones([2, 1]))
    noise = Latents(*(tf.fill(leaf.shape, 0.5) for leaf in latents))

    def log_density(z):
        squares = [tf.reduce_sum(leaf**2, axis=list(range(1, leaf.shape.rank))) for leaf in z]
        return -tf.add_n(squares)

    moved, info = langevin_step(latents, log_density, step_size=0.2, noise=noise, temperature=0.25)
    # The gradient is -2 everywhere: 1 - 2 * 0.02 + 0.2 * sqrt(0.25) * 0.5.
    for leaf in moved:
        np.testing.assert_allclose(leaf, np.full(leaf.shape, 1.01), rtol=1e-6)
    np.testing.assert_allclose(info.log_density, [-6.0, -6.0])
    np.testing.assert_allclose(info.gradient_norm, [np.sqrt(24.0)] * 2, rtol=1e-6)


@pytest.mark.parametrize("empty", [True, False])
def test_latents_without_influence_follow_the_prior_alone(empty):
    latents = Latents(tf.ones([1, 2, 2]), tf.ones([1, 2]), tf.ones([1, 0 if empty else 3]))
    noise = Latents(*(tf.zeros_like(leaf) for leaf in latents))
    moved, _ = langevin_step(
        latents,
        lambda z: -0.5 * tf.reduce_sum(z.noise**2, axis=[1, 2]),
        step_size=1.0,
        noise=noise,
    )
    np.testing.assert_allclose(moved.noise, 0.5 * np.ones([1, 2, 2]))
    np.testing.assert_array_equal(moved.appearance, latents.appearance)


def one_by_one(values):
    """Latents whose noise holds the values, one a clip, and of which nothing else moves."""
    return Latents(
        tf.constant(values, tf.float32)[:, None, None], *[tf.zeros([len(values), 0])] * 2
    )


def test_only_entries_beyond_the_bound_are_truncated():
    """In the preconditioner's coordinates: L' times the gradient, here -4 z."""
    z = np.array([0.0, 0.5, -1.0, 1.5, -2.0, 100.0, -1e6])
    draws = np.linspace(-1, 1, len(z))
    step_size, root = 0.6, 2.0
    moved, _ = langevin_step(
        one_by_one(z),
        lambda latents: -tf.reduce_sum(tf.square(latents.noise), axis=[1, 2]),
        step_size=step_size,
        noise=one_by_one(draws),
        preconditioner=Latents(*[tf.constant(root)] * 3),
    )
    slope = np.clip(root * -2.0 * z, -TRUNCATION, TRUNCATION)
    assert sorted(slope)[:2] == [-TRUNCATION, sorted(slope)[1]]
    expected = z + root * (0.5 * step_size**2 * slope + step_size * draws)
    np.testing.assert_allclose(moved.noise[:, 0, 0], expected, rtol=1e-6)


def test_chains_stay_at_the_peak_though_the_preconditioner_knows_nothing_of_the_curvature():
    """A density 100 times narrower than it says: moves without truncation would double each time.

    A truncated move goes back by 0.5 * 6 = 3 at most, and what is drawn has variance 1: beyond 3 a
    chain is a walk with that drift, of which exp(-6 |z|) are as far out as z.
    """
    num_chains, curvature = 300, 1e4
    draw = np.random.default_rng(0)
    latents = one_by_one(np.zeros(num_chains))

    @tf.function(autograph=False)
    def move(latents, noise):
        return langevin_step(
            latents,
            lambda z: -0.5 * curvature * tf.reduce_sum(tf.square(z.noise), axis=[1, 2]),
            step_size=1.0,
            noise=noise,
            preconditioner=Latents(*[tf.constant(1.0)] * 3),
        )[0]

    farthest = 0.0
    for _ in range(200):
        latents = move(latents, one_by_one(draw.standard_normal(num_chains)))
        farthest = max(farthest, np.abs(latents.noise).max())
    # 60,000 draws: of a standard normal one may be 4.5 out, at the edge of a move of 3.
    assert farthest < 3.0 + 2 * 4.5
