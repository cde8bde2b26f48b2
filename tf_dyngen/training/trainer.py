"""The training loop: one tf.function a step, side effects as actions."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras
import tensorflow as tf

from tf_dyngen.config import ATTENTION, MEAN, Config
from tf_dyngen.errors import UserError
from tf_dyngen.inference.chains import Chains, Visit
from tf_dyngen.inference.posterior import likelihood_precision
from tf_dyngen.inference.preconditioning import Linearization
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.generator import AnyGenerator
from tf_dyngen.model.latents import Latents
from tf_dyngen.training.attention_replica import AttentionReplica
from tf_dyngen.training.batches import Batch, ClipBatches
from tf_dyngen.training.metrics import Metrics, summarize
from tf_dyngen.training.preconditioner import FollowingPreconditioner
from tf_dyngen.training.replica import Replica, Totals, length_of_new
from tf_dyngen.training.texture_energies import RunningRatio
from tf_dyngen.training.workers import Workers

# Steps; of the attention model.
CALIBRATE_EVERY = 10


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
      chains: the latents of this worker's clips; None where they start afresh at every visit.
      batches: what each step sees.
      workers: this one and the others, and the strategy that they share.
    """

    def __init__(
        self,
        config: Config,
        generator: AnyGenerator,
        optimizer: keras.optimizers.Optimizer,
        chains: Chains | None,
        batches: ClipBatches,
        workers: Workers,
    ):
        num_replicas = workers.strategy.num_replicas_in_sync
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
        self.workers = workers
        if batches.is_masked and config.learning.statistics_weight:
            raise UserError(
                f"{config.preset} learns the statistics of whole frames, and a part is hidden",
                "use --preset=recovery or --preset=inpainting, or leave statistics out with "
                "--set=learning.statistics_weight=0",
            )
        is_mean = config.inference.likelihood == MEAN
        num_terms = float(workers.mean(batches.num_terms)) if is_mean else 1.0
        self._precision = likelihood_precision(config.inference, num_terms)
        self.preconditioner = self._make_preconditioner()
        self.energies = RunningRatio(length_of_new(config, batches.window_length))
        self.completed = 0
        self.seconds = 0.0
        self._stops = False
        is_attention = config.model.parameterisation == ATTENTION
        self._replica = (AttentionReplica if is_attention else Replica)(
            config,
            generator,
            optimizer,
            precision=self._precision,
            batch_size=batches.batch_size,
            is_padded=batches.is_padded,
        )
        self._traced_step = tf.function(self._step, autograph=False)
        self._traced_linearize = tf.function(self._linearize, autograph=False)

    def contents(self) -> dict[str, Any]:
        """Returns what a checkpoint must hold beside the chains, by name."""
        contents = {
            "generator": self.generator,
            "optimizer": self.optimizer,
            "energies": self.energies.mean,
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

        Several workers stop together, one step after any of them wants to.

        Returns: Metrics of the last step; None if there was none to do.
        Raises: UserError when a density or gradient is not finite; no action sees that step.
        """
        metrics = None
        until = self.seconds + max_seconds
        while self.completed < self.config.learning.steps:
            wants_to_stop = should_stop() or self.seconds >= until
            if wants_to_stop and not self.workers.are_several:
                break
            metrics = self.run_step(wants_to_stop)
            for action in actions:
                action.after_step(metrics)
            if self._stops:
                break
        for action in actions:
            action.at_end(metrics)
        return metrics

    def run_step(self, wants_to_stop: bool = False) -> Metrics:
        """Runs the next step; UserError if its numbers are not finite.

        Args:
          wants_to_stop: told to the other workers.
        """
        started = time.perf_counter()
        step = tf.constant(self.completed)
        visit, batch = self.batches.at(self.completed)
        inputs = self._distribute(batch), self._distribute(self._gather(visit))
        roots = self._roots(inputs)
        wish = tf.constant(float(wants_to_stop), keras.config.floatx())
        running = self.energies.mean.read_value()
        visited, totals = self._traced_step(step, *inputs, roots, wish, running)
        self._scatter(visit, visited)
        self._stops = bool(totals.wish > 0)
        self.energies.update(totals.ratios / self.batches.batch_size)
        self.completed += 1
        if isinstance(self.generator, AttentionGenerator) and self._calibrates():
            self.generator.calibrate()
        self.seconds += time.perf_counter() - started
        metrics = summarize(
            totals.info,
            totals.ratios.numpy(),
            step=self.completed,
            seconds=self.seconds,
            num_clips=self.batches.batch_size,
            num_replicas=self.workers.strategy.num_replicas_in_sync,
        )
        if not metrics.is_finite():
            raise self._divergence(metrics)
        return metrics

    def _calibrates(self) -> bool:
        """Whether it is time for what follows from the weights: a function of the step alone."""
        is_last = self.completed == self.config.learning.steps
        return is_last or self.completed % CALIBRATE_EVERY == 0

    def _gather(self, visit: Visit) -> Latents | None:
        if self.chains is None:
            return None
        return self.chains.gather(visit, self.batches.window_length)

    def _scatter(self, visit: Visit, visited: tuple) -> None:
        """Puts what the replicas inferred, (latents, next_state) each, back into the chains."""
        if self.chains is not None:
            latents, next_state = tf.nest.map_structure(
                lambda *parts: tf.concat(parts, axis=0).numpy(), *visited
            )
            self.chains.scatter(visit, latents, next_state)

    def _step(self, step, *inputs) -> tuple[tuple, Totals]:
        """One step on all replicas.

        Args: those of `Replica.step`.
        Returns: (latents, next_state) of each replica here; Totals of all there are.
        """
        strategy = self.workers.strategy
        visited, totals = strategy.run(self._replica.step, (step, *inputs))
        parts = [
            tf.nest.map_structure(lambda value: self._local(value)[i], visited)  # noqa: B023
            for i in range(self.workers.num_local_replicas)
        ]
        total = strategy.reduce(tf.distribute.ReduceOp.SUM, totals, axis=None)
        return tuple(parts), Totals.unpacked(total)

    def _linearize(self, step, batch: Batch, latents: Latents | None) -> Linearization:
        """Returns the mean of all replicas' linearisations."""
        strategy = self.workers.strategy
        models = strategy.run(self._replica.linearize, (step, batch, latents))
        mean = tf.distribute.ReduceOp.MEAN
        return Linearization(*(strategy.reduce(mean, leaf, axis=None) for leaf in models))

    def _roots(self, inputs: tuple[Batch, Latents | None]) -> Latents | None:
        if self.preconditioner is None:
            return None
        step = tf.constant(self.completed)
        return self.preconditioner.roots(
            self.completed,
            self.batches.window_at(self.completed),
            lambda: self._traced_linearize(step, *inputs),
        )

    def _make_preconditioner(self) -> FollowingPreconditioner | None:
        inference = self.config.inference
        if not inference.precondition_every:
            return None
        shares = self.batches.evidence_shares(inference.hidden_weight)
        return FollowingPreconditioner(
            self.generator.latent_sizes,
            self.workers.mean(shares),
            precision=self._precision,
            every=inference.precondition_every,
            num_windows=float(self.workers.mean(self.batches.mean_windows)),
        )

    def _distribute(self, arrays: Any) -> Any:
        """Gives each replica here its share of arrays [B, ...]; None stays None."""
        if arrays is None:
            return None
        workers = self.workers
        first = workers.shard.worker * workers.num_local_replicas
        share = self.batches.batch_size // workers.strategy.num_replicas_in_sync

        def distribute(array):
            def share_of(context):
                index = context.replica_id_in_sync_group - first
                return tf.constant(array[index * share : (index + 1) * share])

            return workers.strategy.experimental_distribute_values_from_function(share_of)

        return tf.nest.map_structure(distribute, arrays)

    def _local(self, value):
        return self.workers.strategy.experimental_local_results(value)

    def _divergence(self, metrics: Metrics) -> UserError:
        inference, learning = self.config.inference, self.config.learning
        return UserError(
            f"the log density or its gradient is not finite at step {metrics.step}",
            "the last checkpoint is kept; Langevin or Adam steps are most likely too long: start "
            f"again with a smaller inference.step_size (now {inference.step_size:g}) or "
            f"learning.learning_rate (now {learning.learning_rate:g})",
        )
