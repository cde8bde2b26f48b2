"""Videos and stills as data that a page holds, within a number of bytes.

A video becomes a sheet: one JPEG with all its frames, row by row. A page can then show any frame at
any time, so that videos run in step to the frame, and excerpts cost nothing. Frames start at
multiples of JPEG's block size, so that none is coded together with its neighbours.
"""

import base64
import io
import itertools
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from PIL import Image

from tf_dyngen.video.display import scaled

# Sides of JPEG's blocks, in pixels, colours subsampled or not.
BLOCK = 16
NUM_COLUMNS = 12
LARGEST_STILL = 256


class Step(NamedTuple):
    """How videos are kept: a JPEG's quality, the most frames and the most pixels of a side.

    subsampling: 0 keeps colours as sharp as grey, 2 at half of that.
    """

    quality: int
    subsampling: int
    num_frames: int
    side: int


# Tried one after the other until all videos fit: what the eye misses least goes first.
STEPS = (
    Step(95, 0, 120, 256),
    Step(90, 0, 120, 256),
    Step(85, 0, 120, 256),
    Step(80, 2, 120, 256),
    Step(75, 2, 90, 256),
    Step(70, 2, 60, 256),
    Step(75, 2, 60, 160),
    Step(75, 2, 48, 128),
    Step(75, 2, 36, 64),
    Step(75, 2, 24, 32),
    Step(50, 2, 12, 16),
)


class Sheet(NamedTuple):
    """A video as one picture: frames lie row by row, `columns` a row, `pitch` pixels apart.

    pitch: down and right; uri: the JPEG as a data: URI.
    """

    height: int
    width: int
    pitch: tuple[int, int]
    columns: int
    num_frames: int
    uri: str


def embed_videos(videos: Mapping[str, np.ndarray], most_bytes: int) -> dict[str, Sheet]:
    """Returns caption -> sheet; all of one quality, the best whose text fits into the bytes.

    Args:
      videos: caption -> frames [T, H, W, C] uint8, C = 1 or 3.
      most_bytes: of all URIs together. Videos beyond those that fit at the lowest quality are left
        out, the last ones first: the caller compares the captions.
    """
    sheets: dict[str, Sheet] = {}
    for step in STEPS:
        sheets = {
            caption: _to_sheet(_at_most(frames[: step.num_frames], step.side), step)
            for caption, frames in videos.items()
        }
        if sum(len(sheet.uri) for sheet in sheets.values()) <= most_bytes:
            break
    ends = itertools.accumulate(len(sheet.uri) for sheet in sheets.values())
    return {
        caption: sheet
        for (caption, sheet), end in zip(sheets.items(), ends, strict=True)
        if end <= most_bytes
    }


def embed_still(frame: np.ndarray, most_bytes: int) -> str:
    """Returns a frame [H, W, C] uint8 as the data: URI of a PNG, smaller until it fits."""
    side = LARGEST_STILL
    while True:
        uri = _to_uri(_at_most(frame[None], side)[0], "png")
        if len(uri) <= most_bytes or side == 1:
            return uri
        side //= 2


def _to_sheet(frames: np.ndarray, step: Step) -> Sheet:
    num_frames, height, width, channels = frames.shape
    columns = min(NUM_COLUMNS, num_frames)
    rows = -(-num_frames // columns)
    down, right = -(-height // BLOCK) * BLOCK, -(-width // BLOCK) * BLOCK
    missing = rows * columns - num_frames
    padding = ((0, missing), (0, down - height), (0, right - width), (0, 0))
    cells = np.pad(frames, padding, mode="edge").reshape(rows, columns, down, right, channels)
    sheet = cells.swapaxes(1, 2).reshape(rows * down, columns * right, channels)
    uri = _to_uri(sheet, "jpeg", quality=step.quality, subsampling=step.subsampling)
    return Sheet(height, width, (down, right), columns, num_frames, uri)


def _at_most(frames: np.ndarray, side: int) -> np.ndarray:
    """Returns frames whose longer side has at most about so many pixels."""
    height, width = frames.shape[1:3]
    if max(height, width) <= side:
        return frames
    rgb = np.broadcast_to(frames, (*frames.shape[:-1], 3))
    return scaled(rgb, max(1, height * side // max(height, width)))


def _to_uri(pixels: np.ndarray, form: str, **options) -> str:
    file = io.BytesIO()
    picture = pixels if pixels.shape[-1] == 3 else pixels[..., 0]
    Image.fromarray(np.ascontiguousarray(picture)).save(file, form, **options)
    return f"data:image/{form};base64,{base64.b64encode(file.getvalue()).decode()}"
