"""The start of a run: variables, first weights, first latents."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.config import ATTENTION, FRESH, LINEAR_BACKBONE, Config
from tf_dyngen.inference.chains import Chains, PlayedChains
from tf_dyngen.messages import progress_bar
from tf_dyngen.model.action_start import action_chain_start, fit_action_texture, start_actions
from tf_dyngen.model.generator import AnyGenerator, Generator, build_generator
from tf_dyngen.model.latents import LatentSizes
from tf_dyngen.model.linear_start import (
    chain_start,
    fit_linear_dynamic_texture,
    start_linear_backbone,
)
from tf_dyngen.training.attention_start import start_attention
from tf_dyngen.training.optimizer import build_optimizer
from tf_dyngen.video.clip_store import ClipStore
from tf_dyngen.video.clips import ClipRecord, to_model_range

# The linear start's time grows with the square of the frames it is fitted to: 2,400 take seconds.
MOST_FITTED_FRAMES = 2400
# Of clips that differ in looks, whose start reads them one at a time.
MOST_FITTED_CLIPS = 400
# Frames that were predicted from their neighbours make the dynamics look too certain.
MEMORY_OF_PREDICTED = 0.95


class Learner(NamedTuple):
    """Everything that training changes; no chains where they start afresh at every visit."""

    generator: AnyGenerator
    optimizer: keras.optimizers.Optimizer
    chains: Chains | None


class FittedClips:
    """The clips that a start is fitted to, read anew each time they are gone through.

    Args:
      store: where they are.
      rows: which of them; all if None.
    """

    def __init__(self, store: ClipStore, rows: np.ndarray | None = None):
        self._store = store
        self._rows = range(len(store)) if rows is None else [int(row) for row in rows]

    def __len__(self) -> int:
        """Returns how many clips there are."""
        return len(self._rows)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields the frames of each clip, [T, H, W, C] float32 in [-1, 1]."""
        for row in self._rows:
            yield to_model_range(self._store.read(row).frames)

    @property
    def memory(self) -> float:
        """What a fit's memory is to be multiplied with."""
        masked = any(self._store.has_mask[row] for row in self._rows)
        return MEMORY_OF_PREDICTED if masked else 1.0


def fitted_rows(config: Config, num_clips: int) -> np.ndarray:
    """Returns the rows, evenly spread, of the clips that the start of a run is fitted to."""
    most = MOST_FITTED_FRAMES // config.video.num_frames
    if config.model.appearance_size:
        most = MOST_FITTED_CLIPS
    num_fitted = min(num_clips, max(1, most))
    return np.unique(np.linspace(0, num_clips - 1, num_fitted).round().astype(int))


def build_learner(
    config: Config, clips: Sequence[ClipRecord], strategy: tf.distribute.Strategy
) -> Learner:
    """Makes all variables: weights and optimiser in the strategy's scope, chains on the host."""
    with strategy.scope():
        generator = build_generator(config, sum(clip.num_frames for clip in clips))
        optimizer = build_optimizer(config.learning)
        optimizer.build(generator.trainable_variables)
    chains = None
    if config.inference.chains != FRESH:
        chains = build_chains(config, clips, generator.latent_sizes)
    return Learner(generator, optimizer, chains)


def build_chains(config: Config, clips: Sequence[ClipRecord], sizes: LatentSizes) -> Chains:
    """Returns the chains of clips, at zero."""
    is_attention = config.model.parameterisation == ATTENTION
    ids, lengths = [clip.clip_id for clip in clips], [clip.num_frames for clip in clips]
    return (PlayedChains if is_attention else Chains)(ids, lengths, sizes)


def start_learner(learner: Learner, config: Config, store: ClipStore, fitted: FittedClips) -> None:
    """Puts weights and chains where training starts.

    The linear backbone starts as the linear dynamic texture of the clips, its chains at the
    texture's innovations, with appearance as the looks and motions of `action_start`; the attention
    model remembers the clips, its chains play them as they are; the paper's parameterisation starts
    at random, its chains at the prior.

    Args:
      learner: its variables are set.
      config: settings of the run.
      store: the clips whose chains start, read one at a time.
      fitted: what weights are fitted to, see `fitted_rows`.
    """
    chains = learner.chains
    if chains is not None:
        chains.start_from_prior(config.seed)
    if config.model.parameterisation == ATTENTION:
        start_attention(learner.generator, store, chains)
        return
    if config.model.parameterisation != LINEAR_BACKBONE:
        return
    start = _start_actions if config.model.appearance_size else _start_texture
    chain_start = start(learner.generator, config, fitted)
    if chains is None:
        return
    for row in progress_bar(range(len(store)), "starting chains", unit="clip"):
        clip = store.read(row)
        chains.start_at(clip.clip_id, *chain_start(to_model_range(clip.frames)))


def _start_texture(generator: Generator, config: Config, fitted: FittedClips):
    """Starts the weights; returns the function from frames to where their chain starts."""
    model = config.model
    texture = fit_linear_dynamic_texture(
        list(fitted),
        model.state_size,
        model.noise_size,
        fitted.memory,
        bounded=model.pixel_bounds,
    )
    start_linear_backbone(generator, texture)
    return lambda frames: chain_start(texture, frames)


def _start_actions(generator: Generator, config: Config, fitted: FittedClips):
    """Does the same for clips that differ in looks."""
    model = config.model
    texture = fit_action_texture(
        fitted,
        state_size=model.state_size,
        appearance_size=model.appearance_size,
        bilinear_rank=model.bilinear_rank,
        memory=fitted.memory,
    )
    start_actions(generator, texture)
    return lambda frames: action_chain_start(texture, frames, model.noise_size)
