"""Windows cover a clip; batches are a function of the step, whoever reads them."""

import numpy as np
import pytest

from tf_dyngen.inference.draws import clip_key
from tf_dyngen.training.batches import ClipBatches, window_starts
from tf_dyngen.training.window_order import Shard
from tf_dyngen.video.clips import Clip


def make_clips(num_clips, num_frames, masked=()):
    frames = np.arange(num_clips * num_frames).reshape(num_clips, num_frames, 1, 1, 1)
    visible = {row: frames[row] % 2 == 0 for row in masked}
    return [
        Clip(f"id{i}", f"clip{i}", frames[i].astype(np.uint8), 25.0, visible.get(i))
        for i in range(num_clips)
    ]


@pytest.mark.parametrize(
    ("num_frames", "length"), [(60, 60), (60, 30), (61, 30), (2000, 60), (5, 60), (7, 2), (3, 2)]
)
def test_windows_cover_every_frame_with_little_overlap(num_frames, length):
    starts = window_starts(num_frames, length)
    length = min(length, num_frames)
    seen = [frame for start in starts for frame in range(start, start + length)]
    assert set(seen) == set(range(num_frames))
    assert starts[0] == 0
    assert starts[-1] + length == num_frames
    assert len(starts) == -(-num_frames // length)


def test_a_batch_names_where_the_next_window_starts(make_store):
    store = make_store(make_clips(1, 50))
    batches = ClipBatches(store, batch_size=1, bptt_length=20, seed=0)
    visited = [batches.at(step) for step in range(6)]
    assert [int(b.starts[0]) for _, b in visited] == [0, 15, 30, 0, 15, 30]
    assert [int(b.strides[0]) for _, b in visited] == [15, 15, 20, 15, 15, 20]
    for visit, batch in visited:
        start = int(batch.starts[0])
        assert visit == ([0], [start])
        np.testing.assert_array_equal(batch.frames.ravel(), np.arange(start, start + 20))


def test_the_order_of_asking_changes_nothing(make_store):
    store = make_store(make_clips(5, 7))
    settings = {"batch_size": 2, "bptt_length": 3, "seed": 3}
    batches = ClipBatches(store, **settings)
    in_order = [batches.at(step) for step in range(20)]
    for step in [7, 3, 4, 19, 0, 0, 12]:
        again = ClipBatches(store, **settings).at(step)
        jumped = batches.at(step)
        for first, second, third in zip(
            *([*visit, *batch] for visit, batch in (in_order[step], again, jumped)), strict=True
        ):
            np.testing.assert_array_equal(first, second)
            np.testing.assert_array_equal(first, third)


def test_workers_share_a_batch_and_keep_their_clips(make_store):
    clips = make_clips(11, 4)
    settings = {"batch_size": 4, "bptt_length": 4, "seed": 1}
    alone = ClipBatches(make_store(clips), **settings)
    workers = []
    for worker in range(2):
        shard = Shard(worker, 2)
        store = make_store([clips[row] for row in shard.rows(11, 4)])
        workers.append(ClipBatches(store, **settings, shard=shard, num_clips=11))
    for step in range(12):
        whole = alone.at(step)
        parts = [batches.at(step) for batches in workers]
        for name in ("clip_keys", "frames"):
            joined = np.concatenate([getattr(part, name) for _, part in parts])
            np.testing.assert_array_equal(joined, getattr(whole[1], name))
        for (visit, part), batches in zip(parts, workers, strict=True):
            keys = [clip_key(batches.store.records[row].clip_id) for row in visit.rows]
            np.testing.assert_array_equal(part.clip_keys, keys)


def test_windows_of_shorter_clips_are_padded_and_of_longer_ones_are_more(make_store):
    short, long = make_clips(1, 5)[0], make_clips(2, 18)[1]
    batches = ClipBatches(make_store([short, long]), batch_size=2, bptt_length=10, seed=0)
    assert batches.window_length == 10
    assert batches.is_padded
    (visit, first), (_, second) = batches.at(0), batches.at(1)
    np.testing.assert_array_equal(visit.rows, [0, 1])
    for batch, start in ((first, 0), (second, 8)):
        np.testing.assert_array_equal(batch.starts, [0, start])
        np.testing.assert_array_equal(batch.num_frames, [5, 10])
        np.testing.assert_array_equal(batch.frames[0, :5].ravel(), np.arange(5))
        np.testing.assert_array_equal(batch.frames[0, 5:], 0)
        np.testing.assert_array_equal(batch.frames[1].ravel(), np.arange(18, 28) + start)
    np.testing.assert_array_equal(first.strides, [5, 8])
    np.testing.assert_array_equal(second.strides, [5, 10])


def test_masks_are_stacked_and_cost_nothing_without_any(make_store):
    plain = ClipBatches(make_store(make_clips(2, 6)), batch_size=2, bptt_length=3, seed=0)
    np.testing.assert_array_equal(plain.at(0)[1].visible, np.ones((2, 1, 1, 1, 1)))
    clips = make_clips(2, 6, masked=[1])
    masked = ClipBatches(make_store(clips), batch_size=2, bptt_length=3, seed=0).at(1)[1]
    np.testing.assert_array_equal(masked.visible[0], 1)
    np.testing.assert_array_equal(masked.visible[1], clips[1].visible[3:])


def test_keys_stay_with_the_clip(make_store):
    batches = ClipBatches(make_store(make_clips(3, 4)), batch_size=3, bptt_length=4, seed=0)
    visit, batch = batches.at(5)
    assert [int(key) for key in batch.clip_keys] == [clip_key(f"id{row}") for row in visit.rows]
    assert 0 <= clip_key("x") < 2**31
