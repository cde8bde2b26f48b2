"""Which windows of which clips a step sees, as a function of the step alone.

A batch of B windows has B slots. Slot b owns the clips whose row is b modulo B and visits them in
the order of a permutation drawn from (seed, slot, epoch), each window by window from its first
frame to its last, so that no clip is twice in a batch and every window is seen once in a slot's
epoch. A worker owns whole slots: its clips, and with them their chains, stay with it, and a batch
holds the same clips however many workers share it. Slots need not end their epochs together.
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


class WindowOrder:
    """Which windows of a worker's clips its slots visit, step by step.

    Args:
      num_clips: of all workers together.
      batch_size: of all workers together, at most `num_clips`.
      seed: names the order.
      shard: the worker.
      num_windows: of each of the worker's clips.
    """

    def __init__(
        self, num_clips: int, batch_size: int, seed: int, shard: Shard, num_windows: np.ndarray
    ):
        self._seed = seed
        self._slots = shard.slots(batch_size)
        self._num_windows = np.asarray(num_windows)
        slot_of_place = shard.rows(num_clips, batch_size) % batch_size
        self._places = {slot: np.flatnonzero(slot_of_place == slot) for slot in self._slots}
        self._epoch_steps = {
            slot: int(self._num_windows[places].sum()) for slot, places in self._places.items()
        }
        self._epochs: dict[int, tuple[int, np.ndarray, np.ndarray]] = {}

    @property
    def epoch_length(self) -> int:
        """After how many steps every window of the worker's clips has been seen once at least."""
        return max(self._epoch_steps.values())

    def at(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns, of step 0, 1, ..., places among the worker's clips, and numbers of windows.

        Both are [slots] int32.
        """
        pairs = np.array([self._window(slot, step) for slot in self._slots], np.int32)
        return pairs[:, 0], pairs[:, 1]

    def _window(self, slot: int, step: int) -> tuple[int, int]:
        epoch, number = divmod(step, self._epoch_steps[slot])
        known = self._epochs.get(slot)
        if known is None or known[0] != epoch:
            order = np.random.default_rng([self._seed, slot, epoch]).permutation(self._places[slot])
            known = (epoch, order, np.cumsum(self._num_windows[order]))
            # Several threads may ask: each goes on with what it has found itself.
            self._epochs[slot] = known
        _, order, ends = known
        index = int(np.searchsorted(ends, number, side="right"))
        place = int(order[index])
        return place, number - int(ends[index] - self._num_windows[place])
