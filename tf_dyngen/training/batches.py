"""Which windows of which clips a step sees, as a function of the step alone."""

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.video.clips import Clip


class Batch(NamedTuple):
    """Windows of L frames of B clips.

    rows: [B] int32, the clips' rows in the chain store.
    clip_keys: [B] int32, what the clips' random draws are folded from.
    start: [] int32, the first frame of the window.
    next_start: [] int32, where the window behind it starts (at most start + L).
    frames: [B, L, H, W, C] uint8.
    """

    rows: np.ndarray
    clip_keys: np.ndarray
    start: np.int32
    next_start: np.int32
    frames: np.ndarray


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
    """Batches of clips that are in memory; clips of one length.

    Each batch of clips is swept window by window from its first frame to its last; then comes the
    next batch of a permutation drawn from (seed, epoch).
    """

    def __init__(self, clips: Sequence[Clip], *, batch_size: int, bptt_length: int, seed: int):
        self.clips = clips
        self.batch_size = min(batch_size, len(clips))
        self.starts = window_starts(len(clips[0].frames), bptt_length)
        self.window_length = min(bptt_length, len(clips[0].frames))
        self._seed = seed
        self._keys = np.array([clip_key(clip.clip_id) for clip in clips], np.int32)

    def at(self, step: int) -> Batch:
        """Returns the batch of a step, counted from 0."""
        sweep, window = divmod(step, len(self.starts))
        rows = self._rows_of_sweep(sweep)
        start = self.starts[window]
        end = start + self.window_length
        following = self.starts[window + 1] if window + 1 < len(self.starts) else end
        frames = np.stack([self.clips[row].frames[start:end] for row in rows])
        return Batch(rows, self._keys[rows], np.int32(start), np.int32(following), frames)

    def _rows_of_sweep(self, sweep: int) -> np.ndarray:
        per_epoch = len(self.clips) // self.batch_size
        epoch, index = divmod(sweep, per_epoch)
        order = np.random.default_rng([self._seed, epoch]).permutation(len(self.clips))
        return order[index * self.batch_size :][: self.batch_size].astype(np.int32)


def clip_key(clip_id: str) -> int:
    """Returns a number in [0, 2^31) that depends on the clip's id alone."""
    return zlib.crc32(clip_id.encode()) & 0x7FFFFFFF
