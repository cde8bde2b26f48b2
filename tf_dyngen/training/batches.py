"""Which windows of which clips a step sees, as a function of the step alone."""

import concurrent.futures
import dataclasses
import functools
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.filling.motion import predict_hidden
from tf_dyngen.training.clip_order import ONLY_WORKER, ClipOrder, Shard
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.clip_store import ClipStore
from tf_dyngen.video.clips import Clip, ClipRecord
from tf_dyngen.video.sources import Source, open_collection, read_with_progress, signature


class Batch(NamedTuple):
    """Windows of L frames of B clips.

    rows: [B] int32, the clips' rows in the chain store.
    clip_keys: [B] int32, what the clips' random draws are folded from.
    start: [] int32, the first frame of the window.
    next_start: [] int32, where the window behind it starts (at most start + L).
    frames: [B, L, H, W, C] uint8; where a pixel is hidden, what is predicted of it.
    visible: broadcastable to `frames`, uint8: 1 where a pixel is visible, 0 where it is hidden.
    """

    rows: np.ndarray
    clip_keys: np.ndarray
    start: np.int32
    next_start: np.int32
    frames: np.ndarray
    visible: np.ndarray


def window_starts(num_frames: int, bptt_length: int) -> list[int]:
    """Returns the first frames of windows of `bptt_length` that cover a clip.

    They are spread evenly and overlap a little where the length does not divide, so that all have
    the same length and one traced function serves them all.
    """
    length = min(bptt_length, num_frames)
    num_windows = -(-num_frames // length)
    last = num_frames - length
    return [round(index * last / max(1, num_windows - 1)) for index in range(num_windows)]


class ClipBatches:
    """Batches of windows of stored clips; the shortest clip says how many frames are seen of each.

    Each batch of clips is swept window by window from its first frame to its last; then comes the
    next batch, see `ClipOrder`. The batch of the next step is read while this one is worked on.

    Args:
      store: the clips of this worker.
      batch_size: of all workers together; at most the number of clips.
      bptt_length: the longest window.
      seed: names the order.
      shard: the worker.
      num_clips: of all workers together; those of the store if None.
    """

    def __init__(
        self,
        store: ClipStore,
        *,
        batch_size: int,
        bptt_length: int,
        seed: int,
        shard: Shard = ONLY_WORKER,
        num_clips: int | None = None,
    ):
        num_clips = num_clips or len(store)
        self.store = store
        self.batch_size = min(batch_size, num_clips)
        self.num_frames = store.shortest
        self.starts = window_starts(self.num_frames, bptt_length)
        self.window_length = min(bptt_length, self.num_frames)
        self._order = ClipOrder(num_clips, self.batch_size, seed, shard)
        self._keys = np.array([clip_key(record.clip_id) for record in store.records], np.int32)
        self._reader = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._ahead: dict[int, concurrent.futures.Future[Batch]] = {}

    def records(self) -> tuple[ClipRecord, ...]:
        """Returns what is known of the worker's clips, as long as they are seen."""
        seen = {"num_frames": self.num_frames}
        return tuple(dataclasses.replace(record, **seen) for record in self.store.records)

    def evidence_shares(self, hidden_weight: float, row: int | None = None) -> np.ndarray:
        """Returns what is known of each frame of each window, [W, L]: 1 where all of it is seen.

        Args:
          hidden_weight: what a predicted pixel counts.
          row: of one clip; the mean of all clips if None.
        """
        shares = self._visible_shares if row is None else self._visible_shares[[row]]
        frames = np.array(self.starts)[:, None] + np.arange(self.window_length)
        known = shares + hidden_weight * (1.0 - shares)
        return known.mean(axis=0)[frames].astype(np.float32)

    def num_terms(self) -> float:
        """Returns how many terms the authors' mean of a batch's squared error has.

        They are frames, or where masks hide a part, the visible values of all channels.
        """
        num_frames = self.batch_size * self.window_length
        if not any(self.store.has_mask):
            return num_frames
        values = float(np.prod(self.store.frame_shape))
        return num_frames * values * float(self._visible_shares.mean())

    @functools.cached_property
    def _visible_shares(self) -> np.ndarray:
        """Which part of each frame of each clip is visible, [N, T]."""
        shares = np.ones([len(self.store), self.num_frames], np.float32)
        for row in np.flatnonzero(self.store.has_mask):
            clip = self.store.read(int(row), 0, self.num_frames)
            shares[row] = _stack_visible([clip]).mean(axis=(0, 2, 3, 4))
        return shares

    def at(self, step: int) -> Batch:
        """Returns this worker's part of the batch of a step, counted from 0."""
        pending = self._ahead.get(step) or self._reader.submit(self._read, step)
        self._ahead = {step + 1: self._reader.submit(self._read, step + 1)}
        return pending.result()

    def _read(self, step: int) -> Batch:
        sweep, window = divmod(step, len(self.starts))
        return self.window_of(self._order.at(sweep), window)

    def window_of(self, rows: np.ndarray, window: int) -> Batch:
        """Returns the window of that number of the clips at `rows`, [B] int32."""
        start = self.starts[window]
        end = start + self.window_length
        following = self.starts[window + 1] if window + 1 < len(self.starts) else end
        clips = [self.store.read(row, start, self.window_length) for row in rows]
        frames = np.stack([clip.frames for clip in clips])
        return Batch(
            rows,
            self._keys[rows],
            np.int32(start),
            np.int32(following),
            frames,
            _stack_visible(clips),
        )


def load_batches(
    source: Source,
    video: VideoConfig,
    cache: ClipCache,
    *,
    batch_size: int,
    bptt_length: int,
    seed: int,
    shard: Shard = ONLY_WORKER,
) -> ClipBatches:
    """From a TFDS name, files or folders to batches; nothing but a batch is held in memory.

    The worker's clips are decoded once and kept as raw frames, T * H * W * C bytes each; what is
    hidden of them is replaced by its prediction, so that nothing behind it can ever see it.

    Args:
      source: where the clips come from.
      video: what is read of each clip.
      cache: where the raw frames are kept.
      batch_size, bptt_length, seed, shard: see `ClipBatches`.
    Raises: UserError if a clip is missing, damaged or given twice, or a mask does not fit.
    """
    collection = open_collection(source, video, seed=seed)
    rows = shard.rows(len(collection), batch_size)
    store = cache.get(
        signature(collection, video, rows),
        (predict_hidden(clip) for clip in read_with_progress(collection, rows)),
        (video.height, video.width, video.channels),
    )
    return ClipBatches(
        store,
        batch_size=batch_size,
        bptt_length=bptt_length,
        seed=seed,
        shard=shard,
        num_clips=len(collection),
    )


def _stack_visible(clips: Sequence[Clip]) -> np.ndarray:
    """Returns [B, L, H, W, 1] uint8; [B, 1, 1, 1, 1] where every pixel of the batch is visible."""
    if all(clip.visible is None for clip in clips):
        return np.ones((len(clips), 1, 1, 1, 1), np.uint8)
    shape = (*clips[0].frames.shape[:-1], 1)
    parts = [np.ones(shape, bool) if c.visible is None else c.visible for c in clips]
    return np.stack(parts).astype(np.uint8)


def clip_key(clip_id: str) -> int:
    """Returns a number in [0, 2^31) that depends on the clip's id alone."""
    return zlib.crc32(clip_id.encode()) & 0x7FFFFFFF
