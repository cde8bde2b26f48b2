"""The start of a run: variables, first weights, first latents."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
import tqdm

from tf_dyngen.config import LINEAR_BACKBONE, Config
from tf_dyngen.inference.chains import Chains
from tf_dyngen.model.action_start import action_chain_start, fit_action_texture, start_actions
from tf_dyngen.model.generator import Generator, build_generator
from tf_dyngen.model.linear_start import (
    chain_start,
    fit_linear_dynamic_texture,
    start_linear_backbone,
)
from tf_dyngen.training.optimizer import build_optimizer
from tf_dyngen.video.clip_store import ClipStore
from tf_dyngen.video.clips import to_model_range

# The linear start's time grows with the square of the frames it is fitted to: 2,400 take seconds.
MOST_FITTED_FRAMES = 2400
# Of clips that differ in looks, whose start reads them one at a time.
MOST_FITTED_CLIPS = 400
# Frames that were predicted from their neighbours make the dynamics look too certain.
MEMORY_OF_PREDICTED = 0.95


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


def start_learner(learner: Learner, config: Config, store: ClipStore, num_frames: int) -> None:
    """Puts weights and chains where training starts.

    The linear backbone starts as the linear dynamic texture of the clips, its chains at the
    texture's innovations, with appearance as the looks and motions of `action_start`; the paper's
    parameterisation starts at random, its chains at the prior.

    Args:
      learner: its variables are set.
      config: settings of the run.
      store: the clips, read one at a time.
      num_frames: how many frames of each are learned.
    """
    learner.chains.start_from_prior(config.seed)
    if config.model.parameterisation != LINEAR_BACKBONE:
        return
    memory = MEMORY_OF_PREDICTED if any(store.has_mask) else 1.0
    start = _start_actions if config.model.appearance_size else _start_texture
    chain_start = start(learner.generator, config, store, num_frames, memory)
    for row in tqdm.trange(len(store), desc="starting chains", unit="clip", disable=None):
        frames = _frames(store, row, num_frames)
        learner.chains.start_at(store.records[row].clip_id, *chain_start(frames))


def _start_texture(generator, config: Config, store: ClipStore, num_frames: int, memory: float):
    """Starts the weights; returns the function from frames to where their chain starts."""
    fitted = [_frames(store, row, num_frames) for row in fitted_rows(len(store), num_frames)]
    texture = fit_linear_dynamic_texture(fitted, config.model.state_size, memory)
    start_linear_backbone(generator, texture)
    return lambda frames: chain_start(texture, frames, config.model.noise_size)


def _start_actions(generator, config: Config, store: ClipStore, num_frames: int, memory: float):
    """Does the same for clips that differ in looks."""
    model = config.model
    texture = fit_action_texture(
        StoredClips(store, num_frames),
        state_size=model.state_size,
        appearance_size=model.appearance_size,
        bilinear_rank=model.bilinear_rank,
        memory=memory,
    )
    start_actions(generator, texture)
    return lambda frames: action_chain_start(texture, frames, model.noise_size)


class StoredClips:
    """The clips that the start for actions is fitted to, read anew each time they are gone through.

    Args:
      store: of all clips.
      num_frames: how many frames of each are learned.
    """

    def __init__(self, store: ClipStore, num_frames: int):
        self._store = store
        self._num_frames = num_frames
        self._rows = _spread(len(store), MOST_FITTED_CLIPS)

    def __len__(self) -> int:
        """Returns how many clips there are."""
        return len(self._rows)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields the frames of each clip, [T, H, W, C] float32 in [-1, 1]."""
        for row in tqdm.tqdm(self._rows, desc="looks and motions", unit="clip", disable=None):
            yield _frames(self._store, row, self._num_frames)


def fitted_rows(num_clips: int, num_frames: int) -> np.ndarray:
    """Returns the rows, evenly spread, of the clips that the linear start is fitted to."""
    return _spread(num_clips, max(1, MOST_FITTED_FRAMES // num_frames))


def _spread(num_clips: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, num_clips - 1, min(num_clips, most)).round().astype(int))


def _frames(store: ClipStore, row: int, num_frames: int) -> np.ndarray:
    return to_model_range(store.read(row, 0, num_frames).frames)
