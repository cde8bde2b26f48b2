"""Mistakes in the words of Python: the names of arguments where commands have flags."""

import contextlib
import re
from collections.abc import Iterator

from tf_dyngen.errors import UserError


@contextlib.contextmanager
def words_of_python() -> Iterator[None]:
    """Turns what a UserError of the block says of flags into what Python calls them.

    It may stand over a function as a decorator.
    """
    try:
        yield
    except UserError as error:
        raise UserError(_reworded(error.problem), _reworded(error.advice)) from error


def _reworded(text: str) -> str:
    text = re.sub(r"--set=([\w.]+)=([\w.]+)", r'settings={"\1": \2}', text)
    return re.sub(r"--([a-z]\w*)", r"\1", text)
