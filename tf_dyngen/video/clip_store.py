"""Clips kept on disk as raw frames: decoded once, then any window of any clip is read at once.

A store is a folder with `frames.raw`, the clips one behind the other, and `index.json`. Of each
clip the file holds its frames, T * H * W * C bytes, and behind them, if it has a mask, which
pixels are visible, a bit each, T * ceil(H * W / 8) bytes. Reading goes through a file handle
and not a memory map, so that memory stays flat however much is read.
"""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import Clip, ClipRecord

INDEX = "index.json"
FRAMES = "frames.raw"


class ClipStore:
    """Random access to the clips of a folder that `write_clip_store` has written.

    Attributes:
      records: of the clips, in the order they were written.
      has_mask: of each clip, whether some of its pixels are hidden.
      frame_shape: (H, W, C).
    Raises: UserError if the folder holds no store.
    """

    def __init__(self, folder: Path):
        self._frames = folder / FRAMES
        try:
            index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
            self.frame_shape = tuple(index["frame_shape"])
            self.records = [ClipRecord(*values[:-1]) for values in index["clips"]]
            self.has_mask = [bool(values[-1]) for values in index["clips"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{folder} holds no clips that can be read ({error})",
                "remove the folder; the clips are decoded again",
            ) from error
        sizes = [
            _num_bytes(record.num_frames, self.frame_shape, has_mask)
            for record, has_mask in zip(self.records, self.has_mask, strict=True)
        ]
        self._offsets = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        found = self._frames.stat().st_size if self._frames.exists() else 0
        if found != self._offsets[-1]:
            raise UserError(
                f"{self._frames} has {found} bytes, {self._offsets[-1]} are wanted",
                "remove the folder; the clips are decoded again",
            )

    def __len__(self) -> int:
        return len(self.records)

    @property
    def shortest(self) -> int:
        """The number of frames of the shortest clip."""
        return min(record.num_frames for record in self.records)

    @property
    def longest(self) -> int:
        """The number of frames of the longest clip."""
        return max(record.num_frames for record in self.records)

    def read(self, row: int, start: int = 0, num_frames: int | None = None) -> Clip:
        """Reads frames [start, start + num_frames) of the clip at `row`, all if None."""
        record = self.records[row]
        stop = record.num_frames if num_frames is None else start + num_frames
        if not 0 <= start < stop <= record.num_frames:
            raise ValueError(f"{record.name} has no frames {start} to {stop}: {record.num_frames}")
        frame_bytes = int(np.prod(self.frame_shape))
        base = int(self._offsets[row])
        pixels = self._bytes(base + start * frame_bytes, (stop - start) * frame_bytes)
        visible = self.read_visible(row, start, stop) if self.has_mask[row] else None
        frames = pixels.reshape(-1, *self.frame_shape)
        return Clip(record.clip_id, record.name, frames, record.frame_rate, visible)

    def read_visible(self, row: int, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Reads which pixels of frames [start, stop) are visible, [T, H, W, 1] bool.

        Only of a clip that has a mask.
        """
        num_frames = self.records[row].num_frames
        stop = num_frames if stop is None else stop
        height, width, _ = self.frame_shape
        mask_bytes = _mask_bytes(self.frame_shape)
        base = int(self._offsets[row]) + num_frames * int(np.prod(self.frame_shape))
        packed = self._bytes(base + start * mask_bytes, (stop - start) * mask_bytes)
        bits = np.unpackbits(packed.reshape(-1, mask_bytes), axis=1, count=height * width)
        return bits.astype(bool).reshape(-1, height, width, 1)

    def _bytes(self, offset: int, count: int) -> np.ndarray:
        return np.fromfile(self._frames, np.uint8, count, offset=offset)


def write_clip_store(folder: Path, clips: Iterable[Clip], frame_shape: tuple[int, ...]) -> None:
    """Writes clips one at a time, and last the index, which makes the folder a store.

    Args:
      folder: where to; it exists.
      clips: with frames [T, H, W, C]; no more than one is held in memory.
      frame_shape: (H, W, C) of all.
    Raises: UserError if two clips have one id, or there is none.
    """
    entries = []
    seen: dict[str, str] = {}
    with (folder / FRAMES).open("wb") as file:
        for clip in clips:
            if clip.frames.shape[1:] != tuple(frame_shape):
                raise ValueError(f"{clip.name}: {clip.frames.shape}, not {frame_shape}")
            if clip.clip_id in seen:
                names = f"{seen[clip.clip_id]} and {clip.name}"
                raise UserError(f"{names} are one clip, given twice", "give each clip once")
            seen[clip.clip_id] = clip.name
            file.write(np.ascontiguousarray(clip.frames).data)
            if clip.visible is not None:
                bits = clip.visible.reshape(len(clip.frames), -1)
                file.write(np.packbits(bits, axis=1).data)
            entries.append([*dataclasses.astuple(clip.record), clip.visible is not None])
    if not entries:
        raise UserError("there are no clips", "give some")
    index = {"frame_shape": frame_shape, "clips": entries}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")


def _mask_bytes(frame_shape: tuple[int, ...]) -> int:
    return -(-frame_shape[0] * frame_shape[1] // 8)


def _num_bytes(num_frames: int, frame_shape: tuple[int, ...], has_mask: bool) -> int:
    mask = _mask_bytes(frame_shape) if has_mask else 0
    return num_frames * (int(np.prod(frame_shape)) + mask)
