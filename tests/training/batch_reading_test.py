"""Who reads batches: masks without their frames, several threads at once, and no thread after."""

import concurrent.futures
import threading

import numpy as np

from tests.training.batches_test import make_clips
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.window_order import ONLY_WORKER, WindowOrder


def test_masks_are_read_without_their_frames(make_store, monkeypatch):
    clips = make_clips(2, 6, masked=[1])
    store = make_store(clips)
    np.testing.assert_array_equal(store.read_visible(1), clips[1].visible)
    np.testing.assert_array_equal(store.read_visible(1, 2, 5), clips[1].visible[2:5])
    batches = ClipBatches(store, batch_size=2, bptt_length=6, seed=0)
    monkeypatch.setattr(store, "read", None)
    # Every other frame of one of two clips is hidden.
    shares = batches.evidence_shares(hidden_weight=0.0)
    np.testing.assert_allclose(shares, [[1.0, 0.5] * 3])
    assert batches.num_terms == 2 * 6 * 0.75


def test_batches_of_clips_with_masks_and_without_have_one_shape(make_store):
    """One step of them sees no mask, another one: a step is traced once."""
    store = make_store(make_clips(4, 6, masked=[3]))
    batches = ClipBatches(store, batch_size=2, bptt_length=6, seed=0)
    shapes = {batches.at(step)[1].visible.shape for step in range(8)}
    assert shapes == {(2, 6, 1, 1, 1)}
    batches.close()


def test_threads_may_ask_for_windows_at_once():
    """Each gets what one alone gets, though all of them ask for other epochs."""
    num_windows = np.array([3, 1, 2, 4, 2])
    alone = WindowOrder(5, 1, 7, ONLY_WORKER, num_windows)
    expected = [alone.at(step) for step in range(120)]
    shared = WindowOrder(5, 1, 7, ONLY_WORKER, num_windows)

    def ask(first):
        return [(step, shared.at(step)) for step in [*range(first, 120), *range(first)]]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for found in pool.map(ask, range(0, 120, 15)):
            for step, windows in found:
                np.testing.assert_array_equal(windows, expected[step])


def test_no_thread_is_left_of_batches_that_are_closed(make_store):
    def readers():
        return [thread for thread in threading.enumerate() if thread.name.startswith("batches")]

    before = len(readers())
    batches = ClipBatches(make_store(make_clips(2, 6)), batch_size=2, bptt_length=3, seed=0)
    batches.at(0)
    assert len(readers()) == before + 1
    batches.close()
    assert len(readers()) == before
