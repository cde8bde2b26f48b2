"""Inference from one image against a closed form, and of frames that the model made itself."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.inference.still_image import infer_still, known_frames
from tf_dyngen.model.generator import build_generator
from tf_dyngen.model.latents import Latents


def make_generator(parameterisation="linear_backbone", appearance=2):
    settings = {
        "model.parameterisation": parameterisation,
        "model.normalization": parameterisation == "paper",
        "model.appearance_size": appearance,
    }
    generator = build_generator(override(presets.load("smoke"), settings))
    random = np.random.default_rng(1)
    for variable in generator.trainable_variables:
        variable.assign(variable + 0.2 * random.standard_normal(variable.shape))
    return generator


def draw_latents(generator, num_clips, num_frames, seed=0):
    random, sizes = np.random.default_rng(seed), generator.latent_sizes
    shapes = ((num_frames, sizes.noise), (sizes.state,), (sizes.appearance,))
    draws = (random.standard_normal((num_clips, *shape)) for shape in shapes)
    return Latents(*(tf.constant(draw, tf.float32) for draw in draws))


@pytest.mark.parametrize("appearance", [0, 2])
def test_known_frames_are_those_of_the_clips(appearance):
    generator = make_generator(appearance=appearance)
    latents = draw_latents(generator, 2, 7)
    chosen = np.array([0, 3, 6])
    known = known_frames(generator, latents, chosen)
    whole = generator(latents)[0].numpy()[:, chosen].reshape(6, 16, 16, 3)
    np.testing.assert_allclose(known.frames, whole, atol=1e-5)
    alone = generator(known.latents)[0].numpy()[:, 0]
    np.testing.assert_allclose(alone, whole, atol=1e-5)
    difference = whole - whole.mean(axis=0)
    np.testing.assert_allclose(known.spread, np.mean(difference**2), rtol=1e-5)


def test_chains_end_at_the_mode_of_a_linear_model():
    generator = build_generator(presets.load("smoke"))
    random = np.random.default_rng(2)
    size = generator.latent_sizes.state
    # Frames of a thousandth, of which tanh is the identity up to a millionth.
    loading = 1e-3 * random.standard_normal((size, 768))
    memory = 0.8 * np.linalg.qr(random.standard_normal((size, size)))[0]
    generator.emission.loading.assign(loading)
    generator.transition.transition_matrix.assign(memory)
    generator.transition.noise_gain.assign(0.6 * np.eye(size))
    image = (1e-3 * random.standard_normal((16, 16, 3))).astype(np.float32)
    precision = 1e4
    known = known_frames(generator, draw_latents(generator, 1, 5), np.arange(5))
    fit = infer_still(
        generator, image, known, num_chains=4, num_steps=500, precision=precision, seed=0
    )
    to_frame = np.vstack([memory, 0.6 * np.eye(size)]) @ loading
    posterior = np.eye(2 * size) + precision * to_frame @ to_frame.T
    mode = np.linalg.solve(posterior, precision * to_frame @ image.ravel())
    found = np.concatenate([fit.latents.initial_state[0], fit.latents.noise[0, 0]])
    # Where the image says nothing, precision 1, a block of precision 1 + 0.64 * 7.7 sets the pace:
    # a move takes 0.7^2 / 2 / 5.9, 4 %, of the way, 250 moves without noise leave less than 1e-4.
    np.testing.assert_allclose(found, mode, atol=1e-3)
    error = np.mean(np.square(mode @ to_frame - image.ravel()))
    np.testing.assert_allclose(fit.error, error, rtol=1e-3)


@pytest.mark.parametrize("parameterisation", ["linear_backbone", "paper"])
def test_a_frame_of_the_model_is_found_again(parameterisation):
    generator = make_generator(parameterisation)
    known = known_frames(generator, draw_latents(generator, 2, 10), np.arange(10))
    image = generator(draw_latents(generator, 1, 1, seed=5))[0].numpy()[0, 0]
    settings = {"num_chains": 8, "precision": 0.05**-2, "seed": 0}
    fit = infer_still(generator, image, known, num_steps=100, **settings)
    nearest = np.mean(np.square(known.frames - image), axis=(1, 2, 3)).min()
    assert fit.error < 0.05 * nearest
    frame = generator(fit.latents)[0].numpy()[0, 0]
    np.testing.assert_allclose(np.mean(np.square(frame - image)), fit.error, rtol=1e-3)
    again = infer_still(generator, image, known, num_steps=100, **settings)
    for leaf, other in zip(fit.latents, again.latents, strict=True):
        np.testing.assert_array_equal(leaf, other)


def test_one_chain_starts_at_the_nearest_known_frame():
    generator = make_generator()
    known = known_frames(generator, draw_latents(generator, 1, 6), np.arange(6))
    fit = infer_still(
        generator, known.frames[4], known, num_chains=1, num_steps=0, precision=10.0, seed=0
    )
    np.testing.assert_array_equal(fit.latents.initial_state[0], known.latents.initial_state[4])
    assert fit.error < 1e-8
