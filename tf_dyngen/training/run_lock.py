"""One training at a time in a work directory."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tf_dyngen.errors import UserError
from tf_dyngen.video.writers import write_errors

NAME = ".lock"


@contextlib.contextmanager
def hold(workdir: Path) -> Iterator[None]:
    """Keep a work directory for this process while the block lasts.

    The system lets go of it however the process ends. Folders that were made for the lock are
    removed if they are empty in the end.

    Raises: UserError, with its process id, if another process holds it.
    """
    made = [folder for folder in (workdir, *workdir.parents) if not folder.exists()]
    path = workdir / NAME
    try:
        with write_errors(workdir):
            workdir.mkdir(parents=True, exist_ok=True)
            file = _open_locked(path)
        with file:
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
    finally:
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _open_locked(path: Path) -> IO[str]:
    """Opens and locks a file; one that was removed meanwhile is made anew."""
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            process = file.read().strip() or "unknown"
            file.close()
            raise UserError(
                f"{path.parent} is in use by process {process}, which trains there",
                "wait until it has ended, or use another --workdir",
            ) from None
        except OSError:
            # Some network disks know no locks.
            return file
        if path.exists() and os.fstat(file.fileno()).st_ino == path.stat().st_ino:
            return file
        file.close()
