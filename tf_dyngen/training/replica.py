"""One step of alternating back-propagation through time on one device.

Algorithm 1 of Xie et al., AAAI 2019: Langevin dynamics of the latents, then Adam on the weights.
"""

from typing import NamedTuple

import keras
import tensorflow as tf

from tf_dyngen.config import FRESH, Config
from tf_dyngen.inference.draws import draw_langevin_noise, draw_prior, statistics_seeds
from tf_dyngen.inference.posterior import infer_latents
from tf_dyngen.inference.preconditioning import NUM_POINTS, Linearization, linearize
from tf_dyngen.model.density import Evidence, hide_absent
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.training.batches import Batch
from tf_dyngen.training.learner import Drawn, StepInfo, update_weights

NEW_WINDOWS = 2


class Totals(NamedTuple):
    """What a step says to all, to be summed over the replicas.

    info: of the share of the batch; wish: how much this worker wants to stop; ratios: see
    `update_weights`.
    """

    info: StepInfo
    wish: tf.Tensor
    ratios: tf.Tensor

    def packed(self) -> tf.Tensor:
        """Returns all in one vector: one message between workers a step."""
        return tf.concat([tf.stack([*self.info, self.wish]), self.ratios], axis=0)

    @classmethod
    def unpacked(cls, vector: tf.Tensor) -> "Totals":
        """Returns what was packed."""
        number = len(StepInfo._fields)
        info = StepInfo(*tf.unstack(vector[:number]))
        return cls(info, vector[number], vector[number + 1 :])


def length_of_new(config: Config, window_length: int) -> int:
    """Returns the length of new windows, as much work together as a window of the batch; or 0."""
    return -(-window_length // NEW_WINDOWS) if config.learning.statistics_weight else 0


class Replica:
    """What each device computes of its share of a batch; to be called in a replica context.

    Args:
      config: settings of the run.
      generator, optimizer: of all devices.
      precision: 1 / sigma^2.
      batch_size: of all devices together.
      is_padded: whether windows may have frames that are no clip's.
    """

    def __init__(
        self,
        config: Config,
        generator: Generator,
        optimizer: keras.optimizers.Optimizer,
        *,
        precision: float,
        batch_size: int,
        is_padded: bool,
    ):
        self._config = config
        self._generator = generator
        self._optimizer = optimizer
        self._precision = precision
        self._batch_size = batch_size
        self._is_padded = is_padded

    def step(
        self, step, batch: Batch, latents: Latents | None, roots: Latents | None, wish, running
    ):
        """One step.

        Args:
          step: int32 scalar, counted from 0.
          batch: windows of B clips.
          latents: where their chains are; None draws them from the prior.
          roots: the preconditioner, or None.
          wish: scalar, how much this worker wants to stop.
          running: see `Drawn`.
        Returns: (latents, next_state [B, S]) inferred; Totals, packed.
        """
        inference = self._config.inference
        evidence = self._evidence(batch)
        start, noise = self._draw(step, batch, evidence)
        latents, truncated_share = infer_latents(
            self._generator,
            start if latents is None else latents,
            evidence,
            noise=noise,
            is_latent=self._is_latent(batch),
            precision=self._precision,
            config=inference,
            preconditioner=roots,
            num_windows=batch.clip_frames / batch.num_frames,
        )
        info, states, ratios = update_weights(
            self._generator,
            self._optimizer,
            latents,
            evidence,
            precision=self._precision,
            num_clips_global=self._batch_size,
            drawn=self._draw_new(step, batch, latents, running),
        )
        info = info._replace(truncated_share=tf.reduce_sum(truncated_share))
        next_state = tf.gather(states, batch.strides - 1, axis=1, batch_dims=1)
        return (latents, next_state), Totals(info, wish, ratios).packed()

    def linearize(self, step, batch: Batch, latents: Latents | None) -> Linearization:
        """Returns the generator's linearisation at points of the device's windows."""
        if latents is None:
            latents, _ = self._draw(step, batch, self._evidence(batch))
        num_points = max(1, NUM_POINTS // self._batch_size)
        return linearize(
            self._generator, latents, num_points=num_points, num_frames=batch.num_frames
        )

    def _evidence(self, batch: Batch) -> Evidence:
        frames = tf.cast(batch.frames, keras.config.floatx()) / 127.5 - 1.0
        visible = tf.cast(batch.visible, tf.bool)
        present = None
        if self._is_padded:
            present = tf.range(frames.shape[1])[None, :] < batch.num_frames[:, None]
        return Evidence(frames, visible, self._config.inference.hidden_weight, present)

    def _draw(self, step, batch: Batch, evidence: Evidence) -> tuple[Latents, Latents]:
        """Returns a draw of the prior, and those of the Langevin moves, [moves, B, ...]."""
        num_moves = self._config.inference.langevin_steps
        is_fresh = self._config.inference.chains == FRESH
        draws = draw_langevin_noise(
            self._config.seed,
            step,
            batch.clip_keys,
            num_draws=num_moves + is_fresh,
            num_frames=batch.frames.shape[1],
            sizes=self._generator.latent_sizes,
        )
        start = Latents(*(leaf[-1] for leaf in draws))
        start = start._replace(noise=hide_absent(start.noise, evidence.present))
        return start, Latents(*(leaf[:num_moves] for leaf in draws))

    def _draw_new(self, step, batch: Batch, latents: Latents, running) -> Drawn | None:
        """Returns latents of new windows that look as the batch's clips; None where none count."""
        length = length_of_new(self._config, batch.frames.shape[1])
        if not length:
            return None
        prior = draw_prior(
            self._config.seed,
            step,
            batch.clip_keys,
            num_draws=NEW_WINDOWS,
            num_frames=length,
            sizes=self._generator.latent_sizes,
        )
        prior = prior._replace(appearance=tf.tile(latents.appearance, [NEW_WINDOWS, 1]))
        seeds = statistics_seeds(self._config.seed, step, batch.clip_keys)
        return Drawn(prior, seeds, self._config.learning.statistics_weight, running)

    def _is_latent(self, batch: Batch) -> tf.Tensor:
        """Whether the state in front of each window is a latent, [B]; else it was carried over."""
        if self._config.inference.chains == FRESH:
            return tf.ones_like(batch.starts, tf.bool)
        return tf.equal(batch.starts, 0)
