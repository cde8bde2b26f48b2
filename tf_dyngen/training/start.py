"""The start of a run: variables, first weights, first latents."""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from tf_dyngen.config import LINEAR_BACKBONE, Config
from tf_dyngen.inference.chains import Chains
from tf_dyngen.model.generator import Generator, build_generator
from tf_dyngen.model.linear_start import (
    chain_start,
    fit_linear_dynamic_texture,
    start_linear_backbone,
)
from tf_dyngen.training.optimizer import build_optimizer
from tf_dyngen.video.clips import Clip, to_model_range


class Learner(NamedTuple):
    """Everything that training changes."""

    generator: Generator
    optimizer: keras.optimizers.Optimizer
    chains: Chains


def build_learner(
    config: Config, clip_ids: Sequence[str], num_frames: int, strategy: tf.distribute.Strategy
) -> Learner:
    """Makes all variables: weights and optimiser in the strategy's scope, chains on the host."""
    with strategy.scope():
        generator = build_generator(config)
        optimizer = build_optimizer(config.learning)
        optimizer.build(generator.trainable_variables)
    return Learner(generator, optimizer, Chains(clip_ids, num_frames, generator.latent_sizes))


def start_learner(learner: Learner, config: Config, clips: Sequence[Clip]) -> None:
    """Puts weights and chains where training starts.

    The linear backbone starts as the linear dynamic texture of the clips, its chains at the
    texture's innovations; the paper's parameterisation starts at random, its chains at the prior.
    """
    learner.chains.start_from_prior(config.seed)
    if config.model.parameterisation != LINEAR_BACKBONE:
        return
    frames = [to_model_range(clip.frames) for clip in clips]
    texture = fit_linear_dynamic_texture(frames, config.model.state_size)
    start_linear_backbone(learner.generator, texture)
    starts = chain_start(texture, config.model.noise_size)
    for clip, (noise, initial_state) in zip(clips, starts, strict=True):
        learner.chains.start_at(clip.clip_id, noise, initial_state)
