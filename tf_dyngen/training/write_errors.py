"""What goes wrong when TensorFlow writes files, as errors that the user can put right."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

from tf_dyngen.errors import UserError


@contextlib.contextmanager
def write_errors(path: Path, advice: str) -> Iterator[None]:
    """Raises UserError, with the system's reason, where writing `path` fails in the block."""
    try:
        yield
    except (tf.errors.OpError, OSError) as error:
        raise UserError(f"cannot write {path}: {_reason(error)}", advice) from error


def _reason(error: BaseException) -> str:
    """Returns "No space left on device" of "{{node}} path; No space left on device [Op:SaveV2]"."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    first_line = str(error).strip().split("\n")[0]
    match = re.search(r"; ([^;]+?)(?: \[Op:.*)?$", first_line)
    return match[1] if match else first_line[:200]
