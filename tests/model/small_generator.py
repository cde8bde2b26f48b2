"""Small generators with weights that are not at their start, and latents drawn from the prior."""

import numpy as np
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.model.generator import build_generator
from tf_dyngen.model.latents import Latents


def make_generator(parameterisation="linear_backbone", *, spread=0.2, **model):
    """A generator whose settings of the model are changed; weights are off by `spread`."""
    usual = {
        "parameterisation": parameterisation,
        "normalization": parameterisation == "paper",
        "appearance_size": 2,
    }
    settings = {f"model.{key}": value for key, value in (usual | model).items()}
    generator = build_generator(override(presets.load("smoke"), settings))
    random = np.random.default_rng(1)
    for variable in generator.trainable_variables:
        variable.assign(variable + spread * random.standard_normal(variable.shape))
    return generator


def draw_latents(generator, num_clips, num_frames, seed=0):
    random, sizes = np.random.default_rng(seed), generator.latent_sizes
    shapes = ((num_frames, sizes.noise), (sizes.state,), (sizes.appearance,))
    draws = (random.standard_normal((num_clips, *shape)) for shape in shapes)
    return Latents(*(tf.constant(draw, tf.float32) for draw in draws))
