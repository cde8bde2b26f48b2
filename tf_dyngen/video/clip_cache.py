"""The clips of a run on disk: kept from session to session while their source stays the same."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from tf_dyngen.video.clip_store import ClipStore, write_clip_store
from tf_dyngen.video.clips import Clip
from tf_dyngen.video.writers import write_errors


class ClipCache:
    """A folder of clip stores, one a signature; as a context manager it leaves no more than one.

    When the block ends well, stores that were not asked for are removed; when it ends with an
    error, those that were written in it, and the folders made for them.

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
            self._remove(
                path.name for path in self._folder.iterdir() if path.name not in self._used
            )
            return
        self._remove(self._written)
        for path in self._made_folders:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()

    def get(self, signature: str, clips: Iterable[Clip], frame_shape: tuple[int, ...]) -> ClipStore:
        """Opens the store of a signature; writes it first if it is not there.

        Args:
          signature: names all that decides the clips, in letters that a folder's name may have.
          clips: taken only if they must be written.
          frame_shape: (H, W, C).
        Raises: UserError if a clip cannot be read or the store cannot be written.
        """
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
        for name in list(names):
            shutil.rmtree(self._folder / name, ignore_errors=True)
