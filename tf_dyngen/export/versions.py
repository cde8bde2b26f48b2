"""Numbered versions of a served model: folders 1, 2, ... of which the highest is served."""

from pathlib import Path

from tf_dyngen.errors import UserError
from tf_dyngen.video.writers import write_errors

_PATTERNS = "[]*?\\"


def next_version(output: Path) -> Path:
    """Returns the folder of the next version; UserError where it cannot be one."""
    patterns = sorted({*str(output)} & {*_PATTERNS})
    if patterns:
        raise UserError(
            f"--output={output} holds {' '.join(patterns)}, and a SavedModel cannot be loaded from"
            " there: TensorFlow reads its path as a pattern",
            "choose another folder",
        )
    return output / str(max(_versions(output), default=0) + 1)


def _versions(output: Path) -> list[int]:
    with write_errors(output):
        if output.exists() and not output.is_dir():
            raise UserError(f"{output} is no folder", "name one for the versions of the export")
        found = [path.name for path in output.iterdir()] if output.exists() else []
    return [int(name) for name in found if name.isdecimal()]
