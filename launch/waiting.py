"""A terminal is told how long a command has been silent: whoever waits sees that it works."""

import contextlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, TextIO

SILENCE = 2.5
_PAUSE = 0.5
# To the start of the line, and nothing on it.
_CLEAR = "\r\x1b[K"


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Shows, while the block lasts, the seconds of every silence on stderr that is not short.

    They stand in a line of their own, or at the end of a progress bar, and go with the next word.
    Nothing is shown where stderr is no terminal.
    """
    stream = sys.stderr
    if not stream.isatty():
        yield
        return
    # What libraries say of themselves is kept from the terminal by way of the descriptor 2.
    with os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8") as terminal:
        watched, is_over = Watched(stream, terminal), threading.Event()
        clock = threading.Thread(target=_tell, args=(watched, is_over), daemon=True)
        sys.stderr = watched
        clock.start()
        try:
            yield
        finally:
            sys.stderr = stream
            is_over.set()
            clock.join()
            watched.clear()


@contextlib.contextmanager
def not_told() -> Iterator[None]:
    """Lets silences pass within the block, in which pictures stand on the terminal."""
    watched = sys.stderr
    if not isinstance(watched, Watched):
        yield
        return
    watched.wait_anew()
    watched.is_hushed = True
    try:
        yield
    finally:
        watched.wait_anew()
        watched.is_hushed = False


class Watched:
    """A text stream that knows how long nothing was written to it.

    Args:
      stream: what is written goes there.
      terminal: where silences are told.

    Attributes:
      is_hushed: whether silences pass untold.
    """

    def __init__(self, stream: TextIO, terminal: TextIO):
        self._stream = stream
        self._terminal = terminal
        self._lock = threading.RLock()
        self._last = time.monotonic()
        # What stands on the terminal's last line, such as a progress bar.
        self._line = ""
        self._is_told = False
        self.is_hushed = False

    def write(self, text: str) -> int:
        """Writes text, in place of what was told of the silence before it."""
        with self._lock:
            self.wait_anew()
            written = self._stream.write(text)
            self._line = (self._line + text).rpartition("\n")[2].rpartition("\r")[2]
            return written

    def clear(self) -> None:
        """Takes back what was told."""
        with self._lock:
            if self._is_told:
                self._is_told = False
                self._show(self._line)

    def wait_anew(self) -> None:
        """Counts the silence from now on."""
        with self._lock:
            self.clear()
            self._last = time.monotonic()

    def tell(self) -> None:
        """Says how long nothing was written, if that is long."""
        with self._lock:
            seconds = time.monotonic() - self._last
            if seconds >= SILENCE and not self.is_hushed:
                self._is_told = True
                note = f"  {seconds:.0f} s ..."
                width = shutil.get_terminal_size().columns - 1
                self._show(self._line[: max(0, width - len(note))] + note)

    def _show(self, line: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()
            self._terminal.write(_CLEAR + line)
            self._terminal.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _tell(watched: Watched, is_over: threading.Event) -> None:
    while not is_over.wait(_PAUSE):
        watched.tell()
