"""The clips of a run on disk: kept from session to session while their source stays the same."""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from tf_dyngen.video.clip_store import FRAMES, INDEX, ClipStore, write_clip_store
from tf_dyngen.video.clips import Clip
from tf_dyngen.video.writers import write_errors

_NAME = re.compile(r"[0-9a-f]{16}(\.[0-9]+\.unfinished)?")


class ClipCache:
    """A folder of clip stores, one a signature; as a context manager it leaves those in use.

    When the block ends well, stores that were not asked for are removed; when it ends with an
    error, those that were written in it, and the folders made for them. Nothing else in the folder
    is ever touched.

    Args:
      folder: made when the first store is written.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._made_folders = [path for path in (folder, *folder.parents) if not path.exists()]
        self._used: set[str] = set()
        self._written: set[str] = set()

    def __enter__(self) -> "ClipCache":
        return self

    def __exit__(self, kind, error, traceback) -> None:
        if kind is None:
            found = {path.name for path in self._folder.iterdir() if _is_store(path)}
            self._remove(found - self._used)
            return
        self._remove(self._written)
        for path in self._made_folders:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()

    def get(self, signature: str, clips: Iterable[Clip], frame_shape: tuple[int, ...]) -> ClipStore:
        """Opens the store of a signature; writes it first if it is not there.

        Args:
          signature: 16 hexadecimal digits that stand for all that decides the clips.
          clips: taken only if they must be written.
          frame_shape: (H, W, C).
        Raises: UserError if a clip cannot be read or the store cannot be written.
        """
        if not _NAME.fullmatch(signature):
            raise ValueError(f"a signature is 16 hexadecimal digits, not {signature!r}")
        self._used.add(signature)
        folder = self._folder / signature
        if not folder.is_dir():
            self._write(folder, clips, frame_shape)
        return ClipStore(folder)

    def _write(self, folder: Path, clips: Iterable[Clip], frame_shape: tuple[int, ...]) -> None:
        # Under its own name only once it is whole: a killed process leaves nothing that looks so.
        unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.unfinished")
        self._written |= {folder.name, unfinished.name}
        with write_errors(folder):
            unfinished.mkdir(parents=True)
            write_clip_store(unfinished, clips, frame_shape)
            unfinished.rename(folder)

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            shutil.rmtree(self._folder / name, ignore_errors=True)


def _is_store(path: Path) -> bool:
    """Whether a cache has made `path`: its name says so, and so does all that it holds."""
    if not _NAME.fullmatch(path.name) or path.is_symlink() or not path.is_dir():
        return False
    return {inside.name for inside in path.iterdir()} <= {INDEX, FRAMES}
