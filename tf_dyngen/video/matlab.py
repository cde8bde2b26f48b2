"""Arrays of numbers in MATLAB files, versions 4 to 7."""

import math
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import scipy.io

from tf_dyngen.errors import UserError

_NUMBERS = ("logical", "double", "single") + tuple(
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
)
_LONGEST_NAME = 63
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_HDF5_OFFSETS = (0, 512)
_FILE_HEADER_BYTES = 128
# Codes in "MAT-File Format" by The MathWorks: of arrays that are no cells, structs, texts or
# sparse, and of the integers and floats that values are stored as.
_COMPRESSED = 15
_COMPLEX_FLAG = 1 << 11
_NUMERIC_CLASSES = range(6, 16)
_STORED_NUMBERS = (1, 2, 3, 4, 5, 6, 7, 9, 12, 13)
# Far more than flags, shape and name take.
_VARIABLE_HEADER_BYTES = 4096
# No deflated byte stands for more.
_MAX_INFLATION = 1032
# What SciPy raises, by the kind of damage, for a file that it cannot read.
_UNREADABLE = (
    scipy.io.matlab.MatReadError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    OSError,
    EOFError,
    MemoryError,
    zlib.error,
    struct.error,
)


def read_array(path: Path, names: tuple[str, ...]) -> np.ndarray:
    """Read the first of `names` that the file holds, or else its only array of numbers.

    What lies in other variables is not read; numbers and vectors, such as the height and the width,
    may lie beside the array.

    Returns: two axes or more, in MATLAB's order.
    Raises: UserError when there is no such array or several, when it holds no real numbers, and
      when the file is damaged or of version 7.3.
    """
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if any(_read_at(file, offset, 8) == _HDF5_SIGNATURE for offset in _HDF5_OFFSETS):
            raise UserError(
                f"{path} is a MATLAB file of version 7.3 (HDF5), version 7 or before is wanted",
                "save it again with save(..., '-v7')",
            )
        try:
            variables = _list_variables(file)
        except _UNREADABLE:
            raise _damaged(path) from None
        name = _choose(variables, names, path)
        shape, kind = variables[name]
        if kind not in _NUMBERS:
            raise UserError(
                f"{name!r} in {path} is of class {kind}, an array of numbers is wanted",
                "save it as logical(full(masks))",
            )
        most_values = _MAX_INFLATION * path.stat().st_size
        if min(shape, default=0) < 0 or math.prod(map(int, shape)) > most_values:
            raise _damaged(path)
        try:
            _require_stored_numbers(file, name)
            file.seek(0)
            return scipy.io.loadmat(file, variable_names=[name])[name]
        except _UNREADABLE:
            raise _damaged(path) from None


def _list_variables(file: BinaryIO) -> dict[str, tuple[tuple[int, ...], str]]:
    """Returns (shape, class) by name."""
    file.seek(0)
    return {name: (shape, kind) for name, shape, kind in scipy.io.whosmat(file)}


def _choose(variables: dict[str, tuple], names: tuple[str, ...], path: Path) -> str:
    named = [name for name in names if name in variables]
    if named:
        return named[0]
    arrays = [
        name
        for name, (shape, kind) in variables.items()
        if kind in _NUMBERS and min(shape[:2], default=0) > 1
    ]
    if len(arrays) == 1:
        return arrays[0]
    found = [repr(name[:_LONGEST_NAME]) for name in arrays or variables]
    raise UserError(
        f"{path} holds {', '.join(found) or 'nothing'}, one array named {names[0]!r} is wanted",
        "save that array alone, or under that name",
    )


def _require_stored_numbers(file: BinaryIO, name: str) -> None:
    """Raises ValueError unless the variable `name` is stored as real numbers of a known type.

    SciPy's compiled reader looks types up unchecked: a damaged one ends the process. That a class
    is of numbers, its list of variables does not tell where a flag says `logical`.
    """
    if 0 in _read_at(file, 0, 4):
        # Version 4, which SciPy reads in Python.
        return
    order = "<" if _read_at(file, _FILE_HEADER_BYTES - 2, 2) == b"IM" else ">"
    found = [
        header for header in _variable_headers(file, order) if header[0] == name.encode("latin1")
    ]
    if not found:
        raise ValueError(f"no variable {name}")
    for _, flags, stored_type in found:
        numeric = flags & 0xFF in _NUMERIC_CLASSES and stored_type in _STORED_NUMBERS
        if not numeric or flags & _COMPLEX_FLAG:
            raise ValueError(f"values of type {stored_type}, flags {flags:#x}")


def _variable_headers(file: BinaryIO, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Yields (name, flags, type in which the values are stored) of each variable."""
    position = _FILE_HEADER_BYTES
    while len(tag := _read_at(file, position, 8)) == 8:
        kind, length = struct.unpack(f"{order}2I", tag)
        if kind == _COMPRESSED:
            deflated = file.read(min(length, _VARIABLE_HEADER_BYTES))
            header = zlib.decompressobj().decompress(deflated, _VARIABLE_HEADER_BYTES)
        else:
            header = tag + file.read(_VARIABLE_HEADER_BYTES)
        (flags,) = struct.unpack_from(f"{order}I", header, 16)
        # Behind the variable's own tag and its flags: shape, name, values.
        *_, behind_shape = _element(header, 24, order)
        _, name, behind_name = _element(header, behind_shape, order)
        stored_type, *_ = _element(header, behind_name, order)
        yield name, flags, stored_type
        position += 8 + length


def _element(header: bytes, start: int, order: str) -> tuple[int, bytes, int]:
    """Returns (type, content, where the next element starts)."""
    kind, length = struct.unpack_from(f"{order}2I", header, start)
    if kind >> 16:
        # Up to four bytes lie in the tag itself, their number in its upper half.
        return kind & 0xFFFF, header[start + 4 : start + 4 + (kind >> 16)], start + 8
    content = start + 8
    return kind, header[content : content + length], content + -(-length // 8) * 8


def _read_at(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _damaged(path: Path) -> UserError:
    return UserError(
        f"{path} is no whole MATLAB file of real numbers",
        "save it again with save(..., '-v7') or copy it again",
    )
