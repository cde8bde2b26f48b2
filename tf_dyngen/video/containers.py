"""Whether the file of a clip ends where it says that it ends.

A decoder hands out what it can and is silent about the rest; a file that was cut between two frames
decodes without a word. AVI and the MPEG-4 family state how much there should be.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tf_dyngen.errors import UserError

ADVICE = "download or export it again, or take it out of the collection"
AVI_SUFFIX = ".avi"
BOX_SUFFIXES = (".mp4", ".m4v", ".mov")
_EXTENDED_SIZE = 1
_TO_THE_END = 0


def require_all_bytes(path: Path) -> None:
    """Raise UserError, naming the file, if it is AVI, MP4 or QuickTime and was cut short."""
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        if suffix == AVI_SUFFIX:
            _require_all_chunks(file, path)
        elif suffix in BOX_SUFFIXES:
            _require_all_boxes(file, path)


def has_all_boxes(path: Path) -> bool:
    """Whether an MP4 or QuickTime file, whatever its ending, is as long as it says."""
    try:
        with path.open("rb") as file:
            _require_all_boxes(file, path)
    except UserError:
        return False
    return True


def _require_all_chunks(file: BinaryIO, path: Path) -> None:
    """Counts the frames of an AVI file by its chunks; its header announces how many there are."""
    start = file.read(12)
    if start[:4] != b"RIFF" or start[8:] != b"AVI ":
        return  # Of another format than its name says, which decoders do not mind.
    num_announced = num_frames = 0
    for name, _ in _chunks(file, path):
        if name == "strh":
            stream = file.read(36)
            if stream.startswith(b"vids") and len(stream) == 36:
                (num_announced,) = struct.unpack_from("<I", stream, 32)
        elif name[:2].isdigit() and name[2:] in ("dc", "db"):
            num_frames += 1
    if num_frames < num_announced:
        raise UserError(
            f"{path} is cut short: it holds {num_frames} of the {num_announced} frames that it"
            " announces",
            ADVICE,
        )


def _chunks(file: BinaryIO, path: Path) -> Iterator[tuple[str, int]]:
    """Yield name and size of every chunk that is no list, with `file` at the chunk's content.

    Lists are entered whatever size they state, which a recorder that was stopped may have left at
    zero. Where no chunk's name can be read, nothing more is yielded.
    """
    end = file.seek(0, os.SEEK_END)
    position = 0
    while position + 8 <= end:
        file.seek(position)
        name, size = struct.unpack("<4sI", file.read(8))
        if not all(32 <= letter < 127 for letter in name):
            return
        if name in (b"RIFF", b"LIST"):
            position += 12
            continue
        if position + 8 + size > end:
            raise UserError(f"{path} is cut short, within its chunk {name.decode()!r}", ADVICE)
        yield name.decode(), size
        position += 8 + size + size % 2


def _require_all_boxes(file: BinaryIO, path: Path) -> None:
    """Walks the top-level boxes of ISO/IEC 14496-12: each states its size."""
    end = file.seek(0, os.SEEK_END)
    position = 0
    while position + 8 <= end:
        file.seek(position)
        size, name = struct.unpack(">I4s", file.read(8))
        if size == _TO_THE_END:
            return
        if size == _EXTENDED_SIZE:
            extended = file.read(8)
            size = struct.unpack(">Q", extended)[0] if len(extended) == 8 else end
        if not all(32 <= letter < 127 for letter in name) or size < 8:
            return
        position += size
    if position > end:
        raise UserError(
            f"{path} is cut short: it holds {end} of {position} bytes that it announces", ADVICE
        )
