"""Uploaded pictures: decoded within bounds, inferred, and held for a while under a name."""

import collections
import secrets
import tempfile
import threading
from collections.abc import AsyncIterable
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from tf_dyngen.errors import UserError
from tf_dyngen.studio.exported import Export
from tf_dyngen.studio.player import Still
from tf_dyngen.video.pictures import open_picture
from tf_dyngen.video.resizing import resize_picture

MOST_BYTES = 20 * 2**20
MOST_PIXELS = 50_000_000
# Some of Pillow's other formats start programs or read other files.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
ADVICE = "give a PNG, JPEG, WebP, GIF, BMP or TIFF picture"
# Each holds a state and an appearance, a few kilobytes.
MOST_HELD = 256


async def read_upload(parts: AsyncIterable[bytes], most_bytes: int) -> bytes:
    """Returns what comes in parts; UserError where it is more than `most_bytes`."""
    content = bytearray()
    async for part in parts:
        content += part
        if len(content) > most_bytes:
            problem = f"the picture's file is larger than {most_bytes // 2**20} MB"
            raise UserError(problem, "give a smaller one")
    return bytes(content)


def read_picture(content: bytes, export: Export) -> np.ndarray:
    """Decodes a picture's file, brought to the model's size, [H, W, C] uint8.

    Raises: UserError where it is no picture or too large a one.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(content)
        _check_header(path)
        try:
            picture = open_picture(path, FORMATS)
        except UserError:
            raise UserError("the picture is damaged or cut short", ADVICE) from None
    pixels = resize_picture(picture, export.frame_size, export.channels, export.fit)
    return pixels.reshape(*export.frame_size, export.channels)


def _check_header(path: Path) -> None:
    """Refuses, before a pixel is decoded, what is no picture or would fill the memory."""
    try:
        with Image.open(path, formats=FORMATS) as opened:
            width, height = opened.size
    except Image.DecompressionBombError:
        raise _too_large("hundreds of millions of") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, LookupError):
        raise UserError("the file is no picture", ADVICE) from None
    if width * height > MOST_PIXELS:
        raise _too_large(f"{width}x{height}")


def _too_large(size: str) -> UserError:
    advice = f"give one of at most {MOST_PIXELS // 10**6} million pixels"
    return UserError(f"the picture has {size} pixels", advice)


class StillStore:
    """The last pictures that were uploaded, each under a name that cannot be guessed."""

    def __init__(self):
        self._stills: collections.OrderedDict[str, Still] = collections.OrderedDict()
        self._lock = threading.Lock()

    def add(self, still: Still) -> str:
        """Holds a picture and returns its name; the oldest goes where there are too many."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._stills[name] = still
            if len(self._stills) > MOST_HELD:
                self._stills.popitem(last=False)
        return name

    def get(self, name: str) -> Still | None:
        """Returns the picture of a name, None for no name; UserError if it is held no longer."""
        if not name:
            return None
        with self._lock:
            if name not in self._stills:
                raise UserError("the picture is held no longer", "upload it again")
            self._stills.move_to_end(name)
            return self._stills[name]
