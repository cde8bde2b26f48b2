"""What an evaluation is doing, told every few seconds."""

import sys
import threading
import time
from collections.abc import Iterable, Iterator

import numpy as np
import tqdm

SECONDS_BETWEEN_LINES = 2.5


class Progress:
    """A progress bar of frames, or a line every few seconds if stderr is no terminal.

    To be used in a `with` statement, which ends the thread that tells it.
    """

    def __init__(self):
        self._what = ""
        self._done = self._total = 0
        self._started = time.monotonic()
        self._ends = threading.Event()
        self._bar = None
        if sys.stderr.isatty():
            self._bar = tqdm.tqdm(unit=" frames", unit_scale=True)
        self._thread = threading.Thread(target=self._tell_now_and_then, daemon=True)

    def __enter__(self) -> "Progress":
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._ends.set()
        self._thread.join()
        if self._bar is not None:
            self._tell()
            self._bar.close()

    def expect(self, num_frames: int) -> None:
        """Adds frames that are going to be judged."""
        self._total += num_frames

    def say(self, what: str) -> None:
        """Tells what is done from now on."""
        self._what = what
        if self._bar is None:
            print(what, file=sys.stderr, flush=True)
        else:
            self._tell()

    def watch(self, blocks: Iterable[np.ndarray], what: str) -> Iterator[np.ndarray]:
        """Passes blocks of frames on, and tells of what they are and how far it is."""
        self._what = what
        for block in blocks:
            yield block
            self._done += len(block)

    def _tell_now_and_then(self) -> None:
        while not self._ends.wait(SECONDS_BETWEEN_LINES if self._bar is None else 0.5):
            self._tell()

    def _tell(self) -> None:
        if self._bar is None:
            count = f"{self._done:,} of {self._total:,} frames, " if self._total else ""
            seconds = time.monotonic() - self._started
            print(f"{self._what}: {count}{seconds:.0f} s", file=sys.stderr, flush=True)
            return
        self._bar.total = max(self._total, self._done)
        self._bar.set_description(self._what, refresh=False)
        self._bar.n = self._done
        self._bar.refresh()
