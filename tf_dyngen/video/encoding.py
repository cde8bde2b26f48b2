"""Encoding, a few frames at a time: one encoder for each form that a video can be written in.

An encoder is a context manager made from (path to write, Layout). It yields a function that takes
the next frames, contiguous uint8 [n, H, W, C]; leaving the block without an exception completes
the file, shorter where a video's frames were fewer than announced. Whatever goes wrong on the disk
is an OSError. No encoder holds more than a few frames.
"""

import contextlib
import errno
import io
import itertools
import math
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video import ffmpeg
from tf_dyngen.video.files import PICTURE_SUFFIXES, VIDEO_SUFFIXES
from tf_dyngen.video.sheet import Sheet
from tf_dyngen.video.uninterrupted import uninterrupted

# No folder is called so.
FILE_SUFFIXES = (*VIDEO_SUFFIXES, *PICTURE_SUFFIXES, ".npz", ".mat", ".json", ".html", ".txt")
# A GIF counts time in hundredths of a second, and browsers slow down frames shown for only one.
MAX_GIF_FRAME_RATE = 50.0


class Sound(NamedTuple):
    """The sound of a file from a time on, both in seconds."""

    path: Path
    start: float
    seconds: float


class Layout(NamedTuple):
    """What a file is to hold: num_videos videos of num_frames frames [H, W, C] each.

    sound: to go with the frames, in MP4; is_loop: whether the first frame follows the last.
    """

    num_videos: int
    num_frames: int
    frame_size: tuple[int, int]
    channels: int
    frame_rate: float
    sound: Sound | None = None
    is_loop: bool = False


Write = Callable[[np.ndarray], None]
Encoder = Callable[[Path, Layout], AbstractContextManager[Write]]


def require_folder_name(path: Path) -> None:
    """Raises UserError where what is to be a folder is a file, or has the name of one."""
    if path.is_file() or (_names_file(path) and not path.is_dir()):
        raise UserError(f"--output={path} is a file, or is named like one", "name a folder")


def _names_file(path: Path) -> bool:
    suffix = path.suffix.lower()
    return bool(suffix) and (suffix in _ENCODERS or suffix in FILE_SUFFIXES)


def form_of(path: Path) -> str:
    """Return the suffix that names the form of what is written at `path`; "" is a folder.

    A folder's name may have a number behind a dot, as in result.v2, or any name if it is there.
    """
    suffix = path.suffix.lower()
    if _names_file(path):
        return suffix
    has_number = any(letter.isdigit() for letter in suffix)
    return "" if has_number or path.is_dir() else suffix


def encoder_for(path: Path) -> Encoder:
    """Choose the encoder that the suffix of `path` names; UserError if it names none."""
    encoder = _ENCODERS.get(form_of(path))
    if encoder is None:
        raise UserError(
            f"cannot write {path}: {path.suffix} is no form that videos are written in",
            "end the path in .mp4, .gif, .npy or .png (a contact sheet), or in no suffix"
            " (a folder of pictures)",
        )
    return encoder


@contextlib.contextmanager
def _array(path: Path, layout: Layout) -> Iterator[Write]:
    shape = (layout.num_frames, *layout.frame_size, layout.channels)
    if layout.num_videos > 1:
        shape = (layout.num_videos, *shape)
    header = _array_header(shape)
    # Without a buffer nothing is left to fail when the file is closed after a failure.
    with path.open("wb", buffering=0) as file:
        _write_all(file, memoryview(header))
        yield lambda frames: _write_all(file, frames.data)
        num_frames = (file.tell() - len(header)) // math.prod(shape[-3:])
        if num_frames < layout.num_videos * layout.num_frames:
            # NumPy leaves room for any number of them, so that the header's length stays.
            file.seek(0)
            _write_all(file, memoryview(_array_header((num_frames, *shape[1:]))))


def _array_header(shape: tuple[int, ...]) -> bytes:
    header = io.BytesIO()
    values = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, values)
    return header.getvalue()


@contextlib.contextmanager
def _picture_folder(path: Path, layout: Layout) -> Iterator[Write]:
    path.mkdir()
    numbers = itertools.count()
    digits = max(5, len(str(layout.num_frames - 1)))

    def write(frames: np.ndarray) -> None:
        for frame in frames:
            write_png(path / f"frame_{next(numbers):0{digits}d}.png", frame)

    yield write


@contextlib.contextmanager
def _sheet(path: Path, layout: Layout) -> Iterator[Write]:
    sheet = Sheet(layout.num_frames, layout.is_loop)
    yield sheet.add
    write_png(path, sheet.picture())


def changes_of(path: Path, layout: Layout) -> list[str]:
    """Return what the form of `path` changes of frames, one line each."""
    suffix = path.suffix.lower()
    height, width = layout.frame_size
    even_height, even_width = _even(layout.frame_size)
    if suffix == ".mp4" and (even_height, even_width) != layout.frame_size:
        return [
            f"MP4 is written at {even_height}x{even_width} in place of {height}x{width}, of which"
            " players refuse odd sides: the last row or column is there twice"
        ]
    if suffix == ".gif" and layout.frame_rate > MAX_GIF_FRAME_RATE:
        return [
            f"GIF holds {MAX_GIF_FRAME_RATE:g} frames a second at most: some of the"
            f" {layout.frame_rate:.6g} a second are left out, so that it plays at the right speed"
        ]
    return []


@contextlib.contextmanager
def _mp4(path: Path, layout: Layout) -> Iterator[Write]:
    # Colours are tagged, for players guess them by the picture's size otherwise.
    colours = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact"
    options = [
        *["-vf", f"{colours},setparams=color_primaries=bt709:color_trc=bt709"],
        # 4:2:0 is what every player takes; it needs even sides.
        *["-c:v", "libx264", "-crf", "12", "-pix_fmt", "yuv420p"],
        *["-colorspace", "bt709", "-color_primaries", "bt709"],
        *["-color_trc", "bt709", "-color_range", "tv"],
        *["-movflags", "+faststart", "-f", "mp4"],
    ]
    sound = layout.sound
    source = []
    if sound is not None:
        source = ["-ss", f"{sound.start:.6f}", "-t", f"{sound.seconds:.6f}"]
        source += ["-i", f"file:{sound.path.resolve()}", "-map", "0:v", "-map", "1:a:0"]
        options = ["-c:a", "aac", "-b:a", "192k", *options]
    even = _even(layout.frame_size)
    rows, columns = even[0] - layout.frame_size[0], even[1] - layout.frame_size[1]
    more = ((0, 0), (0, rows), (0, columns), (0, 0))
    with _ffmpeg(path, layout._replace(frame_size=even), [*source, *options]) as write:
        yield lambda frames: write(np.pad(frames, more, mode="edge"))


def _even(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] + size[0] % 2, size[1] + size[1] % 2


def _gif(path: Path, layout: Layout) -> AbstractContextManager[Write]:
    fewer = f"fps={MAX_GIF_FRAME_RATE:g}," if layout.frame_rate > MAX_GIF_FRAME_RATE else ""
    # A palette for each frame needs no second pass; one for the whole video would hold all of it.
    palettes = (
        f"{fewer}split[seen][painted];"
        "[seen]palettegen=stats_mode=single:reserve_transparent=0[palette];"
        "[painted][palette]paletteuse=new=1:dither=sierra2_4a"
    )
    return _ffmpeg(path, layout, ["-filter_complex", palettes, "-loop", "0", "-f", "gif"])


# imageio_ffmpeg.write_frames keeps ffmpeg's exit status to itself, so that a disk that fills up
# while the last frames are flushed would leave a broken file unnoticed.
@contextlib.contextmanager
def _ffmpeg(path: Path, layout: Layout, options: list[str]) -> Iterator[Write]:
    height, width = layout.frame_size
    rate = str(Fraction(layout.frame_rate).limit_denominator(100_000))
    command = [
        *[ffmpeg.executable(), "-y", "-hide_banner", "-nostats", "-v", "error"],
        *["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate],
        *["-i", "pipe:0", *options, f"file:{path}"],
    ]
    with contextlib.ExitStack() as stack:
        # Ended by a signal in between, either would be left behind.
        with uninterrupted():
            log = stack.enter_context(tempfile.TemporaryFile())
            process = _start(command, log)
            stack.callback(_end, process)
        yield partial(_feed, process, log)
        assert process.stdin is not None
        process.stdin.close()
        if process.wait():
            raise _ffmpeg_error(log)


def _start(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts ffmpeg. An unbuffered pipe leaves nothing to fail on closing; with Python's signals,
    ffmpeg reports a file size limit rather than dying of it.
    """
    return subprocess.Popen(
        command,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=log,
        restore_signals=False,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


def _feed(process: subprocess.Popen[bytes], log: IO[bytes], frames: np.ndarray) -> None:
    rgb = np.ascontiguousarray(np.broadcast_to(frames, (*frames.shape[:-1], 3)))
    assert process.stdin is not None
    try:
        _write_all(process.stdin, rgb.data)
    except BrokenPipeError:
        process.wait()
        raise _ffmpeg_error(log) from None


def _ffmpeg_error(log: IO[bytes]) -> OSError:
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines() or ["ffmpeg failed"]
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EIO):
        if any(os.strerror(code) in line for line in lines):
            return OSError(code, os.strerror(code))
    return OSError(errno.EIO, lines[0])


def write_png(path: Path, pixels: np.ndarray) -> None:
    """Write [H, W, 3] or [H, W, 1] uint8 as PNG; through memory, for Pillow drops the errno."""
    content = io.BytesIO()
    Image.fromarray(pixels if pixels.shape[-1] == 3 else pixels[..., 0]).save(content, "PNG")
    path.write_bytes(content.getbuffer())


def _write_all(file: IO[bytes] | io.FileIO, data: memoryview) -> None:
    """Write all of `data` to an unbuffered file, which may take it in pieces."""
    left = data.cast("B")
    while left:
        left = left[file.write(left) :]


_ENCODERS: dict[str, Encoder] = {
    ".mp4": _mp4,
    ".gif": _gif,
    ".npy": _array,
    ".png": _sheet,
    "": _picture_folder,
}
