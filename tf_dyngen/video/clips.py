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

from tf_dyngen.config import CROP, STRETCH
from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.choosing import Chosen, choose_frames
from tf_dyngen.video.footage import Footage
from tf_dyngen.video.resizing import resize_picture

# Frames of a long clip that are read at a time.
BLOCK = 60
# Proportions that differ by less are the same to the eye.
_SAME_PROPORTIONS = 0.02


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
      first_frame: its number in the source.
      notes: what was cut, left out, guessed or changed when it was read, one line each.
      damage: None, or in words what is missing of it.
    """

    clip_id: str
    name: str
    frames: np.ndarray
    frame_rate: float
    visible: np.ndarray | None = None
    first_frame: int = 0
    notes: tuple[str, ...] = ()
    damage: str | None = None

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
    start: int | str = 0,
    every: int = 1,
    frame_rate: float | None = None,
) -> Clip:
    """Read a clip from a video file, an animation, a folder of numbered pictures or a .npy array.

    Frames come at an even rate: where the source shows some longer than others, they are repeated.
    A clip that is shorter than wanted gives the frames that it has; a damaged one, those before
    the damage. Nothing after the last frame wanted is decoded.

    Args:
      path: the file or folder.
      num_frames: T, the most frames to read; None reads to the end.
      size: (H, W) in pixels; None keeps the source's own.
      channels: C, 3 for RGB (grey is repeated) or 1 for luminance; transparency turns black.
      fit: how pictures of other proportions come to that size, see `resize_picture`.
      start: how many frames to skip, or seconds as in "3s".
      every: 2 reads every second frame, and so on.
      frame_rate: of a source that states none; 25 if None.
    Returns: Clip with frames [T, H, W, C]; the rate is that of the frames read.
    Raises: UserError when the source is missing or undecodable, or gives fewer than 2 frames.
    """
    path = Path(path)
    if channels not in (1, 3) or min(size or (1,)) < 1:
        raise ValueError(f"cannot read channels={channels}, size={size}")
    if num_frames is not None and num_frames < 2:
        raise UserError(f"{num_frames} frames wanted of {path}", "ask for 2 frames or more")
    footage = decoding.open_footage(path)
    chosen = choose_frames(footage, num_frames=num_frames, start=start, every=every)
    pixels = bytearray()
    num_read = 0
    for picture in footage.show(chosen.numbers):
        if not num_read:
            _note_changes(footage, picture, size, fit)
        resized = resize_picture(picture, size, channels, fit)
        pixels += resized.tobytes()
        size = size or resized.shape[:2]
        num_read += 1
    if num_read < 2 or size is None:
        raise _too_short(path, footage, chosen)
    frames = np.frombuffer(pixels, np.uint8).reshape(num_read, *size, channels)
    rate = float(chosen.rate)
    if frame_rate is not None and not footage.rate_is_known:
        rate = frame_rate / every
    return Clip(
        content_id(frames),
        clip_name(path),
        frames,
        rate,
        first_frame=chosen.first,
        notes=_notes(footage, chosen, num_read, guesses_rate=frame_rate is None),
        damage=footage.damage,
    )


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
    footage = decoding.open_footage(Path(path))
    numbers = footage.schedule.shown[:num_frames]
    with contextlib.closing(footage.show(numbers)) as pictures:
        frames = (
            resize_picture(picture, size, channels, fit).reshape(*size, channels)
            for picture in pictures
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


def _notes(
    footage: Footage, chosen: Chosen, num_read: int, *, guesses_rate: bool
) -> tuple[str, ...]:
    """Returns the lines on what was read of a clip."""
    notes, name = [*footage.notes, *chosen.notes], footage.path.name
    if footage.damage:
        notes.append(f"{name} is {footage.damage}; {num_read} are read")
    if guesses_rate and not footage.rate_is_known:
        rate = float(footage.schedule.rate)
        notes.append(f"{name} states no rate: taken as {rate:g} frames a second")
    return tuple(notes)


def _note_changes(
    footage: Footage, picture: Image.Image, size: tuple[int, int] | None, fit: str
) -> None:
    """Notes what becomes of the pictures of a clip, by its first."""
    if picture.has_transparency_data and np.asarray(picture.convert("RGBA"))[..., 3].min() < 255:
        footage.note(
            f"{footage.path.name} is partly transparent: what is transparent is read as black"
        )
    if size is None:
        return
    if abs(picture.width / picture.height * size[0] / size[1] - 1) <= _SAME_PROPORTIONS:
        return
    words = {
        STRETCH: "its proportions change (stretch); --fit=crop keeps them",
        CROP: "what stands over is cut off (crop)",
    }
    found, wanted = f"{picture.height}x{picture.width}", f"{size[0]}x{size[1]}"
    footage.note(f"{footage.path.name} is {found}, read at {wanted} (height x width): {words[fit]}")


def _too_short(path: Path, footage: Footage, chosen: Chosen) -> UserError:
    found = f"{path} holds {chosen.num_all} frame{'s' * (chosen.num_all != 1)}"
    if footage.damage:
        return UserError(f"{path} is {footage.damage}", "download or export it again")
    if chosen.num_all >= 2 and chosen.first:
        return UserError(
            f"{found}, 2 or more from frame {chosen.first} on are wanted",
            f"start at frame {chosen.num_all - 2} or before, as by --start=0",
        )
    if chosen.num_all >= 2:
        return UserError(f"{found}, of which --every leaves {len(chosen.numbers)}", "lower --every")
    return UserError(f"{found} that can be decoded, 2 or more are wanted", "give a longer clip")
