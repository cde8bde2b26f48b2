"""Masks: which pixels of a clip are hidden."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from tf_dyngen.config import STRETCH
from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.resizing import resize_mask

# Compression leaves a little brightness everywhere, which would hide every pixel.
_LOSSY_SUFFIXES = (*decoding.FFMPEG_SUFFIXES, ".jpg", ".jpeg")
_LOSSY_THRESHOLD = 127


def read_visible(
    mask: Path,
    clip: Path,
    *,
    num_frames: int,
    size: tuple[int, int],
    fit: str = STRETCH,
    start: int = 0,
) -> np.ndarray:
    """Read which pixels of a clip can be seen.

    Args:
      mask: a picture, for all frames alike, or what `decoding.decode` reads, one for each frame.
        Pixels that are not black are hidden; in videos and JPEG pictures, those over half bright.
      clip: what it is the mask of; both must have one size before they are resized.
      num_frames, size, fit, start: as the clip was read, see `read_clip`.
    Returns: [T, H, W, 1] bool, False where a pixel is hidden.
    Raises: UserError when the mask cannot be read, or has another size or too few frames.
    """
    visible = iterate_visible(mask, clip, size=size, fit=fit)
    return np.stack(list(itertools.islice(visible, start, start + num_frames)))


def iterate_visible(
    mask: Path, clip: Path, *, size: tuple[int, int], fit: str = STRETCH
) -> Iterator[np.ndarray]:
    """Read which pixels of a clip can be seen, frame by frame; see `read_visible`.

    Yields: [H, W, 1] bool, as many as are asked for.
    Raises: UserError when the mask has another size than the clip, or no more frames.
    """
    wanted = next(decoding.decode(clip))[0].size
    num_read = 0
    for picture in _pictures(mask):
        if picture.size != wanted:
            raise UserError(
                f"the mask {mask} is {_by(picture.size)}, its clip {clip} is {_by(wanted)}"
                " (height x width)",
                "give a mask of the clip's size",
            )
        yield ~resize_mask(_is_hidden(picture, mask), size, fit)[..., None]
        num_read += 1
    raise UserError(
        f"the mask {mask} holds {num_read} frames, more of its clip {clip} are read",
        "give a mask with a frame for each of the clip's, or one picture for all",
    )


def _pictures(mask: Path):
    if mask.suffix.lower() in decoding.PICTURE_SUFFIXES:
        return itertools.repeat(decoding.open_picture(mask))
    return (picture for picture, _ in decoding.decode(mask))


def _is_hidden(picture: Image.Image, source: Path) -> np.ndarray:
    """Returns [H, W] bool."""
    lossy = source.suffix.lower() in _LOSSY_SUFFIXES
    brightness = np.asarray(picture.convert("RGB")).max(axis=-1)
    return brightness > (_LOSSY_THRESHOLD if lossy else 0)


def _by(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"
