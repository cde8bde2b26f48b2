"""The appearance of a clip of several windows follows its posterior given the whole clip."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.config import InferenceConfig, ModelConfig
from tf_dyngen.inference.posterior import infer_latents
from tf_dyngen.model.density import Evidence
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.transition import build_transition

NUM_CHAINS, WINDOW, PRECISION = 3000, 3, 2.0


class AppearanceAlone(keras.Model):
    """x = a, a pixel that does not move."""

    def call(self, states, appearance, statistics=None):
        return appearance[:, None, None, :]


def visit(num_windows, num_visits=60):
    """Visits windows in turn; returns the appearance of each chain in the end."""
    config = ModelConfig(state_size=1, noise_size=1, appearance_size=1, transition_hidden=())
    generator = Generator(build_transition(config), AppearanceAlone(), config)
    inference = InferenceConfig(langevin_steps=1, step_size=0.15)
    evidence = Evidence(tf.ones([NUM_CHAINS, WINDOW, 1, 1, 1]))
    draw = np.random.default_rng(0)

    @tf.function(autograph=False)
    def move(latents, noise):
        return infer_latents(
            generator,
            latents,
            evidence,
            noise=noise,
            is_latent=tf.fill([NUM_CHAINS], True),
            precision=PRECISION,
            config=inference,
            num_windows=tf.fill([NUM_CHAINS], float(num_windows)),
        )[0]

    def normal(*shape):
        return tf.constant(draw.standard_normal(shape), tf.float32)

    shapes = ((NUM_CHAINS, WINDOW, 1), (NUM_CHAINS, 1), (NUM_CHAINS, 1))
    exact = 1 + num_windows * WINDOW * PRECISION
    start = normal(NUM_CHAINS, 1) / exact**0.5 + num_windows * WINDOW * PRECISION / exact
    latents = Latents(tf.zeros(shapes[0]), tf.zeros(shapes[1]), start)
    for _ in range(num_visits):
        latents = move(latents, Latents(*(normal(1, *shape) for shape in shapes)))
    return latents.appearance.numpy().ravel().astype(np.float64), exact, inference.step_size


@pytest.mark.parametrize("num_windows", [1, 4])
def test_its_mean_and_variance_are_exact(num_windows):
    """One pixel that is 1 in every frame: precision 1 + T / sigma^2, mean T / sigma^2 over it."""
    found, exact, step_size = visit(num_windows)
    bias = 1 / (1 - 0.25 * step_size**2 * exact)
    error = np.sqrt(2 / NUM_CHAINS)
    np.testing.assert_allclose(found.var() * exact, bias, rtol=5 * error)
    # Windows that counted once each would leave it nearly four times as wide.
    assert 5 * error + bias < 2
    mean = (exact - 1) / exact
    assert abs(found.mean() - mean) < 5 * np.sqrt(bias / exact / NUM_CHAINS)
