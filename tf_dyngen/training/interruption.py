"""Stopping in good order: SIGINT and SIGTERM become a request that the training loop asks for."""

import contextlib
import os
import signal
import threading

_STDERR = 2


class StopRequest:
    """A context in which SIGINT and SIGTERM set a flag; a second signal acts as it used to.

    Beside the main thread, where Python takes no signals, it does nothing.

    Args:
      line: said at once when a signal comes; None says nothing.

    Attributes:
      number: of the signal that has come; None if none has.
    """

    def __init__(self, line: str | None = None):
        self._line = line
        self.number: int | None = None
        self._previous: dict[int, object] = {}

    def __enter__(self):
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._request)
        return self

    def __exit__(self, *exception):
        self._restore()

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self.number is not None

    def _request(self, number, frame):
        self.number = number
        self._restore()
        if self._line:
            # The signal may come in the middle of a print, which cannot be entered twice.
            with contextlib.suppress(OSError):
                os.write(_STDERR, f"\n{self._line}\n".encode())

    def _restore(self):
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._previous.clear()
