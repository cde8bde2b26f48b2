"""One training at a time in a work directory."""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from tf_dyngen.errors import UserError
from tf_dyngen.video.writers import write_errors

NAME = ".lock"
# Beside the lock: Windows lets no other process read a file that is locked.
HOLDER = ".lock_process"
# Of some network disks.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)


@contextlib.contextmanager
def hold(
    workdir: Path, report: Callable[[str], None], *, flag: str = "--workdir"
) -> Iterator[None]:
    """Keep a work directory for this process while the block lasts.

    The system lets go of it however the process ends. Folders that were made for the lock are
    removed if they are empty in the end.

    Args:
      workdir: of the run; made if it is not there.
      report: called with a line where the disk knows no locks, and nothing is kept.
      flag: by which a command is given the folder.
    Raises: UserError, with its process id, if another process holds it.
    """
    made = [folder for folder in (workdir, *workdir.parents) if not folder.exists()]
    lock = filelock.FileLock(workdir / NAME, timeout=0)
    try:
        with write_errors(workdir):
            workdir.mkdir(parents=True, exist_ok=True)
            _acquire(lock, workdir, report, flag)
            (workdir / HOLDER).write_text(f"{os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        if lock.is_locked:
            # The lock's file goes while it is held: it is never another process's.
            for name in (HOLDER, NAME):
                with contextlib.suppress(OSError):
                    (workdir / name).unlink()
            lock.release()
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _acquire(
    lock: filelock.BaseFileLock, workdir: Path, report: Callable[[str], None], flag: str
) -> None:
    try:
        lock.acquire()
    except filelock.Timeout:
        raise UserError(
            f"{workdir} is in use by process {_holder(workdir)}, which trains there",
            f"wait until it has ended, or use another {flag}",
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        report(f"{workdir} is on a disk without locks: train there once at a time")


def _holder(workdir: Path) -> str:
    try:
        return (workdir / HOLDER).read_text(encoding="utf-8").strip() or "unknown"
    except OSError:
        return "unknown"
