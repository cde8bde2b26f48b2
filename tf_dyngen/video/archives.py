"""Clips in zip archives that others made: each member is checked before any one is decoded.

A clip is copied to a temporary file of our own naming, decoded, and the copy removed; no path of an
archive is ever written to.
"""

import contextlib
import hashlib
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import Clip, read_clip
from tf_dyngen.video.files import require_readable

MAX_CLIP_BYTES = 512 * 2**20
_BLOCK_BYTES = 2**20
_DOWNLOAD_AGAIN = "delete the archive and download it again"
_DISTRUST = "do not use this archive; download it again from its authors' site"
# The other methods can unpack a block to a thousand times the memory that was asked for.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTION_FLAGS = 0x1 | 0x40 | 0x2000
_WINDOWS_LINK = 0x400


class ArchivedClip(NamedTuple):
    """A clip out of an archive.

    Attributes:
      sha256: hexadecimal digest of the member's bytes.
      frames: [T, H, W, C] uint8.
      frame_rate: frames a second.
    """

    sha256: str
    frames: np.ndarray
    frame_rate: float


class ClipArchive:
    """The clips of one zip archive, known by file name without folder and suffix.

    Made by `open_clips`. Files with another suffix, and those that start with a dot (macOS adds
    them), are no clips.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile, suffix: str):
        self._path = path
        self._archive = archive
        self._suffix = suffix
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            name = PureWindowsPath(info.filename)  # It splits at both kinds of slash.
            if info.is_dir() or name.suffix.lower() != suffix or name.name.startswith("."):
                continue
            if name.stem in self._members:
                raise UserError(f"{path} holds two clips named {name.stem!r}", _DISTRUST)
            self._members[name.stem] = info

    @property
    def names(self) -> list[str]:
        """The names of the clips, sorted."""
        return sorted(self._members)

    def require(self, wanted: Iterable[str]) -> None:
        """Raise UserError, naming the clips, unless the archive holds exactly those `wanted`."""
        wanted = set(wanted)
        missing, unknown = sorted(wanted - set(self.names)), sorted(set(self.names) - wanted)
        if missing:
            raise UserError(f"{self._path} lacks {_listed(missing)}", _DOWNLOAD_AGAIN)
        if unknown:
            raise UserError(
                f"{self._path} holds {_listed(unknown)}, which the data set does not have",
                "give the archive that the authors publish",
            )

    def read(self, name: str, *, size: tuple[int, int], channels: int) -> ArchivedClip:
        """Copy a clip out of the archive and decode all of it.

        Args:
          name: one of `names`.
          size: (H, W) in pixels that the clip must have.
          channels: C, 3 for RGB or 1 for luminance.
        Raises: UserError, naming member and archive, when it is damaged, of another size, or larger
          than its archive declares.
        """
        info = self._members[name]
        member = f"{info.filename} in {self._path}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"clip{self._suffix}")
            sha256 = _copy(self._archive, info, path, member)
            try:
                clip = _decode(path, size, channels)
            except UserError as error:
                problem = error.problem.replace(str(path), member)
                raise UserError(problem, _DOWNLOAD_AGAIN) from None
        return ArchivedClip(sha256, clip.frames, clip.frame_rate)


@contextlib.contextmanager
def open_clips(path: str | os.PathLike[str], *, suffix: str = ".avi") -> Iterator[ClipArchive]:
    """Open a zip archive of clips, after checking every one of its members.

    Args:
      path: the archive.
      suffix: of the clips' files, in small letters.
    Raises: UserError, naming archive and member, for an absolute name or one that leads upwards or
      to another drive, a link or device, an encrypted member, two members of one name, one of
      more than MAX_CLIP_BYTES, and a file that is no zip archive.
    """
    path = Path(path)
    require_readable(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no whole zip archive ({error})", _DOWNLOAD_AGAIN) from None
    with archive:
        _check_members(path, archive.infolist())
        yield ClipArchive(path, archive, suffix)


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for info in members:
        # `filename` ends at a zero byte, which some other program may read past.
        name = info.orig_filename
        parts = [part for part in re.split(r"[/\\]+", name) if part not in ("", ".")]
        location = "/".join(parts).casefold()
        fault = _fault(info, name, parts) or ("twice" if location in seen else None)
        if fault:
            raise UserError(f"{path} holds the member {name!r} {fault}", _DISTRUST)
        seen.add(location)


def _fault(info: zipfile.ZipInfo, name: str, parts: list[str]) -> str | None:
    """Say what is wrong with a member, in words that follow its name; None if nothing is."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if "\0" in name:
        return "with a zero byte in its name"
    if re.match(r"[/\\]|[A-Za-z]:", name):
        return "with an absolute path"
    if ".." in parts:
        return "whose path leads upwards"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or info.external_attr & _WINDOWS_LINK:
        return "which is a link or a device"
    if info.flag_bits & _ENCRYPTION_FLAGS:
        return "which is encrypted"
    if info.compress_type not in _COMPRESSIONS:
        return f"packed by method {info.compress_type}; stored or deflated members are wanted"
    if info.file_size > MAX_CLIP_BYTES:
        return f"of {info.file_size} bytes, more than {MAX_CLIP_BYTES}"
    return None


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, member: str) -> str:
    """Copy a member to `target` and return its SHA-256.

    zipfile unpacks no further than the declared size, which has been checked; a member that is in
    truth larger fails its checksum.
    """
    digest = hashlib.sha256()
    num_bytes = 0
    try:
        with archive.open(info) as source, target.open("wb") as copy:
            while block := source.read(_BLOCK_BYTES):
                num_bytes += len(block)
                digest.update(block)
                copy.write(block)
        if num_bytes != info.file_size:
            raise EOFError(f"{num_bytes} bytes, {info.file_size} are declared")
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UserError(f"{member} is damaged ({error})", _DOWNLOAD_AGAIN) from None
    return digest.hexdigest()


def _decode(path: Path, size: tuple[int, int], channels: int) -> Clip:
    clip = read_clip(path, num_frames=None, size=None, channels=channels)
    if clip.frames.shape[1:3] != size:
        found, wanted = ("x".join(map(str, sides)) for sides in (clip.frames.shape[1:3], size))
        raise UserError(
            f"{path} is {found}, {wanted} (height x width) is wanted",
            "give the file that the authors publish",
        )
    return clip


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
