"""Every clip has its slot, every slot its worker, and an epoch shows every clip once."""

import itertools

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.training.window_order import ONLY_WORKER, Shard, WindowOrder


@pytest.mark.parametrize(("num_clips", "batch_size"), [(6, 2), (7, 3), (5, 5), (1, 1), (24, 10)])
def test_every_clip_once_an_epoch_of_its_slot_and_none_twice_in_a_batch(num_clips, batch_size):
    order = WindowOrder(num_clips, batch_size, 3, ONLY_WORKER, np.ones(num_clips, int))
    sweeps = np.array([order.at(sweep)[0] for sweep in range(5 * num_clips)])
    for batch in sweeps:
        assert len(set(batch)) == batch_size
    for slot in range(batch_size):
        owned = np.arange(slot, num_clips, batch_size)
        for start in range(0, 4 * len(owned), len(owned)):
            epoch = sweeps[start : start + len(owned), slot]
            np.testing.assert_array_equal(np.sort(epoch), owned)


def test_windows_of_a_clip_follow_each_other_and_every_one_comes_once_an_epoch():
    num_windows = np.array([1, 3, 2, 4, 1])
    order = WindowOrder(5, 2, 7, ONLY_WORKER, num_windows)
    for slot, owned in ((0, [0, 2, 4]), (1, [1, 3])):
        length = int(num_windows[owned].sum())
        for epoch in range(3):
            steps = range(epoch * length, (epoch + 1) * length)
            visited = [tuple(int(part[slot]) for part in order.at(step)) for step in steps]
            assert sorted(visited) == [(c, w) for c in owned for w in range(num_windows[c])]
            for (clip, window), (following, next_window) in itertools.pairwise(visited):
                if window + 1 < num_windows[clip]:
                    assert (following, next_window) == (clip, window + 1)
                else:
                    assert next_window == 0


def test_epochs_and_seeds_differ():
    def epochs(seed):
        order = WindowOrder(20, 1, seed, ONLY_WORKER, np.ones(20, int))
        steps = [range(20 * epoch, 20 * epoch + 20) for epoch in range(3)]
        return [tuple(int(order.at(step)[0][0]) for step in epoch) for epoch in steps]

    assert len({*epochs(0), *epochs(1)}) == 6
    assert epochs(0) == epochs(0)


@pytest.mark.parametrize("num_workers", [2, 3, 6])
def test_workers_own_disjoint_clips_that_make_up_all(num_workers):
    shards = [Shard(worker, num_workers) for worker in range(num_workers)]
    rows = [shard.rows(32, 6) for shard in shards]
    np.testing.assert_array_equal(np.sort(np.concatenate(rows)), np.arange(32))
    windows = np.random.default_rng(0).integers(1, 4, 32)
    alone = WindowOrder(32, 6, 0, ONLY_WORKER, windows)
    orders = [
        WindowOrder(32, 6, 0, shard, windows[own]) for own, shard in zip(rows, shards, strict=True)
    ]
    for step in range(40):
        parts = [order.at(step) for order in orders]
        places = [own[part[0]] for own, part in zip(rows, parts, strict=True)]
        np.testing.assert_array_equal(np.concatenate(places), alone.at(step)[0])
        np.testing.assert_array_equal(np.concatenate([p[1] for p in parts]), alone.at(step)[1])


def test_an_uneven_share_is_refused():
    with pytest.raises(UserError, match="batch of 5 clips cannot be shared by 2 workers"):
        Shard(0, 2).rows(100, 5)
