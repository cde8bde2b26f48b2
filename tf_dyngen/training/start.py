"""The start of a run: variables, first weights, first latents."""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
import tqdm

from tf_dyngen.config import FRESH, LINEAR_BACKBONE, Config
from tf_dyngen.inference.chains import Chains
from tf_dyngen.model.generator import Generator, build_generator
from tf_dyngen.model.linear_start import (
    chain_start,
    fit_linear_dynamic_texture,
    start_linear_backbone,
)
from tf_dyngen.training.optimizer import build_optimizer
from tf_dyngen.video.clip_store import ClipStore
from tf_dyngen.video.clips import Clip, ClipRecord, to_model_range

# The linear start's time grows with the square of the frames it is fitted to: 2,400 take seconds.
MOST_FITTED_FRAMES = 2400
# Frames that were predicted from their neighbours make the dynamics look too certain.
MEMORY_OF_PREDICTED = 0.95


class Learner(NamedTuple):
    """Everything that training changes; no chains where they start afresh at every visit."""

    generator: Generator
    optimizer: keras.optimizers.Optimizer
    chains: Chains | None


def build_learner(
    config: Config, clips: Sequence[ClipRecord], strategy: tf.distribute.Strategy
) -> Learner:
    """Makes all variables: weights and optimiser in the strategy's scope, chains on the host."""
    with strategy.scope():
        generator = build_generator(config)
        optimizer = build_optimizer(config.learning)
        optimizer.build(generator.trainable_variables)
    chains = None
    if config.inference.chains != FRESH:
        ids, lengths = [clip.clip_id for clip in clips], [clip.num_frames for clip in clips]
        chains = Chains(ids, lengths, generator.latent_sizes)
    return Learner(generator, optimizer, chains)


def start_learner(
    learner: Learner, config: Config, store: ClipStore, fitted: Sequence[Clip]
) -> None:
    """Puts weights and chains where training starts.

    The linear backbone starts as the linear dynamic texture of the clips, its chains at the
    texture's innovations; the paper's parameterisation starts at random, its chains at the prior.

    Args:
      learner: its variables are set.
      config: settings of the run.
      store: the clips whose chains start, read one at a time.
      fitted: what the linear dynamic texture is fitted to, see `fitted_rows`.
    """
    chains = learner.chains
    if chains is not None:
        chains.start_from_prior(config.seed)
    if config.model.parameterisation != LINEAR_BACKBONE:
        return
    memory = MEMORY_OF_PREDICTED if any(clip.visible is not None for clip in fitted) else 1.0
    frames = [to_model_range(clip.frames) for clip in fitted]
    texture = fit_linear_dynamic_texture(frames, config.model.state_size, memory)
    start_linear_backbone(learner.generator, texture)
    if chains is None:
        return
    for row in tqdm.trange(len(store), desc="starting chains", unit="clip", disable=None):
        clip = store.read(row)
        start = chain_start(texture, to_model_range(clip.frames), config.model.noise_size)
        chains.start_at(clip.clip_id, *start)


def fitted_rows(num_clips: int, num_frames: int) -> np.ndarray:
    """Returns the rows, evenly spread, of the clips that the linear start is fitted to.

    Args:
      num_clips: how many there are.
      num_frames: of each, at most.
    """
    num_fitted = min(num_clips, max(1, MOST_FITTED_FRAMES // num_frames))
    return np.unique(np.linspace(0, num_clips - 1, num_fitted).round().astype(int))
