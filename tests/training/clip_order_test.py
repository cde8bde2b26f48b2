"""Every clip has its slot, every slot its worker, and an epoch shows every clip once."""

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.training.clip_order import ONLY_WORKER, ClipOrder, Shard


@pytest.mark.parametrize(("num_clips", "batch_size"), [(6, 2), (7, 3), (5, 5), (1, 1), (24, 10)])
def test_every_clip_once_an_epoch_of_its_slot_and_none_twice_in_a_batch(num_clips, batch_size):
    order = ClipOrder(num_clips, batch_size, 3, ONLY_WORKER)
    sweeps = np.array([order.at(sweep) for sweep in range(5 * num_clips)])
    for batch in sweeps:
        assert len(set(batch)) == batch_size
    for slot in range(batch_size):
        owned = np.arange(slot, num_clips, batch_size)
        for start in range(0, 4 * len(owned), len(owned)):
            epoch = sweeps[start : start + len(owned), slot]
            np.testing.assert_array_equal(np.sort(epoch), owned)


def test_epochs_and_seeds_differ():
    def epochs(seed):
        order = ClipOrder(20, 1, seed, ONLY_WORKER)
        return [tuple(order.at(sweep)[0] for sweep in range(20 * e, 20 * e + 20)) for e in range(3)]

    assert len({*epochs(0), *epochs(1)}) == 6
    assert epochs(0) == epochs(0)


@pytest.mark.parametrize("num_workers", [2, 3, 6])
def test_workers_own_disjoint_clips_that_make_up_all(num_workers):
    shards = [Shard(worker, num_workers) for worker in range(num_workers)]
    rows = [shard.rows(32, 6) for shard in shards]
    np.testing.assert_array_equal(np.sort(np.concatenate(rows)), np.arange(32))
    alone = ClipOrder(32, 6, 0, ONLY_WORKER)
    orders = [ClipOrder(32, 6, 0, shard) for shard in shards]
    for sweep in range(15):
        joined = [own[order.at(sweep)] for own, order in zip(rows, orders, strict=True)]
        np.testing.assert_array_equal(np.concatenate(joined), alone.at(sweep))


def test_an_uneven_share_is_refused():
    with pytest.raises(UserError, match="batch of 5 clips cannot be shared by 2 workers"):
        Shard(0, 2).rows(100, 5)
