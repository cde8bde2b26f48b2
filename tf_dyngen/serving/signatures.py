"""What a served model takes and gives, as the server's metadata tells it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

_DTYPES = {
    "DT_UINT8": np.dtype(np.uint8),
    "DT_INT32": np.dtype(np.int32),
    "DT_INT64": np.dtype(np.int64),
    "DT_FLOAT": np.dtype(np.float32),
}
Shape = tuple[int | None, ...]


class TensorSpec(NamedTuple):
    """Type and shape of one input or output; None stands for any size, or for any shape."""

    dtype: np.dtype
    shape: Shape | None

    def __str__(self) -> str:
        sizes = "..." if self.shape is None else ", ".join(map(_size_text, self.shape))
        return f"{self.dtype} [{sizes}]"


class Signature(NamedTuple):
    """Inputs and outputs of one signature, by name."""

    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]


class Description(NamedTuple):
    """Sizes of a served generator; appearance_size is 0 where clips do not differ in looks.

    has_variety: whether how far new video goes from the clip can be set.
    """

    height: int
    width: int
    channels: int
    state_size: int
    appearance_size: int
    has_variety: bool


def read_signatures(metadata: Mapping[str, Any]) -> dict[str, Signature]:
    """Reads a SignatureDefMap in the JSON form of protocol buffers.

    Signatures with types that no generator has, such as that of initialisation, are left out.

    Raises: LookupError, TypeError, ValueError or AttributeError where it is none.
    """
    found = {}
    for name, definition in metadata["signature_def"].items():
        sides = [_read_tensors(definition.get(side, {})) for side in ("inputs", "outputs")]
        if all(side is not None for side in sides):
            found[name] = Signature(*sides)  # type: ignore[arg-type]
    return found


def describe(signatures: Mapping[str, Signature]) -> Description:
    """Reads a generator's sizes off its signature `stream`.

    Raises: ValueError, with what is missing, where the signatures are no generator's.
    """
    stream = signatures.get("stream")
    if stream is None:
        raise ValueError("it has no signature 'stream'")
    frames = _shape(stream.outputs, "frames", 5)
    state = _shape(stream.inputs, "state", 2)
    appearance = _shape(stream.inputs, "appearance", 2) if "appearance" in stream.inputs else (0,)
    sizes = [*frames[2:], state[-1], appearance[-1]]
    if None in sizes or stream.outputs["frames"].dtype != np.uint8:
        raise ValueError(f"its frames are {stream.outputs['frames']}, its states {list(state)}")
    return Description(*sizes, has_variety="stream_varied" in signatures)  # type: ignore[arg-type]


def check_outputs(outputs: Mapping[str, np.ndarray], signature: Signature) -> None:
    """Raises ValueError unless all outputs of the signature are there in their types and shapes."""
    for name, spec in signature.outputs.items():
        if name not in outputs:
            raise ValueError(f"{name!r} is missing")
        array = outputs[name]
        if array.dtype != spec.dtype or not _fits(array.shape, spec.shape):
            found = f"{array.dtype} {list(array.shape)}"
            raise ValueError(f"{name!r} is {found}, where {spec} is announced")


def _read_tensors(tensors: Mapping[str, Any]) -> dict[str, TensorSpec] | None:
    if any(tensor.get("dtype") not in _DTYPES for tensor in tensors.values()):
        return None
    return {
        name: TensorSpec(_DTYPES[tensor["dtype"]], _read_shape(tensor.get("tensor_shape", {})))
        for name, tensor in tensors.items()
    }


def _read_shape(shape: Mapping[str, Any]) -> Shape | None:
    if shape.get("unknown_rank"):
        return None
    # 64-bit numbers are strings in the JSON form; a field that holds 0 may be left out.
    sizes = [int(dimension.get("size", 0)) for dimension in shape.get("dim", [])]
    return tuple(None if size < 0 else size for size in sizes)


def _shape(tensors: Mapping[str, TensorSpec], name: str, rank: int) -> Shape:
    spec = tensors.get(name)
    if spec is None or spec.shape is None or len(spec.shape) != rank:
        raise ValueError(f"its signature 'stream' has no {name!r} of {rank} axes")
    return spec.shape


def _fits(found: tuple[int, ...], wanted: Shape | None) -> bool:
    if wanted is None:
        return True
    pairs = zip(found, wanted, strict=False)
    return len(found) == len(wanted) and all(want in (None, size) for size, want in pairs)


def _size_text(size: int | None) -> str:
    return "any" if size is None else str(size)
