"""Frames in the graph of an export, block by block, as `tasks.synthesize` makes them."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.inference.video_draws import BLOCK, draw_noise_block
from tf_dyngen.model.generator import to_pixels
from tf_dyngen.model.latents import LatentSizes


class Blocks(NamedTuple):
    """What a generator computes of BLOCK frames, as functions of a graph.

    sizes: of the latents. rollout, emit: as of `Generator`; the roll-out's `moves` must be given.
    """

    sizes: LatentSizes
    rollout: Callable[..., tf.Tensor]
    emit: Callable[..., tf.Tensor]


class Stretch(NamedTuple):
    """Stretches of B videos, each from its own place on.

    state: [B, S], the one before its first frame. seed, position, num_frames: [B] int32.
    appearance: [B, A]. noise_scale: [B], or None for 1.
    """

    state: tf.Tensor
    seed: tf.Tensor
    position: tf.Tensor
    num_frames: tf.Tensor
    appearance: tf.Tensor
    noise_scale: tf.Tensor | None = None


def play(
    model: Blocks, stretch: Stretch, frame_shape: tuple[int, int, int], dtype: tf.DType
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns (frames [B, T, H, W, C], the states [B, S] after each stretch).

    T is the longest stretch's number of frames; those after a stretch's own are zero.

    Args:
      model: the generator.
      stretch: what to play.
      frame_shape: (H, W, C).
      dtype: of the frames: uint8, or float32 in [-1, 1].
    """
    first = stretch.position // BLOCK
    offset = stretch.position - first * BLOCK
    longest = tf.reduce_max(stretch.num_frames)
    num_blocks = tf.reduce_max((offset + stretch.num_frames - 1) // BLOCK) + 1
    blocks = tf.TensorArray(dtype, num_blocks, element_shape=[None, BLOCK, *frame_shape])

    def play_block(index, state, blocks):
        noise = _noise(model, stretch, first + index)
        # Which frame of its stretch each is: the state stands still outside.
        place = (index * BLOCK + tf.range(BLOCK))[None] - offset[:, None]
        moves = tf.logical_and(place >= 0, place < stretch.num_frames[:, None])
        states = model.rollout(state, noise, moves)
        frames = _in_type(model.emit(states, stretch.appearance), dtype)
        following = tf.ensure_shape(states[:, -1], stretch.state.shape)
        return index + 1, following, blocks.write(index, frames)

    _, state, blocks = tf.while_loop(
        lambda index, *_: index < num_blocks,
        play_block,
        (0, stretch.state, blocks),
        shape_invariants=(tf.TensorShape([]), stretch.state.shape, tf.TensorShape(None)),  # type: ignore[arg-type]
        # Emissions side by side share threads, and sums in another order round another way.
        parallel_iterations=1,
    )
    return _cut(_join(blocks, frame_shape), offset, stretch.num_frames, longest), state


def show(
    model: Blocks, states: tf.Tensor, appearance: tf.Tensor, frame_shape, dtype: tf.DType
) -> tf.Tensor:
    """Returns frames [B, T, H, W, C] of states [B, T, S] and appearance [B, A]."""
    num_frames = tf.shape(states)[1]
    num_blocks = (num_frames + BLOCK - 1) // BLOCK
    missing = num_blocks * BLOCK - num_frames
    nothing = tf.zeros([tf.shape(states)[0], missing, tf.shape(states)[2]])
    padded = tf.concat([states, nothing], axis=1)
    blocks = tf.TensorArray(dtype, num_blocks, element_shape=[None, BLOCK, *frame_shape])

    def show_block(index, blocks):
        chosen = padded[:, index * BLOCK : (index + 1) * BLOCK]
        chosen = tf.ensure_shape(chosen, [None, BLOCK, states.shape[2]])
        frames = _in_type(model.emit(chosen, appearance), dtype)
        return index + 1, blocks.write(index, frames)

    _, blocks = tf.while_loop(
        lambda index, *_: index < num_blocks, show_block, (0, blocks), parallel_iterations=1
    )
    return _join(blocks, frame_shape)[:, :num_frames]


def _noise(model: Blocks, stretch: Stretch, block: tf.Tensor) -> tf.Tensor:
    """Returns noise [B, BLOCK, N] of the blocks with the numbers `block` [B]."""
    size = model.sizes.noise
    noise = tf.map_fn(
        lambda row: draw_noise_block(row[0], row[1], size)[0],
        (stretch.seed, block),
        fn_output_signature=tf.TensorSpec([BLOCK, size], tf.float32),
    )
    if stretch.noise_scale is None:
        return noise
    return noise * stretch.noise_scale[:, None, None]


def _in_type(frames: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    return to_pixels(frames) if dtype is tf.uint8 else frames


def _join(blocks: tf.TensorArray, frame_shape) -> tf.Tensor:
    """Returns all frames [B, T, H, W, C] of blocks."""
    stacked = tf.transpose(blocks.stack(), [1, 0, 2, 3, 4, 5])
    shape = tf.shape(stacked)
    return tf.reshape(stacked, [shape[0], shape[1] * BLOCK, *frame_shape])


def _cut(frames: tf.Tensor, offset, num_frames, longest) -> tf.Tensor:
    """Returns from each row the frames that were asked for, with zeros after them."""
    place = tf.range(longest)[None]
    wanted = tf.minimum(offset[:, None] + place, tf.shape(frames)[1] - 1)
    chosen = tf.gather(frames, wanted, batch_dims=1)
    inside = (place < num_frames[:, None])[:, :, None, None, None]
    return tf.where(inside, chosen, tf.zeros([], frames.dtype))
