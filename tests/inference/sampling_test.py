"""Posterior moments of frames against the exact ones of a linear-Gaussian model with a mask."""

import numpy as np
import pytest
import tensorflow as tf

from tests.inference.linear_model import NUM_FRAMES, OBSERVATION_STD, PIXELS, make_problem
from tf_dyngen.config import InferenceConfig
from tf_dyngen.inference.chains import Chains
from tf_dyngen.inference.sampling import PosteriorSampler, Window
from tf_dyngen.model.density import Evidence

STEP_SIZE = 0.5
MOVES = 8
NUM_SAMPLES = 800


def sample(visible, hidden_weight, frames=None):
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
        num_samples=NUM_SAMPLES, burn_in=50, first_step=0, report=lambda: visits.append(1)
    )
    assert len(visits) == NUM_SAMPLES + 50
    covariance = problem.design @ np.linalg.inv(problem.precision) @ problem.design.T
    shape = (NUM_FRAMES, PIXELS)
    exact = (problem.design @ problem.mean).reshape(shape), np.diag(covariance).reshape(shape)
    return moments, *exact


@pytest.mark.parametrize("hidden_weight", [0.0, 0.3])
def test_moments_are_those_of_the_posterior_given_what_is_visible(hidden_weight):
    visible = np.ones((NUM_FRAMES, PIXELS), bool)
    visible[1] = False
    visible[2, 0] = False
    moments, mean, variance = sample(visible, hidden_weight)
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
    visible = np.ones((NUM_FRAMES, PIXELS), bool)
    visible[1] = False
    moments, _, _ = sample(visible, 0.0)
    everything, _, _ = sample(np.ones_like(visible), 0.0)
    assert np.all(moments.variance[1] > 1.3 * everything.variance[1])


def test_hidden_frames_without_weight_have_no_influence():
    visible = np.ones((NUM_FRAMES, PIXELS), bool)
    visible[1] = False
    frames = make_problem().frames.copy()
    first, _, _ = sample(visible, 0.0, frames)
    frames[:, 1] = 1e6
    second, _, _ = sample(visible, 0.0, frames)
    np.testing.assert_array_equal(first.mean, second.mean)
