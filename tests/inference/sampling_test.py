"""Posterior moments of frames against the exact ones of a linear-Gaussian model with a mask."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from tests.inference.linear_model import (
    NOISE,
    NUM_FRAMES,
    OBSERVATION_STD,
    PIXELS,
    make_problem,
)
from tf_dyngen.config import InferenceConfig
from tf_dyngen.inference.chains import Chains
from tf_dyngen.inference.sampling import PosteriorSampler, Window
from tf_dyngen.model.density import Evidence
from tf_dyngen.model.latents import Latents

pytestmark = pytest.mark.usefixtures("unoptimized")
STEP_SIZE = 0.5
MOVES = 8
NUM_SAMPLES = 800


def sample(visible, hidden_weight, frames=None, num_samples=NUM_SAMPLES, burn_in=50):
    """Returns FrameMoments by the sampler, and the exact mean and variance, [T, PIXELS] each."""
    problem = make_problem(np.where(visible, 1.0, hidden_weight))
    frames = problem.frames if frames is None else frames
    evidence = Evidence(
        tf.constant(frames, tf.float32),
        tf.constant(visible[None, :, None, :, None]),
        hidden_weight,
    )
    chains = Chains(["clip"], [NUM_FRAMES], problem.generator.latent_sizes)
    sampler = PosteriorSampler(
        problem.generator,
        chains,
        row=0,
        clip_key=3,
        windows=[Window(0, NUM_FRAMES, evidence, None)],
        precision=OBSERVATION_STD**-2,
        config=InferenceConfig(langevin_steps=MOVES, step_size=STEP_SIZE),
        seed=0,
    )
    visits = []
    moments = sampler.moments(
        num_samples=num_samples, burn_in=burn_in, first_step=0, report=lambda: visits.append(1)
    )
    assert len(visits) == num_samples + burn_in
    return moments, *exact_moments(problem)


def exact_moments(problem):
    """Returns the mean and variance of frames, [T, PIXELS] each."""
    covariance = problem.design @ np.linalg.inv(problem.precision) @ problem.design.T
    shape = (NUM_FRAMES, PIXELS)
    return (problem.design @ problem.mean).reshape(shape), np.diag(covariance).reshape(shape)


@functools.cache
def sample_masked(hidden_weight):
    """A frame is hidden, and a pixel of the next."""
    visible = np.ones((NUM_FRAMES, PIXELS), bool)
    visible[1] = False
    visible[2, 0] = False
    return sample(visible, hidden_weight)


@pytest.mark.parametrize("hidden_weight", [0.0, 0.3])
def test_moments_are_those_of_the_posterior_given_what_is_visible(hidden_weight):
    moments, mean, variance = sample_masked(hidden_weight)
    assert moments.mean.shape == (NUM_FRAMES, 1, PIXELS, 1)
    # A move forgets at the rate of the flattest direction, the prior's: visits MOVES moves apart
    # count as independent once in `correlated`.
    kept = (1.0 - STEP_SIZE**2 / 2.0) ** MOVES
    correlated = (1.0 + kept) / (1.0 - kept)
    error = np.sqrt(variance * correlated / NUM_SAMPLES)
    np.testing.assert_array_less(np.abs(moments.mean[:, 0, :, 0] - mean), 5.0 * error)
    # Beside the Monte Carlo error, the discretisation's: delta^2/4 of the curvature, at most.
    spread = 5.0 * np.sqrt(2.0 * correlated / NUM_SAMPLES)
    np.testing.assert_allclose(moments.variance[:, 0, :, 0], variance, rtol=spread + 0.25)


def test_what_is_hidden_is_known_worse_than_what_is_seen():
    moments, _, _ = sample_masked(0.0)
    _, seen = exact_moments(make_problem(np.ones((NUM_FRAMES, PIXELS))))
    assert np.all(moments.variance[1, 0, :, 0] > 1.3 * seen[1])


def test_hidden_frames_without_weight_have_no_influence():
    visible = np.ones((NUM_FRAMES, PIXELS), bool)
    visible[1] = False
    frames = make_problem().frames.copy()
    first, _, _ = sample(visible, 0.0, frames, num_samples=4, burn_in=2)
    frames[:, 1] = 1e6
    second, _, _ = sample(visible, 0.0, frames, num_samples=4, burn_in=2)
    np.testing.assert_array_equal(first.mean, second.mean)


def root_of(precision, *blocks):
    """Latents of the roots of a posterior's covariance, a block of rows of its precision each."""
    roots = [np.linalg.cholesky(np.linalg.inv(precision[block, block])) for block in blocks]
    return Latents(*(tf.constant(root, tf.float32) for root in [*roots, np.zeros((0, 0))]))


LATENT, INITIAL = slice(0, NUM_FRAMES * NOISE), slice(NUM_FRAMES * NOISE, None)
NUM_MOVES = 2 * MOVES


def sample_in_windows(problem, temperature, num_samples):
    """FrameMoments; the first window sees all frames and gives two, the second goes on from there.

    Both move as the posterior does given what they leave alone, so that together they sample it.
    """
    second = 2
    rest = slice(second * NOISE, LATENT.stop)
    frames = tf.constant(problem.frames, tf.float32)
    # The state in front of the second stands still: its own root has no influence.
    roots = [root_of(problem.precision, block, INITIAL) for block in (LATENT, rest)]
    windows = [
        Window(0, second, Evidence(frames), roots[0]),
        Window(second, NUM_FRAMES, Evidence(frames[:, second:]), roots[1]),
    ]
    sampler = PosteriorSampler(
        problem.generator,
        Chains(["clip"], [NUM_FRAMES], problem.generator.latent_sizes),
        row=0,
        clip_key=3,
        windows=windows,
        precision=OBSERVATION_STD**-2,
        config=InferenceConfig(
            langevin_steps=NUM_MOVES, step_size=STEP_SIZE, temperature=temperature
        ),
        seed=0,
    )
    return sampler.moments(num_samples=num_samples, burn_in=50, first_step=0, report=lambda: None)


def test_moments_with_a_preconditioner_windows_and_temperature():
    """At a temperature the covariance is that much smaller."""
    problem, num_samples, temperature = make_problem(), 500, 0.25
    moments = sample_in_windows(problem, temperature, num_samples)
    mean, variance = exact_moments(problem)
    variance = temperature * variance
    # Two blocks that each are round: no direction of both is flatter than 1 - r, steeper than 1 + r
    # for their canonical correlation r.
    root = np.zeros_like(problem.precision)
    for block in (LATENT, INITIAL):
        root[block, block] = np.linalg.cholesky(np.linalg.inv(problem.precision[block, block]))
    flattest, *_, steepest = np.linalg.eigvalsh(root.T @ problem.precision @ root)
    kept = (1.0 - 0.5 * STEP_SIZE**2 * flattest) ** NUM_MOVES
    correlated = (1.0 + kept) / (1.0 - kept)
    error = np.sqrt(variance * correlated / num_samples)
    np.testing.assert_array_less(np.abs(moments.mean[:, 0, :, 0] - mean), 5.0 * error)
    bias = 1.0 / (1.0 - 0.25 * STEP_SIZE**2 * steepest) - 1.0
    spread = 4.5 * np.sqrt(2.0 * correlated / num_samples)
    # Tight enough to tell one temperature from the other.
    assert spread + bias < 0.75
    np.testing.assert_allclose(moments.variance[:, 0, :, 0], variance, rtol=spread + bias)


def test_windows_without_temperature_climb_to_the_mode_together():
    """Which of a Gaussian is the mean; there, neither window has anywhere to go."""
    problem = make_problem()
    moments = sample_in_windows(problem, 0.0, num_samples=3)
    mean, _ = exact_moments(problem)
    np.testing.assert_allclose(moments.mean[:, 0, :, 0], mean, atol=1e-4)
    np.testing.assert_allclose(moments.variance, 0.0, atol=1e-9)
