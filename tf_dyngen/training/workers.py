"""What several workers do together, beside the steps: agree on numbers, wait, learn of a loss.

A worker is a process with devices of its own; one process is the only worker. Workers talk through
the strategy's collectives alone, and share the work directory.
"""

import contextlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from tf_dyngen.errors import WorkerLostError
from tf_dyngen.training.window_order import Shard

CHIEF = 0
# What collectives raise when a process at their other end is gone.
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
)


class Workers:
    """The workers of a strategy, seen from one of them."""

    def __init__(self, strategy: tf.distribute.Strategy):
        self.strategy = strategy
        resolver = strategy.cluster_resolver
        spec = resolver.cluster_spec().as_dict() if resolver is not None else {}
        number = sum(len(tasks) for tasks in spec.values())
        if number > 1:
            assert resolver is not None
            self.shard = Shard(resolver.task_id, number)
        else:
            self.shard = Shard()

    @property
    def is_chief(self) -> bool:
        """Whether this is the worker that writes what is written once."""
        return self.shard.worker == CHIEF

    @property
    def are_several(self) -> bool:
        """Whether there are others."""
        return self.shard.num_workers > 1

    @property
    def num_local_replicas(self) -> int:
        """How many devices this worker computes on."""
        return self.strategy.num_replicas_in_sync // self.shard.num_workers

    def all(self, number: float) -> np.ndarray:
        """Returns the number that each worker calls this with, [workers] float64."""
        mine = np.zeros(self.shard.num_workers)
        mine[self.shard.worker] = number
        return self._sum(mine)

    def mean(self, values) -> np.ndarray:
        """Returns the mean over workers of arrays of one shape."""
        values = np.asarray(values)
        if not self.are_several:
            return values
        total = self._sum(values.astype(np.float64)) / self.shard.num_workers
        return total.astype(values.dtype)

    def wait_for_all(self) -> None:
        """Returns when all workers have come here."""
        self.all(0.0)

    def share_from_chief(self, variables) -> None:
        """Gives every worker's variables the chief's values."""
        if not self.are_several:
            return
        for variable in variables:
            value = variable.numpy()
            shared = self._sum(value if self.is_chief else np.zeros_like(value))
            variable.assign(shared)

    def _sum(self, values: np.ndarray) -> np.ndarray:
        """Returns the sum over workers of arrays of one shape."""
        if not self.are_several:
            return values
        # All replicas of a worker give its values: each counts for its part.
        mine = tf.constant(values / self.num_local_replicas, values.dtype)
        parts = self.strategy.experimental_distribute_values_from_function(lambda context: mine)
        total = self.strategy.reduce(tf.distribute.ReduceOp.SUM, parts, axis=None)
        return total.numpy()


@contextlib.contextmanager
def noticing_loss(workers: Workers) -> Iterator[None]:
    """Raises WorkerLostError where a collective fails since another worker is gone."""
    try:
        yield
    except _LOST as error:
        if not workers.are_several:
            raise
        raise WorkerLostError from error
