"""Windows cover a clip; batches are a function of the step."""

import numpy as np
import pytest

from tf_dyngen.training.batches import ClipBatches, clip_key, window_starts
from tf_dyngen.video.clips import Clip


def make_clips(num_clips, num_frames):
    frames = np.arange(num_clips * num_frames).reshape(num_clips, num_frames, 1, 1, 1)
    return [Clip(f"id{i}", f"clip{i}", frames[i].astype(np.uint8), 25.0) for i in range(num_clips)]


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


def test_a_batch_names_where_the_next_window_starts():
    batches = ClipBatches(make_clips(1, 50), batch_size=1, bptt_length=20, seed=0)
    visited = [batches.at(step) for step in range(6)]
    assert [int(b.start) for b in visited] == [0, 15, 30, 0, 15, 30]
    assert [int(b.next_start) for b in visited] == [15, 30, 50, 15, 30, 50]
    for batch in visited:
        np.testing.assert_array_equal(
            batch.frames.ravel(), np.arange(batch.start, batch.start + 20)
        )


def test_every_clip_once_an_epoch_and_the_order_is_the_steps():
    batches = ClipBatches(make_clips(6, 4), batch_size=2, bptt_length=4, seed=3)
    epochs = [[tuple(batches.at(3 * e + i).rows) for i in range(3)] for e in range(4)]
    for epoch in epochs:
        assert sorted(row for rows in epoch for row in rows) == list(range(6))
    assert len({tuple(epoch) for epoch in epochs}) > 1
    again = ClipBatches(make_clips(6, 4), batch_size=2, bptt_length=4, seed=3)
    np.testing.assert_array_equal(again.at(7).rows, batches.at(7).rows)


def test_keys_stay_with_the_clip():
    batches = ClipBatches(make_clips(3, 4), batch_size=3, bptt_length=4, seed=0)
    batch = batches.at(5)
    assert [int(key) for key in batch.clip_keys] == [clip_key(f"id{row}") for row in batch.rows]
    assert 0 <= clip_key("x") < 2**31
