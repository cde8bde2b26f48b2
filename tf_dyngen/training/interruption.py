"""Stopping in good order: SIGINT and SIGTERM become a request that the training loop asks for."""

import signal


class StopRequest:
    """A context in which SIGINT and SIGTERM set a flag; a second signal acts as it used to."""

    def __init__(self):
        self.requested = False
        self._previous: dict[int, object] = {}

    def __enter__(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._request)
        return self

    def __exit__(self, *exception):
        self._restore()

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self.requested

    def _request(self, number, frame):
        self.requested = True
        self._restore()

    def _restore(self):
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._previous.clear()
