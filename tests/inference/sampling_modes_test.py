"""Frames that are sampled come from the network that was compared with the clip."""

import numpy as np
import pytest
import tensorflow as tf

from tests.inference.linear_model import NUM_FRAMES, make_problem
from tests.model.small_generator import draw_latents, make_generator
from tf_dyngen.config import InferenceConfig
from tf_dyngen.inference.chains import Chains
from tf_dyngen.inference.metropolis import BEST_ACCEPTANCE
from tf_dyngen.inference.sampling import PosteriorSampler, Window
from tf_dyngen.model.density import Evidence
from tf_dyngen.model.normalization import Mode

pytestmark = pytest.mark.usefixtures("unoptimized")


def test_they_are_normalised_as_in_inference():
    """By the clip's own statistics, which those of all clips seen in learning are not."""
    generator = make_generator("paper", appearance_size=0)
    observed, _ = generator(draw_latents(generator, 1, NUM_FRAMES, seed=3), mode=Mode.INFER)
    chains = Chains(["clip"], [NUM_FRAMES], generator.latent_sizes)
    chains.start_from_prior(0)
    sampler = PosteriorSampler(
        generator,
        chains,
        row=0,
        clip_key=1,
        windows=[Window(0, NUM_FRAMES, Evidence(observed), None)],
        precision=4.0,
        config=InferenceConfig(langevin_steps=2, step_size=0.05),
        seed=0,
    )
    moments = sampler.moments(num_samples=1, burn_in=0, first_step=0, report=bool)
    latents = chains.of_clip("clip")
    inferred, _ = generator(latents, mode=Mode.INFER)
    np.testing.assert_allclose(moments.mean, inferred[0], atol=1e-5)
    generated, _ = generator(latents)
    assert np.abs(generated - inferred).max() > 0.01
    assert 0 < moments.acceptance <= 1
    # Nothing is adapted without a burn-in.
    assert moments.step_size == 0.05


@pytest.mark.parametrize("step_size", [0.05, 4.0])
def test_the_burn_in_finds_a_step_size_at_which_moves_are_accepted(step_size):
    """From steps that are all accepted, and from those that hardly ever are."""
    problem = make_problem()
    chains = Chains(["clip"], [NUM_FRAMES], problem.generator.latent_sizes)
    chains.start_from_prior(0)
    # Nothing is seen: the posterior is the prior.
    hidden = Evidence(tf.constant(problem.frames, tf.float32), tf.zeros([1, 1, 1, 1, 1], tf.bool))
    sampler = PosteriorSampler(
        problem.generator,
        chains,
        row=0,
        clip_key=1,
        windows=[Window(0, NUM_FRAMES, hidden, None)],
        precision=1.0,
        config=InferenceConfig(langevin_steps=4, step_size=step_size),
        seed=0,
    )
    moments = sampler.moments(num_samples=50, burn_in=80, first_step=0, report=bool)
    assert 0.05 < moments.step_size < 4.0
    # 200 moves, nearly independent, of acceptance 0.57: its mean has error 0.03 or less.
    assert abs(moments.acceptance - BEST_ACCEPTANCE) < 0.2
