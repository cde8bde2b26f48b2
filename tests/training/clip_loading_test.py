"""Clips come from files into stores; several workers have one each and know all clips."""

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.clip_loading import cache_folder, load_store, records_of_all
from tf_dyngen.training.window_order import Shard
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.masked_clips import OWN, MaskSource
from tf_dyngen.video.sources import Source, open_collection

VIDEO = VideoConfig(num_frames=6, height=8, width=8)


def save_clips(folder, lengths):
    random = np.random.default_rng(0)
    for index, length in enumerate(lengths):
        np.save(folder / f"{index}.npy", random.integers(0, 256, (length, 6, 5, 3), np.uint8))


def test_from_files_to_batches(tmp_path):
    save_clips(tmp_path, [8, 8, 8])
    hidden = np.zeros((8, 8, 8), np.uint8)
    hidden[:, :4] = 1
    np.save(tmp_path / "1_mask.npy", hidden)
    source = Source(clips=(str(tmp_path),), mask=MaskSource(OWN))
    with ClipCache(tmp_path / "cache") as cache:
        store = load_store(open_collection(source, VIDEO), VIDEO, cache)
        visit, batch = ClipBatches(store, batch_size=3, bptt_length=6, seed=0).at(0)
    assert batch.frames.shape == (3, 6, 8, 8, 3)
    assert batch.frames.dtype == np.uint8
    assert [store.records[row].name for row in visit.rows] == ["0", "1", "2"]
    np.testing.assert_array_equal(batch.visible.mean(axis=(1, 2, 3, 4)), [1, 0.5, 1])


def test_workers_keep_their_own_clips_and_know_all(tmp_path):
    lengths = [2, 3, 4, 5, 6, 2, 3]
    (tmp_path / "clips").mkdir()
    save_clips(tmp_path / "clips", lengths)
    collection = open_collection(Source(clips=(str(tmp_path / "clips"),)), VIDEO)
    held = []
    for worker in range(2):
        shard = Shard(worker, 2)
        with ClipCache(cache_folder(tmp_path / "run", shard)) as cache:
            store = load_store(collection, VIDEO, cache, shard.rows(7, 2))
        held.append([record.name for record in store.records])
    assert held == [["0", "2", "4", "6"], ["1", "3", "5"]]
    records = records_of_all(collection, VIDEO, tmp_path / "run", 2, 2)
    assert [(record.name, record.num_frames) for record in records] == [
        (str(index), length) for index, length in enumerate(lengths)
    ]
