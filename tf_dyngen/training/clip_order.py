"""Which clips a step sees, as a function of the step alone, the same for any number of workers.

A batch of B clips has B slots. Slot b owns the clips whose row is b modulo B and visits them in
the order of a permutation drawn from (seed, slot, epoch), so that no clip is twice in a batch and
every clip is seen once in a slot's epoch. A worker owns whole slots: its clips, and with them their
chains, stay with it, and a batch holds the same clips however many workers share it. Slots differ
in length by one clip at most where B does not divide the number of clips.
"""

from typing import NamedTuple

import numpy as np

from tf_dyngen.errors import UserError


class Shard(NamedTuple):
    """The part of the slots that one of several workers owns."""

    worker: int = 0
    num_workers: int = 1

    def slots(self, batch_size: int) -> range:
        """Returns the worker's slots; UserError if they cannot be shared evenly."""
        if batch_size % self.num_workers:
            raise UserError(
                f"a batch of {batch_size} clips cannot be shared by {self.num_workers} workers",
                f"set learning.batch_size to a multiple of {self.num_workers}",
            )
        per_worker = batch_size // self.num_workers
        return range(self.worker * per_worker, (self.worker + 1) * per_worker)

    def rows(self, num_clips: int, batch_size: int) -> np.ndarray:
        """Returns the rows, ascending, of the worker's clips among `num_clips`."""
        slots = self.slots(min(batch_size, num_clips))
        rows = np.arange(num_clips)
        slot_of_row = rows % min(batch_size, num_clips)
        return rows[(slot_of_row >= slots.start) & (slot_of_row < slots.stop)]


ONLY_WORKER = Shard()


class ClipOrder:
    """Which of a worker's clips its slots visit, sweep by sweep.

    Args:
      num_clips: of all workers together.
      batch_size: of all workers together, at most `num_clips`.
      seed: names the order.
      shard: the worker.
    """

    def __init__(self, num_clips: int, batch_size: int, seed: int, shard: Shard):
        self._seed = seed
        self._slots = shard.slots(batch_size)
        rows = shard.rows(num_clips, batch_size)
        self._places = {slot: np.flatnonzero(rows % batch_size == slot) for slot in self._slots}
        self._orders: dict[int, tuple[int, np.ndarray]] = {}

    def at(self, sweep: int) -> np.ndarray:
        """Returns [slots] int32, places among the worker's clips, of sweep 0, 1, ..."""
        return np.array([self._place(slot, sweep) for slot in self._slots], np.int32)

    def _place(self, slot: int, sweep: int) -> int:
        places = self._places[slot]
        epoch, index = divmod(sweep, len(places))
        drawn_epoch, order = self._orders.get(slot, (-1, places))
        if drawn_epoch != epoch:
            order = np.random.default_rng([self._seed, slot, epoch]).permutation(places)
            self._orders[slot] = (epoch, order)
        return int(order[index])
