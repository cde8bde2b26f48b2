"""What the inputs of exported signatures must be, checked in the graph.

Every check is an operation of the graph itself: whoever runs the model, in whatever language, gets
an InvalidArgument error that names the input, and nothing is computed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.inference.video_draws import BLOCK

# Of a response: bytes as uint8, four times as many as float32.
MOST_PIXEL_VALUES = 2**27
# What all rows of one call may take while they are computed.
MOST_CALL_BYTES = 2**30
MOST_ROWS = 64
MOST_NOISE_SCALE = 4.0
LAST_FRAME = 2**31 - 1


class Bounds(NamedTuple):
    """The smallest and largest values of an input, and what they are."""

    low: float
    high: float
    meaning: str


BOUNDS = {
    "seed": Bounds(0, LAST_FRAME, "a whole number"),
    "num_frames": Bounds(1, LAST_FRAME, "how many frames"),
    "position": Bounds(0, LAST_FRAME, "how many frames are past"),
    "noise_scale": Bounds(0.0, MOST_NOISE_SCALE, "a factor on the noise"),
    "variety": Bounds(0.0, 1.0, "how far new video goes from the clip"),
}
SMALLEST_SIDE, LARGEST_SIDE = 4, 8192


class Limits(NamedTuple):
    """What one call may ask for.

    rows: the most requests in a batch. pixel_values: the most of a response, B * T * H * W * C.
    inferred_frames: the most frames of a clip that is inferred.
    """

    rows: int
    pixel_values: int
    inferred_frames: int


class Span(NamedTuple):
    """Numbers of a state that follow each other and have one range; `width` is how many."""

    width: int
    low: float
    high: float


def limit_rows(bytes_of_a_row: int) -> int:
    """Returns how many rows fit into memory at once."""
    return max(1, min(MOST_ROWS, MOST_CALL_BYTES // bytes_of_a_row))


def check_inputs(
    inputs: Mapping[str, tf.Tensor],
    limits: Limits,
    *,
    pixels: int,
    latents: int,
    num_clips: int,
    state_spans: Sequence[Span] = (),
) -> dict[str, tf.Tensor]:
    """Returns the inputs of a signature, of which nothing is computed before they are checked.

    Args:
      inputs: by their names, which say what they must be.
      limits: of a call.
      pixels: H * W * C.
      latents: numbers that inference gives for a frame.
      num_clips: of the trained clips that the export knows.
      state_spans: of a state's numbers, in their order; none where any will do.
    """
    inputs = _behind(_check_rows(inputs, limits), inputs)
    checks = []
    for name, value in inputs.items():
        if value.dtype.is_floating:
            finite = tf.reduce_all(tf.math.is_finite(value))
            checks.append(_require(finite, f"{name} holds NaN or infinity: give finite numbers"))
        bounds = BOUNDS.get(name)
        if name == "clip" and value.shape.rank == 1:
            bounds = Bounds(-1, num_clips - 1, "a trained clip's index, or -1: a draw of the prior")
        if bounds:
            checks.append(_check_bounds(name, value, bounds))
        if name in ("state", "states") and state_spans:
            checks.append(_check_states(name, value, state_spans))
    checks += _check_lengths(inputs, limits, pixels, latents)
    return _behind(checks, inputs)


def _behind(checks: Sequence[tf.Operation], inputs: Mapping[str, tf.Tensor]):
    """Returns the inputs as they are once the checks have been passed."""
    with tf.control_dependencies(checks):
        return {name: tf.identity(value) for name, value in inputs.items()}


def _check_rows(inputs: Mapping[str, tf.Tensor], limits: Limits) -> list[tf.Operation]:
    """All inputs have one number of rows, at least 1 and at most as many as fit."""
    (first, value), *others = inputs.items()
    rows = tf.shape(value)[0]
    few = f"{first} has more than {limits.rows} rows: make several calls; rows:"
    checks = [
        _require(rows >= 1, f"{first} has no rows: give at least one"),
        _require(rows <= limits.rows, few, rows),
    ]
    for name, other in others:
        found = tf.shape(other)[0]
        same = f"{name} and {first} must have one number of rows; rows of {name} and {first}:"
        checks.append(_require(tf.equal(found, rows), same, found, rows))
    return checks


def _check_bounds(name: str, value: tf.Tensor, bounds: Bounds) -> tf.Operation:
    fits = tf.logical_and(value >= bounds.low, value <= bounds.high)
    wanted = f"{name} must be from {bounds.low:g} to {bounds.high} ({bounds.meaning}); {name}:"
    return _require(tf.reduce_all(fits), wanted, value)


def _check_states(name: str, value: tf.Tensor, spans: Sequence[Span]) -> tf.Operation:
    """Places and moments in a state are such as there are."""
    widths = [span.width for span in spans]
    low, high = (
        tf.repeat(tf.constant(ends, tf.float32), widths)
        for ends in ([span.low for span in spans], [span.high for span in spans])
    )
    fits = tf.reduce_all(tf.logical_and(value >= low, value <= high))
    wanted = f"{name} is no state of this model: give one that start, stream, animate or infer gave"
    return _require(fits, wanted)


def _check_lengths(
    inputs: Mapping[str, tf.Tensor], limits: Limits, pixels: int, latents: int
) -> list[tf.Operation]:
    """Videos that are given and asked for have frames, and not too many; images have pixels."""
    checks = []
    for name, value in inputs.items():
        if name == "num_frames":
            checks += _check_size(tf.shape(value)[0], tf.reduce_max(value), limits, pixels)
        if name == "position":
            last = LAST_FRAME - BLOCK - tf.maximum(inputs["num_frames"], 0)
            late = f"position must be at most {LAST_FRAME - BLOCK} - num_frames; position:"
            checks.append(_require(tf.reduce_all(value <= last), late, value))
        if name == "image":
            sides = tf.shape(value)[1:3]
            fits = tf.logical_and(sides >= SMALLEST_SIDE, sides <= LARGEST_SIDE)
            bounds = f"image must have {SMALLEST_SIDE} to {LARGEST_SIDE} rows and columns; it has:"
            checks.append(_require(tf.reduce_all(fits), bounds, sides))
        if name in ("clip", "states") and value.shape.rank > 1:
            shape = tf.shape(value)
            some = f"{name} has no frames: give at least one"
            checks.append(_require(shape[1] >= 1, some))
            values = max(pixels, latents) if name == "clip" else pixels
            checks += _check_size(shape[0], shape[1], limits, values)
        if name == "clip" and value.shape.rank > 1:
            most = f"clip must have at most {limits.inferred_frames} frames; frames:"
            num_frames = tf.shape(value)[1]
            checks.append(_require(num_frames <= limits.inferred_frames, most, num_frames))
        if name == "hidden":
            lengths = tf.shape(value)[1], tf.shape(inputs["clip"])[1]
            same = "hidden must have as many frames as clip; frames of hidden and clip:"
            checks.append(_require(tf.equal(*lengths), same, *lengths))
            # The shape is checked elsewhere.
            seen = tf.reduce_any(tf.equal(value, 0), axis=list(range(1, value.shape.rank or 4)))
            every = "hidden hides every pixel of a clip; clips of which something is visible:"
            checks.append(_require(tf.reduce_all(seen), every, seen))
    return checks


def _check_size(rows: tf.Tensor, num_frames: tf.Tensor, limits: Limits, pixels: int):
    values = tf.cast(rows, tf.int64) * tf.cast(num_frames, tf.int64) * pixels
    small = (
        f"a response holds at most {limits.pixel_values} pixel values (rows * frames * {pixels}):"
        " ask for fewer frames, and for a long video in chunks, by stream; frames:"
    )
    return [_require(values <= limits.pixel_values, small, num_frames)]


def _require(condition: tf.Tensor, message: str, *values: tf.Tensor) -> tf.Operation:
    return tf.debugging.Assert(condition, [message, *values], summarize=8)
