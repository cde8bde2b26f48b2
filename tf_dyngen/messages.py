"""What long work tells: lines of the logger `tf_dyngen`, and progress bars.

A library says nothing on its own: the lines go where the program that uses it sends its log. The
commands, which are such programs, show them and the bars on the terminal.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tqdm

LOGGER = logging.getLogger("tf_dyngen")
LOGGER.addHandler(logging.NullHandler())


class Terminal(logging.Handler):
    """Writes lines to standard error, above progress bars.

    Args:
      word: what a line is turned into before it is written.
    """

    def __init__(self, word: Callable[[str], str] = str):
        super().__init__()
        self._word = word

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line to what standard error is now."""
        import tqdm

        tqdm.tqdm.write(self._word(record.getMessage()), file=sys.stderr)
        sys.stderr.flush()


def show_on_terminal(word: Callable[[str], str] = str) -> None:
    """Shows what is said from now on, and progress bars, on the terminal, and nowhere else.

    Args:
      word: see `Terminal`; that of the last call counts.
    """
    for handler in [handler for handler in LOGGER.handlers if isinstance(handler, Terminal)]:
        LOGGER.removeHandler(handler)
    LOGGER.addHandler(Terminal(word))
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def say(line: str) -> None:
    """Says a line that a user may want to know."""
    LOGGER.info(line)


def progress_bar(
    items: Iterable[Any] | None = None,
    what: str | None = None,
    *,
    total: int | None = None,
    done: int = 0,
    unit: str,
) -> tqdm.tqdm:
    """Returns a bar that is drawn where a terminal shows what is said.

    Args:
      items: what is gone through; None where the bar is updated by hand.
      what: is done, in words.
      total: how many units there are; the length of the items if None.
      done: how many of them were done before.
      unit: what is counted.
    """
    import tqdm

    is_shown = any(isinstance(handler, Terminal) for handler in LOGGER.handlers)
    # None draws the bar where standard error is a terminal.
    disable = None if is_shown else True
    return tqdm.tqdm(items, what, total, initial=done, unit=unit, disable=disable)
