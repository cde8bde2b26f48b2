"""What was written is read back, window by window; a store that is no store is refused."""

import json

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.video.clip_store import FRAMES, INDEX, ClipStore, write_clip_store
from tf_dyngen.video.clips import Clip

SHAPE = (5, 7, 3)


def make_clips():
    random = np.random.default_rng(0)
    clips = []
    for index, length in enumerate([4, 9, 2, 6]):
        frames = random.integers(0, 256, (length, *SHAPE), np.uint8)
        visible = random.uniform(size=(length, 5, 7, 1)) < 0.7 if index % 2 else None
        clips.append(Clip(f"id{index}", f"clip {index}", frames, 12.5 + index, visible))
    return clips


@pytest.fixture
def store(tmp_path):
    write_clip_store(tmp_path, iter(make_clips()), SHAPE)
    return ClipStore(tmp_path)


def test_clips_come_back_whole(store):
    clips = make_clips()
    assert len(store) == 4
    assert store.shortest == 2
    assert store.records == [clip.record for clip in clips]
    for row in (2, 0, 3, 1):
        read = store.read(row)
        assert read.record == clips[row].record
        np.testing.assert_array_equal(read.frames, clips[row].frames)
        if clips[row].visible is None:
            assert read.visible is None
        else:
            np.testing.assert_array_equal(read.visible, clips[row].visible)
            assert read.visible.dtype == bool


def test_windows_are_the_clips_own(store):
    clip = make_clips()[1]
    for start, length in [(0, 9), (0, 1), (8, 1), (3, 4)]:
        window = store.read(1, start, length)
        np.testing.assert_array_equal(window.frames, clip.frames[start : start + length])
        np.testing.assert_array_equal(window.visible, clip.visible[start : start + length])


@pytest.mark.parametrize("window", [(0, 10), (9, 1), (-1, 2), (2, 0)])
def test_windows_outside_the_clip_are_refused(store, window):
    with pytest.raises(ValueError, match="clip 1 has no frames"):
        store.read(1, *window)


def test_a_clip_given_twice_is_named(tmp_path):
    first, second, *_ = make_clips()
    with pytest.raises(UserError, match="clip 0 and clip 1 are one clip, given twice"):
        write_clip_store(tmp_path, [first, second._replace(clip_id="id0")], SHAPE)
    assert not (tmp_path / INDEX).exists()


def test_no_clips_are_no_store(tmp_path):
    with pytest.raises(UserError, match="no clips"):
        write_clip_store(tmp_path, [], SHAPE)


def test_damaged_stores_are_refused(store, tmp_path):
    frames = (tmp_path / FRAMES).read_bytes()
    (tmp_path / FRAMES).write_bytes(frames[:-1])
    with pytest.raises(UserError, match=f"{len(frames) - 1} bytes, {len(frames)} are wanted"):
        ClipStore(tmp_path)
    (tmp_path / INDEX).write_text(json.dumps({"clips": []}))
    with pytest.raises(UserError, match="holds no clips"):
        ClipStore(tmp_path)
    (tmp_path / INDEX).unlink()
    with pytest.raises(UserError, match="holds no clips"):
        ClipStore(tmp_path)
