"""The training loop: one tf.function a step, side effects as actions."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras
import tensorflow as tf

from tf_dyngen.config import Config
from tf_dyngen.errors import UserError
from tf_dyngen.inference.chains import Chains
from tf_dyngen.inference.draws import draw_langevin_noise
from tf_dyngen.inference.posterior import infer_latents, likelihood_precision
from tf_dyngen.model.density import Evidence
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.training.batches import Batch, ClipBatches
from tf_dyngen.training.learner import update_weights
from tf_dyngen.training.metrics import Metrics, summarize
from tf_dyngen.training.preconditioner import FollowingPreconditioner


class Action(Protocol):
    """A side effect of training."""

    def after_step(self, metrics: Metrics) -> None:
        """Called behind every step whose numbers are finite."""

    def at_end(self, metrics: Metrics | None) -> None:
        """Called once when training stops in good order; None if no step was run."""


class Trainer:
    """Alternating back-propagation through time over batches of clips.

    Args:
      config: settings of the run.
      generator, optimizer: built in the strategy's scope.
      chains: the latents of all clips, outside the scope.
      batches: what each step sees.
      strategy: where the replicas run.
    """

    def __init__(
        self,
        config: Config,
        generator: Generator,
        optimizer: keras.optimizers.Optimizer,
        chains: Chains,
        batches: ClipBatches,
        strategy: tf.distribute.Strategy,
    ):
        num_replicas = strategy.num_replicas_in_sync
        if batches.batch_size % num_replicas:
            raise UserError(
                f"a batch of {batches.batch_size} clips cannot be shared by {num_replicas} devices",
                f"set learning.batch_size to a multiple of {num_replicas} or --strategy=one_device",
            )
        self.config = config
        self.generator = generator
        self.optimizer = optimizer
        self.chains = chains
        self.batches = batches
        self.strategy = strategy
        self.preconditioner = self._make_preconditioner()
        self.completed = 0
        self.seconds = 0.0
        self._traced_step = tf.function(self._step)

    def contents(self) -> dict[str, Any]:
        """Returns all that a checkpoint must hold, by name."""
        contents = {
            "generator": self.generator,
            "optimizer": self.optimizer,
            "chains": self.chains,
        }
        if self.preconditioner is not None:
            contents["preconditioner"] = self.preconditioner.reference
        return contents

    @property
    def num_traces(self) -> int:
        """How often the step was traced."""
        return self._traced_step.experimental_get_tracing_count()

    def train(
        self,
        actions: Sequence[Action],
        *,
        should_stop: Callable[[], bool] = lambda: False,
        max_seconds: float = float("inf"),
    ) -> Metrics | None:
        """Trains up to `config.learning.steps`, a stop request or `max_seconds` of training.

        Returns: Metrics of the last step; None if there was none to do.
        Raises: UserError when a density or gradient is not finite; no action sees that step.
        """
        metrics = None
        until = self.seconds + max_seconds
        while not (
            self.completed >= self.config.learning.steps or should_stop() or self.seconds >= until
        ):
            metrics = self.run_step()
            for action in actions:
                action.after_step(metrics)
        for action in actions:
            action.at_end(metrics)
        return metrics

    def run_step(self) -> Metrics:
        """Runs the next step; UserError if its numbers are not finite."""
        started = time.perf_counter()
        batch = self.batches.at(self.completed)
        roots = self._roots(batch)
        infos = self._traced_step(tf.constant(self.completed), self._distribute(batch), roots)
        infos = [tf.nest.map_structure(lambda value: value.numpy(), info) for info in infos]
        self.completed += 1
        self.seconds += time.perf_counter() - started
        metrics = summarize(
            infos, step=self.completed, seconds=self.seconds, num_clips=len(batch.rows)
        )
        if not metrics.is_finite():
            raise self._divergence(metrics)
        return metrics

    def _roots(self, batch: Batch) -> Latents | None:
        if self.preconditioner is None:
            return None
        first = (batch.rows[:1], batch.start, self.batches.window_length)
        return self.preconditioner.roots(
            self.completed,
            self.batches.starts.index(int(batch.start)),
            lambda: self.chains.gather(*first),
        )

    def _step(self, step, batch: Batch, roots: Latents | None):
        """One step on all replicas; returns the StepInfo of each."""
        results = self.strategy.run(self._replica_step, args=(step, batch, roots))
        local = [
            tf.nest.map_structure(lambda value: self._local(value)[index], (batch, results))  # noqa: B023
            for index in range(self.strategy.num_replicas_in_sync)
        ]
        for replica_batch, (latents, next_state, _) in local:
            self.chains.scatter(replica_batch.rows, replica_batch.start, latents, next_state)
        return [info for _, (_, _, info) in local]

    def _replica_step(self, step, batch: Batch, roots: Latents | None):
        config, num_frames, precision = self.config, self.batches.window_length, self._precision
        frames = tf.cast(batch.frames, tf.float32) / 127.5 - 1.0
        visible = tf.cast(batch.visible, tf.bool)
        evidence = Evidence(frames, visible, config.inference.hidden_weight)
        noise = draw_langevin_noise(
            config.seed,
            step,
            batch.clip_keys,
            num_draws=config.inference.langevin_steps,
            num_frames=num_frames,
            sizes=self.generator.latent_sizes,
        )
        latents = infer_latents(
            self.generator,
            self.chains.gather(batch.rows, batch.start, num_frames),
            evidence,
            noise=noise,
            at_clip_start=tf.equal(batch.start, 0),
            precision=precision,
            config=config.inference,
            preconditioner=roots,
        )
        info, states = update_weights(
            self.generator,
            self.optimizer,
            latents,
            evidence,
            precision=precision,
            num_clips_global=self.batches.batch_size,
        )
        next_state = tf.gather(states, batch.next_start - batch.start - 1, axis=1)
        return latents, next_state, info

    @property
    def _precision(self) -> float:
        return likelihood_precision(self.config.inference, self.batches.num_terms())

    def _make_preconditioner(self) -> FollowingPreconditioner | None:
        every = self.config.inference.precondition_every
        if not every:
            return None
        return FollowingPreconditioner(
            self.generator,
            self.batches.evidence_shares(self.config.inference.hidden_weight),
            precision=self._precision,
            every=every,
        )

    def _distribute(self, batch: Batch) -> Batch:
        """Gives each replica its share of the clips."""
        num_replicas = self.strategy.num_replicas_in_sync
        share = len(batch.rows) // num_replicas

        def share_of(value, context):
            if value.ndim == 0:
                return tf.constant(value)
            index = context.replica_id_in_sync_group
            return tf.constant(value[index * share : (index + 1) * share])

        return Batch(
            *(
                self.strategy.experimental_distribute_values_from_function(
                    lambda context, value=value: share_of(value, context)
                )
                for value in batch
            )
        )

    def _local(self, value):
        return self.strategy.experimental_local_results(value)

    def _divergence(self, metrics: Metrics) -> UserError:
        inference, learning = self.config.inference, self.config.learning
        return UserError(
            f"the log density or its gradient is not finite at step {metrics.step}",
            "the last checkpoint is kept; Langevin or Adam steps are most likely too long: start "
            f"again with a smaller inference.step_size (now {inference.step_size:g}) or "
            f"learning.learning_rate (now {learning.learning_rate:g})",
        )
