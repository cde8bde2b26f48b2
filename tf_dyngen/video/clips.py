"""Clips: a stretch of video read from disk, at the size wanted, with an id of its content."""

import contextlib
import dataclasses
import hashlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from tf_dyngen.config import STRETCH
from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.resizing import resize_picture

# Frames of a long clip that are read at a time.
BLOCK = 60


@dataclasses.dataclass(frozen=True)
class ClipRecord:
    """What is known of a clip without its frames; see `Clip`."""

    clip_id: str
    name: str
    num_frames: int
    frame_rate: float


class Clip(NamedTuple):
    """A stretch of video.

    Attributes:
      clip_id: 16 hexadecimal digits of the SHA-256 of the frames and their shape, so that a clip
        keeps its id when its file is renamed or moved; or the id that its data set gives it.
      name: the folder's name, or the file's without its suffix.
      frames: [T, H, W, C] uint8.
      frame_rate: frames a second.
      visible: None, or [T, H, W, 1] bool, False where a pixel is hidden.
    """

    clip_id: str
    name: str
    frames: np.ndarray
    frame_rate: float
    visible: np.ndarray | None = None

    @property
    def record(self) -> ClipRecord:
        """All but the frames."""
        return ClipRecord(self.clip_id, self.name, len(self.frames), self.frame_rate)

    def first_frames(self, number: int) -> "Clip":
        """The clip up to frame `number`."""
        visible = None if self.visible is None else self.visible[:number]
        return self._replace(frames=self.frames[:number], visible=visible)


def read_clip(
    path: str | os.PathLike[str],
    *,
    num_frames: int | None,
    size: tuple[int, int] | None,
    channels: int = 3,
    fit: str = STRETCH,
    start: int = 0,
) -> Clip:
    """Read a clip from a video file, a GIF, a folder of numbered pictures or a .npy array.

    A clip that is shorter than wanted gives the frames that it has; a damaged one, those before
    the damage. Nothing behind the last frame wanted is decoded.

    Args:
      path: the file or folder.
      num_frames: T, the most frames to read; None reads to the end.
      size: (H, W) in pixels; None keeps the source's own.
      channels: C, 3 for RGB (grey is repeated) or 1 for luminance; transparency turns black.
      fit: how pictures of other proportions come to that size, see `resize_picture`.
      start: how many frames to skip.
    Returns: Clip with frames [T, H, W, C]; 25 frames a second where the source states no rate.
    Raises: UserError when the source is missing or undecodable, or gives fewer than 2 frames.
    """
    path = Path(path)
    if channels not in (1, 3) or min(size or (1,)) < 1 or start < 0:
        raise ValueError(f"cannot read channels={channels}, size={size}, start={start}")
    if num_frames is not None and num_frames < 2:
        raise UserError(f"{num_frames} frames wanted of {path}", "ask for 2 frames or more")
    pixels = bytearray()
    num_seen = 0
    seconds = 0.0
    pictures = decoding.decode(path)
    for picture, picture_seconds in pictures:
        num_seen += 1
        if num_seen > start:
            resized = resize_picture(picture, size, channels, fit)
            pixels += resized.tobytes()
            size = size or resized.shape[:2]
            seconds += picture_seconds
        if num_frames is not None and num_seen == start + num_frames:
            break
    pictures.close()
    num_read = max(num_seen - start, 0)
    if num_read < 2 or size is None:
        raise _too_short(path, num_seen, start)
    frames = np.frombuffer(pixels, np.uint8).reshape(num_read, *size, channels)
    # Sums of durations are exact to far less than a thousandth of a frame a second.
    frame_rate = round(num_read / seconds, 3)
    return Clip(content_id(frames), clip_name(path), frames, frame_rate)


def read_blocks(
    path: str | os.PathLike[str],
    *,
    num_frames: int | None,
    size: tuple[int, int],
    channels: int = 3,
    fit: str = STRETCH,
) -> Iterator[np.ndarray]:
    """Read the frames that `read_clip` reads in blocks, so that a long clip is never held whole.

    Args: those of `read_clip`.
    Yields: [n, H, W, C] uint8, n up to BLOCK.
    Raises: UserError when the source is missing or undecodable.
    """
    with contextlib.closing(decoding.decode(Path(path))) as pictures:
        frames = (
            resize_picture(picture, size, channels, fit).reshape(*size, channels)
            for picture, _ in itertools.islice(pictures, num_frames)
        )
        while block := list(itertools.islice(frames, BLOCK)):
            yield np.stack(block)


def clip_from_frames(
    frames: np.ndarray,
    *,
    name: str,
    frame_rate: float,
    num_frames: int | None,
    size: tuple[int, int],
    channels: int = 3,
    fit: str = STRETCH,
) -> Clip:
    """Make a clip of frames in memory, [T, H, W, C] uint8, as `read_clip` makes one of a file.

    Raises: UserError when there are fewer than 2 frames.
    """
    frames = frames[:num_frames]
    if len(frames) < 2:
        raise UserError(f"{name} holds {len(frames)} frames", "give a clip of 2 frames or more")
    if frames.shape[1:] != (*size, channels):
        grey = frames.shape[-1] == 1
        pictures = [Image.fromarray(frame[..., 0] if grey else frame) for frame in frames]
        resized = [resize_picture(picture, size, channels, fit) for picture in pictures]
        frames = np.stack(resized).reshape(len(resized), *size, channels)
    return Clip(content_id(frames), name, frames, frame_rate)


def blacken(clip: Clip) -> Clip:
    """Make what is hidden of a clip black; an id of its content is then that of what is left."""
    if clip.visible is None:
        return clip
    frames = np.where(clip.visible, clip.frames, np.uint8(0))
    by_content = clip.clip_id == content_id(clip.frames)
    return clip._replace(frames=frames, clip_id=content_id(frames) if by_content else clip.clip_id)


def clip_name(path: Path) -> str:
    """The folder's name, or the file's without its suffix."""
    return path.absolute().name if path.is_dir() else path.stem


def content_id(frames: np.ndarray) -> str:
    """Give the id of frames [T, H, W, C] uint8: 16 hexadecimal digits, see `Clip`."""
    digest = hashlib.sha256(repr(frames.shape).encode())
    digest.update(np.ascontiguousarray(frames).data)
    return digest.hexdigest()[:16]


def to_model_range(frames: np.ndarray) -> np.ndarray:
    """Bring pixels 0..255, uint8 of any shape, to float32 in [-1, 1]."""
    return frames.astype(np.float32) / np.float32(127.5) - np.float32(1)


def to_uint8(frames: np.ndarray) -> np.ndarray:
    """Bring [-1, 1], floats of any shape, to uint8 pixels: rounded, and clipped to 0..255.

    Raises: ValueError where a value is not a number, which no pixel can stand for.
    """
    frames = np.asarray(frames)
    if np.isnan(frames).any():
        raise ValueError(f"not-a-number among the pixels of frames {frames.shape}")
    return np.clip(np.rint((frames + 1) * 127.5), 0, 255).astype(np.uint8)


def _too_short(path: Path, num_seen: int, start: int) -> UserError:
    found = f"{path} holds {num_seen} frame{'s' * (num_seen != 1)}"
    if start and num_seen >= 2:
        return UserError(
            f"{found}, 2 or more from frame {start} on are wanted",
            f"start at frame {num_seen - 2} or before",
        )
    return UserError(f"{found} that can be decoded, 2 or more are wanted", "give a longer clip")
