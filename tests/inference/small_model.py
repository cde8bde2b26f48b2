"""Small generators with weights that are not at their start, and latents drawn from the prior."""

import numpy as np
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
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
