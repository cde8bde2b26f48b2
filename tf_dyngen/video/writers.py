"""Writing videos and small files: streamed in constant memory, and whole or not at all."""

import contextlib
import errno
import functools
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.messages import say
from tf_dyngen.video import encoding

_ADVICE = {
    errno.ENOSPC: "free some space, or write to another disk",
    errno.EDQUOT: "free some space, or write to another disk",
    errno.EFBIG: "raise the limit on file sizes, or write fewer or smaller frames",
    errno.EACCES: "choose a place that you may write to",
    errno.EPERM: "choose a place that you may write to",
    errno.EROFS: "choose a place that you may write to",
    errno.EEXIST: "a file stands where a folder is wanted; choose another name",
    errno.ENOTDIR: "a file stands where a folder is wanted; choose another name",
    errno.EISDIR: "a folder stands where a file is wanted; choose another name",
    errno.ENOTEMPTY: "choose a new or an empty folder",
    errno.ENAMETOOLONG: "choose a shorter name",
}


class VideoWriter:
    """Takes the frames of one output, in any number of pieces; made by `open_video_writer`."""

    def __init__(self, path: Path, layout: encoding.Layout, write: Callable[[np.ndarray], None]):
        self._path = path
        self._frame_shape = (*layout.frame_size, layout.channels)
        self._num_videos = layout.num_videos
        self._num_wanted = layout.num_videos * layout.num_frames
        self._num_written = 0
        self._write = write

    def append(self, frames: np.ndarray) -> None:
        """Write the next frames, [n, H, W, C] uint8; of several videos, one after the other.

        Raises: ValueError for another shape or type, or for more frames than announced; UserError
          when they cannot be written, as on a full disk.
        """
        if frames.dtype != np.uint8 or frames.shape[1:] != self._frame_shape:
            raise ValueError(
                f"{self._path}: uint8 frames {[None, *self._frame_shape]} are wanted,"
                f" found {frames.dtype} {list(frames.shape)}"
            )
        if not len(frames):
            return
        self._num_written += len(frames)
        if self._num_written > self._num_wanted:
            raise ValueError(
                f"{self._path}: {self._num_wanted} frames announced, {self._num_written} appended"
            )
        with write_errors(self._path):
            self._write(np.ascontiguousarray(frames))

    def end_early(self) -> None:
        """Let the frames appended so far be all: the file is whole, only shorter.

        Raises: ValueError if there are none yet, or several videos.
        """
        if not self._num_written or self._num_videos > 1:
            raise ValueError(f"{self._path}: {self._num_written} frames cannot be all of it")
        self._num_wanted = self._num_written

    def check_complete(self) -> None:
        """Raise ValueError unless all the frames announced, or left of them, are there."""
        if self._num_written != self._num_wanted:
            raise ValueError(
                f"{self._path}: {self._num_wanted} frames announced, {self._num_written} appended"
            )


@contextlib.contextmanager
def open_video_writer(
    path: str | os.PathLike[str],
    *,
    num_frames: int,
    frame_size: tuple[int, int],
    channels: int,
    frame_rate: float,
    num_videos: int = 1,
    sound: encoding.Sound | None = None,
    is_loop: bool = False,
) -> Iterator[VideoWriter]:
    """Open `path` for writing frame by frame, in the form that its suffix names.

    .mp4 is H.264 without visible loss, .gif loops for ever with 256 colours a frame, .npy is the
    exact uint8 array, .png a contact sheet of up to 16 frames, and a path without a suffix is a
    folder of exact pictures, frame_00000.png and so on.

    All is written under a temporary name beside `path`, and takes its place when the block ends;
    when the block raises, the temporary goes and what stood at `path` is untouched.

    Args:
      path: where to write; missing parent folders are made, an existing file is replaced.
      num_frames: T, how many frames will be appended for each video.
      frame_size: (H, W) in pixels.
      channels: C, 3 for RGB or 1 for grey.
      frame_rate: frames a second; .npy, .png and folders keep none; .gif at most 50, of more some
        are left out. .mp4 repeats the last row or column of odd sizes. Both are said.
      num_videos: N; more than 1 only for .npy, which is then [N, T, H, W, C].
      sound: to go with the frames, in .mp4.
      is_loop: whether the first frame follows the last, which a contact sheet then shows.
    Yields: VideoWriter, to which exactly num_videos * num_frames frames are to be appended, unless
        its `end_early` says that they were all.
    Raises: UserError when `path` has another suffix, is a non-empty folder, or cannot be written.
    """
    path = Path(path)
    layout = encoding.Layout(
        num_videos, num_frames, frame_size, channels, frame_rate, sound, is_loop
    )
    encoder = encoding.encoder_for(path)
    _check_layout(path, layout)
    _check_free(path)
    for line in encoding.changes_of(path, layout):
        _say_once(line)
    with replacing(path) as temporary, contextlib.ExitStack() as stack:
        with write_errors(path):
            write = stack.enter_context(encoder(temporary, layout))
        writer = VideoWriter(path, layout, write)
        yield writer
        writer.check_complete()
        # Closing flushes what is left, which is where a full disk often shows.
        with write_errors(path):
            stack.close()


def write_video(path: str | os.PathLike[str], frames: np.ndarray, frame_rate: float) -> None:
    """Write frames [T, H, W, C], or several videos [N, T, H, W, C] to .npy, uint8, all at once.

    Raises: UserError as `open_video_writer` does.
    """
    num_videos = len(frames) if frames.ndim == 5 else 1
    videos = frames if frames.ndim == 5 else frames[None]
    _, num_frames, height, width, channels = videos.shape
    with open_video_writer(
        path,
        num_frames=num_frames,
        frame_size=(height, width),
        channels=channels,
        frame_rate=frame_rate,
        num_videos=num_videos,
    ) as writer:
        for video in videos:
            writer.append(video)


def output_paths(path: str | os.PathLike[str], num_videos: int) -> list[Path]:
    """Name the outputs of `num_videos` videos, after checking that they may be written.

    One video goes to `path` itself. Several go to stem_000.mp4, stem_001.mp4, ... beside it, or
    to folders path/video_000, ...; but to one .npy file, which holds num_videos / len(result)
    videos, one after the other (`num_videos` of `open_video_writer`).

    Raises: UserError when `path` has an unknown suffix or stands for a non-empty folder.
    """
    path = Path(path)
    suffix = encoding.form_of(path)
    encoding.encoder_for(path)
    _check_free(path)
    if num_videos == 1 or suffix == ".npy":
        return [path]
    digits = max(3, len(str(num_videos - 1)))
    numbers = [f"{number:0{digits}d}" for number in range(num_videos)]
    if not suffix:
        return [path / f"video_{number}" for number in numbers]
    paths = [path.with_name(f"{path.stem}_{number}{path.suffix}") for number in numbers]
    for each in paths:
        _check_free(each)
    return paths


def write_atomically(path: str | os.PathLike[str], data: bytes | str) -> None:
    """Write a small file whole or not at all; text as UTF-8. Missing parent folders are made.

    Raises: UserError when it cannot be written.
    """
    path = Path(path)
    content = data.encode() if isinstance(data, str) else data
    with replacing(path) as temporary, write_errors(path):
        temporary.write_bytes(content)


def write_picture(path: str | os.PathLike[str], pixels: np.ndarray) -> None:
    """Write a picture [H, W, C] uint8 as .png, whole or not at all.

    Raises: UserError when it cannot be written.
    """
    path = Path(path)
    with replacing(path) as temporary, write_errors(path):
        encoding.write_png(temporary, pixels)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path that takes the place of `path` when the block ends without error.

    Parent folders are made; where it does not end so, they are removed again.
    """
    # A link keeps pointing where it points; what it points to is replaced.
    target = path.resolve()
    temporary = target.with_name(f".{target.name[:40]}.{uuid.uuid4().hex[:12]}.tmp")
    made: list[Path] = []
    try:
        with write_errors(path):
            made += [folder for folder in target.parents if not folder.exists()]
            target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with write_errors(path):
            if temporary.is_file():
                with temporary.open("rb") as file:
                    os.fsync(file.fileno())
            temporary.replace(target)
    finally:
        # What went wrong above is worth more than what goes wrong in tidying up.
        with contextlib.suppress(OSError):
            if temporary.is_dir():
                shutil.rmtree(temporary)
            else:
                temporary.unlink(missing_ok=True)
            # Those that hold something stay.
            for folder in made:
                folder.rmdir()


@functools.cache
def _say_once(line: str) -> None:
    """Says what is the same of every file that is written, once."""
    say(line)


def _check_layout(path: Path, layout: encoding.Layout) -> None:
    positive = min(layout.num_videos, layout.num_frames, *layout.frame_size, layout.frame_rate) > 0
    if not positive or layout.channels not in (1, 3):
        raise ValueError(f"{path}: no video can have {layout}")
    if layout.num_videos > 1 and encoding.form_of(path) != ".npy":
        raise ValueError(f"{path}: only .npy holds several videos, {layout.num_videos} announced")


def _check_free(path: Path) -> None:
    """Raise UserError, before any work is done, where writing `path` is bound to fail."""
    with write_errors(path):
        if path.is_dir():
            if encoding.form_of(path):
                _refuse(errno.EISDIR)
            if any(path.iterdir()):
                _refuse(errno.ENOTEMPTY)
        elif path.exists() and not encoding.form_of(path):
            _refuse(errno.EEXIST)
    require_folder_for(path)


def require_folder_for(path: Path) -> None:
    """Raise UserError where the folder of `path` cannot be made or written to."""
    with write_errors(path):
        parent = next(folder for folder in path.resolve().parents if folder.exists())
        if not parent.is_dir():
            _refuse(errno.ENOTDIR)
        if not os.access(parent, os.W_OK | os.X_OK):
            _refuse(errno.EACCES)


def _refuse(code: int) -> NoReturn:
    raise OSError(code, os.strerror(code))


@contextlib.contextmanager
def write_errors(path: Path) -> Iterator[None]:
    """Raise UserError, with what to do, where writing `path` fails in the block."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        advice = _ADVICE.get(error.errno or 0, "check the place and the disk")
        raise UserError(f"cannot write {path}: {reason}", advice) from error
