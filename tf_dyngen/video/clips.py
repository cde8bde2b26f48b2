"""Clips: a stretch of video read from disk, at the size wanted, with an id of its content."""

import glob
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding


class Clip(NamedTuple):
    """A stretch of video.

    Attributes:
      clip_id: 16 hexadecimal digits of the SHA-256 of the frames and their shape, so that a clip
        keeps its id when its file is renamed or moved.
      name: the folder's name, or the file's without its suffix.
      frames: [T, H, W, C] uint8.
      frame_rate: frames a second.
    """

    clip_id: str
    name: str
    frames: np.ndarray
    frame_rate: float


def read_clip(
    path: str | os.PathLike[str],
    *,
    num_frames: int | None,
    size: tuple[int, int],
    channels: int = 3,
    start: int = 0,
) -> Clip:
    """Read a clip from a video file, a GIF, a folder of numbered pictures or a .npy array.

    A clip that is shorter than wanted gives the frames that it has; a damaged one, those before
    the damage. Nothing behind the last frame wanted is decoded.

    Args:
      path: the file or folder.
      num_frames: T, the most frames to read; None reads to the end.
      size: (H, W) in pixels; the pictures are stretched to it, nothing is cropped.
      channels: C, 3 for RGB (grey is repeated) or 1 for luminance; transparency turns black.
      start: how many frames to skip.
    Returns: Clip with frames [T, H, W, C]; 25 frames a second where the source states no rate.
    Raises: UserError when the source is missing or undecodable, or gives fewer than 2 frames.
    """
    path = Path(path)
    if channels not in (1, 3) or min(size) < 1 or start < 0:
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
            pixels += _resize(picture, size, channels).tobytes()
            seconds += picture_seconds
        if num_frames is not None and num_seen == start + num_frames:
            break
    pictures.close()
    num_read = max(num_seen - start, 0)
    if num_read < 2:
        raise _too_short(path, num_seen, start)
    frames = np.frombuffer(pixels, np.uint8).reshape(num_read, *size, channels)
    # Sums of durations are exact to far less than a thousandth of a frame a second.
    frame_rate = round(num_read / seconds, 3)
    name = path.absolute().name if path.is_dir() else path.stem
    return Clip(_content_id(frames), name, frames, frame_rate)


def clip_from_frames(
    frames: np.ndarray,
    *,
    name: str,
    frame_rate: float,
    num_frames: int | None,
    size: tuple[int, int],
    channels: int = 3,
) -> Clip:
    """Make a clip of frames in memory, [T, H, W, C] uint8, as `read_clip` makes one of a file.

    Raises: UserError when there are fewer than 2 frames.
    """
    pictures = [
        Image.fromarray(frame[..., 0] if frame.shape[-1] == 1 else frame)
        for frame in frames[:num_frames]
    ]
    if len(pictures) < 2:
        raise UserError(f"{name} holds {len(pictures)} frames", "give a clip of 2 frames or more")
    resized = [_resize(picture, size, channels) for picture in pictures]
    stacked = np.stack(resized).reshape(len(resized), *size, channels)
    return Clip(_content_id(stacked), name, stacked, frame_rate)


def expand_clip_paths(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
) -> list[Path]:
    """List the clips that `paths` stand for, each as one path to give to `read_clip`.

    A file is itself, a folder of pictures is one clip, a folder of videos (or .npy arrays) is all
    of them in natural order, and a pattern (*, ?, [a-z], **) is whatever it matches.

    Raises: UserError for a pattern without a match, and for a folder that holds neither pictures
      nor videos, or both.
    """
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return [clip for path in paths for match in _matches(path) for clip in _clips_at(match)]


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


def _resize(picture: Image.Image, size: tuple[int, int], channels: int) -> np.ndarray:
    height, width = size
    picture = _without_alpha(picture).convert("L" if channels == 1 else "RGB")
    grows = height >= picture.height and width >= picture.width
    filtering = Image.Resampling.BICUBIC if grows else Image.Resampling.BILINEAR
    return np.asarray(picture.resize((width, height), filtering))


def _without_alpha(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture
    picture = picture.convert("RGBA")
    least_alpha, _ = picture.getchannel("A").getextrema()
    if least_alpha == 255:
        return picture
    return Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture)


def _content_id(frames: np.ndarray) -> str:
    digest = hashlib.sha256(repr(frames.shape).encode())
    digest.update(frames.data)
    return digest.hexdigest()[:16]


def _too_short(path: Path, num_seen: int, start: int) -> UserError:
    found = f"{path} holds {num_seen} frame{'s' * (num_seen != 1)}"
    if start and num_seen >= 2:
        return UserError(
            f"{found}, 2 or more from frame {start} on are wanted",
            f"start at frame {num_seen - 2} or before",
        )
    return UserError(f"{found} that can be decoded, 2 or more are wanted", "give a longer clip")


def _matches(path: str | os.PathLike[str]) -> list[Path]:
    # A file whose name happens to hold a bracket is itself, not a pattern.
    if not glob.has_magic(os.fspath(path)) or os.path.lexists(path):
        return [Path(path)]
    # pathlib's own glob refuses absolute patterns.
    matches = [Path(match) for match in glob.glob(os.fspath(path), recursive=True)]  # noqa: PTH207
    if not matches:
        raise UserError(
            f"{path} matches no file, a pattern that matches clips is wanted",
            "check the pattern, and quote it against the shell",
        )
    return sorted(matches, key=lambda match: [decoding.natural_order(Path(p)) for p in match.parts])


def _clips_at(path: Path) -> list[Path]:
    decoding.require_readable(path)
    if not path.is_dir():
        return [path]
    pictures = decoding.visible_files(path, decoding.PICTURE_SUFFIXES)
    videos = decoding.visible_files(path, decoding.CLIP_SUFFIXES)
    if pictures and videos:
        raise UserError(
            f"{path} holds pictures ({pictures[0].name}) and videos ({videos[0].name}),"
            " either are wanted",
            f"move the others elsewhere, or name the videos, as in '{path}/*{videos[0].suffix}'",
        )
    if not pictures and not videos:
        raise UserError(
            f"{path} holds neither videos nor pictures, clips are wanted",
            f"name a folder that holds some; '{path}/*' stands for all that lies in it",
        )
    return [path] if pictures else videos
