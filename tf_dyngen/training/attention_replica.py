"""One step of alternating back-propagation through time of the attention model on one device."""

from typing import NamedTuple

import keras
import tensorflow as tf

from tf_dyngen.config import FRESH, Config
from tf_dyngen.errors import UserError
from tf_dyngen.inference.draws import draw_langevin_noise, places_seed
from tf_dyngen.inference.langevin import langevin_step
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.relaxed import (
    RelaxedDensity,
    RelaxedGenerator,
    draw_places,
)
from tf_dyngen.model.density import hide_absent
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.shapes import static_shape
from tf_dyngen.training.batches import Batch
from tf_dyngen.training.learner import StepInfo
from tf_dyngen.training.optimizer import apply_gradients
from tf_dyngen.training.replica import Totals

# Of the posterior: how far a latent that frames depend on can move.
LATENT_SCALE = 0.05


class _Window(NamedTuple):
    """What stays in a step: stored latents, whether the state in front is one, places, present."""

    stored: Latents
    is_latent: tf.Tensor
    places: tf.Tensor
    present: tf.Tensor | None


class AttentionReplica:
    """What each device computes of its share of a batch; the counterpart of `Replica`.

    Langevin dynamics moves the noise and the low frame of s_0, Adam the weights, both along the
    gradient of the likelihood that leaves out, see `RelaxedGenerator`. Chains hold states as the
    generator packs them, with the clip's own sources, which say where in the memory a window is.

    Args: those of `Replica`.
    Raises: UserError for settings that this model has no use for.
    """

    def __init__(
        self,
        config: Config,
        generator: AttentionGenerator,
        optimizer: keras.optimizers.Optimizer,
        *,
        precision: float,
        batch_size: int,
        is_padded: bool,
    ):
        for name, is_wrong in (
            ("inference.chains", config.inference.chains == FRESH),
            ("inference.precondition_every", config.inference.precondition_every > 0),
            ("learning.statistics_weight", config.learning.statistics_weight > 0),
        ):
            if is_wrong and config.learning.steps:
                raise UserError(f"{name} is not for the attention model", "leave it as it is")
        self._config = config
        self._relaxed = RelaxedGenerator(generator)
        self._generator = generator
        self._optimizer = optimizer
        self._precision = precision
        self._batch_size = batch_size
        self._is_padded = is_padded

    def step(self, step, batch: Batch, latents: Latents, roots, wish, running):
        """One step; arguments and results as of `Replica.step`."""
        del roots, running
        window = self._window(step, batch, latents)
        moved, truncated_share = self._infer(step, batch, window)
        info, states = self._update_weights(moved, window)
        info = info._replace(truncated_share=tf.reduce_sum(truncated_share))
        next_state = tf.gather(states, batch.strides - 1, axis=1, batch_dims=1)
        start = self._relaxed.start(latents, moved, window.is_latent)
        nothing = tf.zeros([0])
        return (
            Latents(moved.noise, start, latents.appearance),
            next_state,
        ), Totals(info, wish, nothing).packed()

    def linearize(self, step, batch: Batch, latents: Latents | None):
        """This model has no preconditioner; see `Replica.linearize`."""
        raise NotImplementedError

    def _window(self, step, batch: Batch, stored: Latents) -> _Window:
        num_frames = batch.frames.shape[1]
        present = None
        if self._is_padded:
            present = tf.range(num_frames)[None, :] < batch.num_frames[:, None]
        seed = places_seed(self._config.seed, step)
        num_places = self._generator.layout.grids[0].num_places
        places = draw_places(seed, num_places)
        return _Window(stored, tf.equal(batch.starts, 0), places, present)

    def _density(self, latents: Latents, window: _Window) -> RelaxedDensity:
        return self._relaxed.density(
            latents,
            self._relaxed.start(window.stored, latents, window.is_latent),
            is_latent=window.is_latent,
            places=window.places,
            precision=self._precision,
            present=window.present,
        )

    def _infer(self, step, batch: Batch, window: _Window) -> tuple[Latents, tf.Tensor]:
        """Returns the latents after the Langevin moves, and what was truncated of these, [B]."""
        inference = self._config.inference
        draws = draw_langevin_noise(
            self._config.seed,
            step,
            batch.clip_keys,
            num_draws=inference.langevin_steps,
            num_frames=batch.frames.shape[1],
            sizes=self._relaxed.latent_sizes,
        )
        start = self._relaxed.latents_of(window.stored)

        def hold(moving: Latents) -> Latents:
            low = tf.where(window.is_latent[:, None], moving.initial_state, start.initial_state)
            return Latents(hide_absent(moving.noise, window.present), low, moving.appearance)

        def move(index, moving: Latents, truncated):
            moved, info = langevin_step(
                moving,
                lambda candidate: self._density(candidate, window).log_joint,
                step_size=inference.step_size,
                noise=Latents(*(leaf[index] for leaf in draws)),
                temperature=inference.temperature,
                preconditioner=Latents(*[tf.constant(LATENT_SCALE)] * 3),
            )
            return index + 1, hold(moved), truncated + info.truncated_share

        nothing = tf.zeros_like(start.initial_state[:, 0])
        _, latents, truncated = tf.while_loop(
            lambda index, *_: index < inference.langevin_steps,
            move,
            (tf.constant(0), start, nothing),
        )
        return latents, truncated / inference.langevin_steps

    def _update_weights(self, latents: Latents, window: _Window) -> tuple[StepInfo, tf.Tensor]:
        """Moves the weights by one step of the optimiser; returns also the states [B, T, S]."""
        weights = self._generator.trainable_variables
        with tf.GradientTape() as tape:
            density = self._density(latents, window)
            loss = -tf.reduce_sum(density.log_joint) / self._batch_size
        squared_gradient = apply_gradients(self._optimizer, tape.gradient(loss, weights), weights)
        present = hide_absent(tf.ones_like(latents.noise), window.present)
        values = self._generator.layout.grids[0].patch ** 2 * self._generator.layout.channels
        num_frames = tf.reduce_sum(present) / static_shape(latents.noise)[2]
        nothing = tf.zeros([])
        info = StepInfo(
            log_joint=tf.reduce_sum(density.log_joint),
            squared_error=tf.reduce_sum(density.squared_error),
            num_values=num_frames * static_shape(window.places)[0] * values,
            squared_noise=tf.reduce_sum(tf.square(latents.noise)),
            num_noise=tf.reduce_sum(present),
            squared_gradient=squared_gradient,
            truncated_share=nothing,
            statistics_distance=nothing,
            energy_pull=nothing,
        )
        return info, density.states
