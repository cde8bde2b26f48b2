"""A worker's clips: decoded once into a store of its own, in the work directory that all share."""

from pathlib import Path

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.filling.motion import predict_hidden
from tf_dyngen.training.window_order import ONLY_WORKER, Shard
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.clip_store import ClipStore
from tf_dyngen.video.clips import ClipRecord
from tf_dyngen.video.collection import Collection
from tf_dyngen.video.sources import read_with_progress, signature

FOLDER = "clips"


def cache_folder(workdir: Path, shard: Shard = ONLY_WORKER) -> Path:
    """Returns where a worker keeps its clips."""
    folder = workdir / FOLDER
    if shard.num_workers == 1:
        return folder
    return folder / f"worker-{shard.worker}-of-{shard.num_workers}"


def load_store(
    collection: Collection, video: VideoConfig, cache: ClipCache, rows: np.ndarray | None = None
) -> ClipStore:
    """Reads clips into a store, one at a time; those that are in the cache are not read again.

    They are kept as raw frames, T * H * W * C bytes each; what is hidden of them is replaced by its
    prediction, so that nothing behind it can ever see it.

    Args:
      collection: of clips.
      video: what is read of each clip.
      cache: where the stores are kept.
      rows: which clips, ascending; all if None.
    Raises: UserError if a clip is missing, damaged or given twice, or a mask does not fit.
    """
    rows = np.arange(len(collection)) if rows is None else rows
    return cache.get(
        signature(collection, video, rows),
        (predict_hidden(clip) for clip in read_with_progress(collection, rows, video.every)),
        (video.height, video.width, video.channels),
    )


def records_of_all(
    collection: Collection, video: VideoConfig, workdir: Path, num_workers: int, batch_size: int
) -> tuple[ClipRecord, ...]:
    """Returns the records of all clips, in their order, from the stores of all workers."""
    records: dict[int, ClipRecord] = {}
    for worker in range(num_workers):
        shard = Shard(worker, num_workers)
        rows = shard.rows(len(collection), batch_size)
        store = ClipStore(cache_folder(workdir, shard) / signature(collection, video, rows))
        records.update(zip(rows.tolist(), store.records, strict=True))
    return tuple(records[row] for row in sorted(records))
