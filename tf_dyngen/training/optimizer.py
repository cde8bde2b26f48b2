"""Adam and the schedule of its rate."""

import math
from collections.abc import Sequence

import keras
import tensorflow as tf

from tf_dyngen.config import LearningConfig

FLOOR = 0.05


class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """The rate of a step: a linear rise, then a cosine down to FLOOR, where it stays."""

    def __init__(self, config: LearningConfig):
        super().__init__()
        self._config = config

    def __call__(self, step):
        """Returns the rate of a step, counted from 0."""
        step = tf.cast(step, tf.float32)
        rate = tf.constant(self._config.learning_rate)
        if self._config.warmup_steps:
            rate *= tf.minimum(1.0, (step + 1.0) / self._config.warmup_steps)
        if self._config.decay_steps:
            share = tf.minimum(1.0, step / self._config.decay_steps)
            rate *= FLOOR + (1.0 - FLOOR) * 0.5 * (1.0 + tf.cos(math.pi * share))
        return rate

    def get_config(self):
        """Returns what the schedule was made from."""
        return {"config": self._config}


def build_optimizer(config: LearningConfig) -> keras.optimizers.Adam:
    """Returns Adam (Kingma and Ba, 2015) with the schedule of the settings."""
    schedule = WarmupCosine(config)
    return keras.optimizers.Adam(schedule, beta_1=config.beta_1)  # type: ignore[arg-type]


def apply_gradients(
    optimizer: keras.optimizers.Optimizer, gradients: Sequence, weights: Sequence
) -> tf.Tensor:
    """Moves weights by gradients that it sums over the replicas; to be called in one of them.

    Returns: the squared norm of the sum, a scalar, the same in all replicas.
    """
    context = tf.distribute.get_replica_context()
    summed = list(gradients)
    if context.num_replicas_in_sync > 1:
        given = [gradient for gradient in gradients if gradient is not None]
        summed = context.all_reduce(tf.distribute.ReduceOp.SUM, given)
    # It sums over the replicas by itself.
    optimizer.apply(gradients, weights)
    return tf.square(tf.linalg.global_norm(summed))
