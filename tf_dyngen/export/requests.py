"""What the inputs of exported signatures must be, checked in the graph.

Every check is an operation of the graph itself: whoever runs the model, in whatever language, gets
an InvalidArgument error that names the input. The operations returned are to be control inputs of
all that is computed, so that nothing is computed of what is refused.
"""

from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.inference.video_draws import BLOCK

# Of a response: bytes as uint8, four times as many as float32.
MOST_PIXEL_VALUES = 2**27
# Of one call, which computes BLOCK frames of every row at once.
MOST_BLOCK_BYTES = 2**30
MOST_ROWS = 64
MOST_NOISE_SCALE = 4.0
LAST_FRAME = 2**31 - 1
SMALLEST_SIDE, LARGEST_SIDE = 4, 8192


class Limits(NamedTuple):
    """What one call may ask for.

    rows: the most requests in a batch. pixel_values: the most of a response, B * T * H * W * C.
    inferred_frames: the most frames of a clip that is inferred.
    """

    rows: int
    pixel_values: int
    inferred_frames: int


def limit_rows(bytes_of_a_frame: int) -> int:
    """Returns how many rows' blocks fit into memory at once."""
    return max(1, min(MOST_ROWS, MOST_BLOCK_BYTES // (BLOCK * bytes_of_a_frame)))


def with_shape(value: tf.Tensor, shape) -> tf.Tensor:
    """Returns the value, whose shape is checked when the graph runs: callers may feed any."""
    return tf.ensure_shape(value, shape)


def require_rows(limits: Limits, **inputs: tf.Tensor) -> list[tf.Operation]:
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


def require_counts(num_frames: tf.Tensor, limits: Limits, pixels: int) -> list[tf.Operation]:
    """Numbers of frames, [B], are positive and their response is not too large."""
    positive = "num_frames must be at least 1; num_frames:"
    return [
        _require(tf.reduce_all(num_frames >= 1), positive, num_frames),
        *require_size(tf.shape(num_frames)[0], tf.reduce_max(num_frames), limits, pixels),
    ]


def require_size(
    rows: tf.Tensor, num_frames: tf.Tensor, limits: Limits, pixels: int
) -> list[tf.Operation]:
    """A response of so many rows of so many frames, scalars, is not too large."""
    values = tf.cast(rows, tf.int64) * tf.cast(num_frames, tf.int64) * pixels
    small = (
        f"a response holds at most {limits.pixel_values} pixel values (rows * frames * {pixels}):"
        " ask for fewer frames, and for a long video in chunks, by stream; frames:"
    )
    return [_require(values <= limits.pixel_values, small, num_frames)]


def require_seed(seed: tf.Tensor) -> list[tf.Operation]:
    """Seeds, [B], are not negative."""
    return [_require(tf.reduce_all(seed >= 0), "seed must not be negative; seed:", seed)]


def require_position(position: tf.Tensor, num_frames: tf.Tensor) -> list[tf.Operation]:
    """Positions, [B], are those of frames that can be counted."""
    last = LAST_FRAME - BLOCK - tf.maximum(num_frames, 0)
    fits = tf.logical_and(position >= 0, position <= last)
    bounds = f"position must be from 0 to {LAST_FRAME - BLOCK} - num_frames; position:"
    return [_require(tf.reduce_all(fits), bounds, position)]


def require_finite(**inputs: tf.Tensor) -> list[tf.Operation]:
    """Numbers are numbers."""
    return [
        _require(
            tf.reduce_all(tf.math.is_finite(value)),
            f"{name} holds NaN or infinity: give finite numbers",
        )
        for name, value in inputs.items()
    ]


def require_noise_scale(noise_scale: tf.Tensor) -> list[tf.Operation]:
    """Factors on the noise, [B], are not negative and keep states near those that were learned."""
    fits = tf.logical_and(noise_scale >= 0.0, noise_scale <= MOST_NOISE_SCALE)
    bounds = f"noise_scale must be from 0 to {MOST_NOISE_SCALE:g}; noise_scale:"
    return [_require(tf.reduce_all(fits), bounds, noise_scale)]


def require_clip(clip: tf.Tensor, num_clips: int) -> list[tf.Operation]:
    """Indices of clips, [B], are those of clips that the export has, or -1."""
    fits = tf.logical_and(clip >= -1, clip < num_clips)
    bounds = f"clip must be from 0 to {num_clips - 1}, or -1 for a draw of the prior; clip:"
    return [_require(tf.reduce_all(fits), bounds, clip)]


def require_image(image: tf.Tensor) -> list[tf.Operation]:
    """Images, [B, H, W, C], are of a size that can be brought to the model's."""
    sides = tf.shape(image)[1:3]
    fits = tf.logical_and(sides >= SMALLEST_SIDE, sides <= LARGEST_SIDE)
    bounds = f"image must have from {SMALLEST_SIDE} to {LARGEST_SIDE} rows and columns; it has:"
    return [_require(tf.reduce_all(fits), bounds, sides)]


def require_length(most: int, **inputs: tf.Tensor) -> list[tf.Operation]:
    """Inputs [B, T, ...] have frames, and not too many."""
    checks = []
    for name, value in inputs.items():
        num_frames = tf.shape(value)[1]
        fits = tf.logical_and(num_frames >= 1, num_frames <= most)
        bounds = f"{name} must have from 1 to {most} frames; frames:"
        checks.append(_require(fits, bounds, num_frames))
    return checks


def require_same_frames(clip: tf.Tensor, hidden: tf.Tensor) -> list[tf.Operation]:
    """A mask, [B, T, H, W], has the frames of its clip."""
    lengths = tf.shape(hidden)[1], tf.shape(clip)[1]
    same = "hidden must have as many frames as clip; frames of hidden and clip:"
    return [_require(tf.equal(*lengths), same, *lengths)]


def _require(condition: tf.Tensor, message: str, *values: tf.Tensor) -> tf.Operation:
    return tf.debugging.Assert(condition, [message, *values], summarize=8)
