"""Which windows of which clips a step sees, as a function of the step alone."""

import concurrent.futures
import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.inference.chains import Visit
from tf_dyngen.inference.draws import clip_key
from tf_dyngen.training.window_order import ONLY_WORKER, Shard, WindowOrder
from tf_dyngen.video.clip_store import ClipStore
from tf_dyngen.video.clips import Clip


class Batch(NamedTuple):
    """Windows of L frames of B clips; all arrays but the frames are int32.

    clip_keys: [B], what the clips' random draws are folded from.
    starts: [B], the first frame of each window.
    strides: [B], how many frames further the next window of the clip starts, at most L.
    num_frames: [B], how many frames are the clip's; those after them are padding.
    clip_frames: [B], how many frames the whole clip has.
    frames: [B, L, H, W, C] uint8; where a pixel is hidden, what is predicted of it.
    visible: broadcastable to `frames`, uint8: 1 where a pixel is visible, 0 where it is hidden.
    """

    clip_keys: np.ndarray
    starts: np.ndarray
    strides: np.ndarray
    num_frames: np.ndarray
    clip_frames: np.ndarray
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


def frames_of_a_batch(lengths: Sequence[int], batch_size: int, window_length: int) -> float:
    """Returns how many frames of clips a batch has in the mean over all windows, without padding.

    Args:
      lengths: frames of each clip.
      batch_size: clips.
      window_length: frames of the longest window.
    """
    numbers = np.array([len(window_starts(length, window_length)) for length in lengths])
    seen = numbers * np.minimum(lengths, window_length)
    return batch_size * float(seen.sum() / numbers.sum())


class ClipBatches:
    """Batches of windows of stored clips, which may differ in length; see `WindowOrder`.

    Windows of clips that are shorter are padded. The batch of the next step is read while this one
    is worked on.

    Args:
      store: the clips of this worker.
      batch_size: of all workers together; at most the number of clips.
      bptt_length: the longest window.
      seed: names the order.
      shard: the worker.
      num_clips: of all workers together; those of the store if None.
      longest: frames of the longest clip of all workers; of the store's if None.
      is_masked: whether some clip of any worker has hidden pixels; of the store's if None.

    Attributes:
      window_length: L.
      is_padded: whether some window has frames that are no clip's.
      is_masked: whether pixels may be hidden.
      mean_windows: how many windows a clip has, the mean over the clips of the store.
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
        longest: int | None = None,
        is_masked: bool | None = None,
    ):
        self.store = store
        self._num_clips = num_clips or len(store)
        self.batch_size = min(batch_size, self._num_clips)
        self.window_length = min(bptt_length, longest or store.longest)
        self.is_padded = store.shortest < self.window_length
        self.is_masked = any(store.has_mask) if is_masked is None else is_masked
        lengths, kinds = np.unique(
            [record.num_frames for record in store.records], return_inverse=True
        )
        lengths_of_clips = lengths[kinds.ravel()]
        parts = lengths_of_clips / np.minimum(lengths_of_clips, self.window_length)
        self.mean_windows = float(parts.mean())
        by_length = [window_starts(int(length), bptt_length) for length in lengths]
        self._starts = [by_length[kind] for kind in kinds.ravel()]
        num_windows = np.array([len(starts) for starts in by_length])[kinds.ravel()]
        self._order = WindowOrder(self._num_clips, self.batch_size, seed, shard, num_windows)
        self._keys = np.array([clip_key(record.clip_id) for record in store.records], np.int32)
        self._reader = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._ahead: dict[int, concurrent.futures.Future[tuple[Visit, Batch]]] = {}

    def close(self) -> None:
        """Stops reading ahead."""
        self._reader.shutdown(cancel_futures=True)

    def starts_of(self, row: int) -> list[int]:
        """Returns the first frames of the windows of the clip at `row`."""
        return self._starts[row]

    def evidence_shares(self, hidden_weight: float) -> np.ndarray:
        """Returns what is known of each frame of windows, [W, L]: 1 where all of it is seen.

        Of a single clip there is a row a window; of several, one row, the mean of all.

        Args:
          hidden_weight: what a predicted pixel counts.
        """
        if not any(self.store.has_mask):
            return np.ones([1, self.window_length], np.float32)
        if self._windows_differ:
            return self.evidence_shares_of(0, hidden_weight)
        known = [self.evidence_shares_of(row, hidden_weight) for row in range(len(self.store))]
        return np.concatenate(known).mean(axis=0, keepdims=True)

    def evidence_shares_of(self, row: int, hidden_weight: float) -> np.ndarray:
        """Returns what is known of each frame of each window of the clip at `row`, [W, L]."""
        seen = self._visible_shares(row)
        known = np.ones(max(len(seen), self.window_length), np.float32)
        known[: len(seen)] = seen + hidden_weight * (1.0 - seen)
        return known[np.array(self._starts[row])[:, None] + np.arange(self.window_length)]

    @functools.cached_property
    def num_terms(self) -> float:
        """How many terms the authors' mean of a batch's squared error has.

        They are frames, or where masks hide a part, of this worker's clips or of others', the
        visible values of all channels.
        """
        lengths = [record.num_frames for record in self.store.records]
        num_frames = frames_of_a_batch(lengths, self.batch_size, self.window_length)
        if not self.is_masked:
            return num_frames
        values = float(np.prod(self.store.frame_shape))
        shares = [self._visible_shares(row) for row in range(len(self.store))]
        return num_frames * values * float(np.concatenate(shares).mean())

    def _visible_shares(self, row: int) -> np.ndarray:
        """Which part of each frame of a clip is visible, [T]."""
        if not self.store.has_mask[row]:
            return np.ones(self.store.records[row].num_frames, np.float32)
        return self.store.read_visible(row).mean(axis=(1, 2, 3), dtype=np.float32)

    def at(self, step: int) -> tuple[Visit, Batch]:
        """Returns this worker's part of the batch of a step, counted from 0, and where it is."""
        pending = self._ahead.get(step) or self._reader.submit(self._read, step)
        self._ahead = {step + 1: self._reader.submit(self._read, step + 1)}
        return pending.result()

    @property
    def epoch_length(self) -> int:
        """After how many steps every window has been seen; see `WindowOrder`."""
        return self._order.epoch_length

    def window_at(self, step: int) -> int:
        """Returns which row of `evidence_shares` a step's batch has."""
        return int(self._order.at(step)[1][0]) if self._windows_differ else 0

    @property
    def _windows_differ(self) -> bool:
        """Whether each window has a row of `evidence_shares`."""
        return self._num_clips == 1 and self.store.has_mask[0]

    def _read(self, step: int) -> tuple[Visit, Batch]:
        return self.windows_of(*self._order.at(step))

    def windows_of(self, rows: np.ndarray, windows: np.ndarray) -> tuple[Visit, Batch]:
        """Returns windows, by their numbers [B], of the clips at `rows`, [B], both int32."""
        starts, strides, clips = [], [], []
        for row, window in zip(rows, windows, strict=True):
            following = [*self._starts[row], self.store.records[row].num_frames]
            starts.append(following[window])
            strides.append(following[window + 1] - following[window])
            present = min(self.window_length, following[-1] - starts[-1])
            clips.append(self.store.read(row, starts[-1], present))
        visit = Visit(rows, np.array(starts, np.int32))
        return visit, Batch(
            self._keys[rows],
            visit.starts,
            np.array(strides, np.int32),
            np.array([len(clip.frames) for clip in clips], np.int32),
            np.array([self.store.records[row].num_frames for row in rows], np.int32),
            np.stack([_pad(clip.frames, self.window_length) for clip in clips]),
            _stack_visible(clips, self.window_length, is_masked=self.is_masked),
        )


def _stack_visible(clips: Sequence[Clip], length: int, *, is_masked: bool) -> np.ndarray:
    """Returns [B, L, H, W, 1] uint8; [B, 1, 1, 1, 1] where no batch has anything hidden.

    All batches have one shape: a step is traced once.
    """
    if not is_masked:
        return np.ones((len(clips), 1, 1, 1, 1), np.uint8)
    parts = [
        np.ones((*clip.frames.shape[:-1], 1), bool) if clip.visible is None else clip.visible
        for clip in clips
    ]
    return np.stack([_pad(part, length) for part in parts]).astype(np.uint8)


def _pad(values: np.ndarray, length: int) -> np.ndarray:
    """Returns values [T, ...] with zeros behind them, [length, ...]."""
    if len(values) == length:
        return values
    padded = np.zeros((length, *values.shape[1:]), values.dtype)
    padded[: len(values)] = values
    return padded
