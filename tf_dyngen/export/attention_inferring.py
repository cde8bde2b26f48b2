"""Latents of images and clips in the graph of an export, for the attention model.

The latents are those of `infer_attention`; here they are rolled out, block by block, and compared
with what is visible.
"""

import numpy as np
import tensorflow as tf

from tf_dyngen.export.inferring import PEAK_SQUARED, Inferred, lengthen
from tf_dyngen.export.playing import Blocks
from tf_dyngen.inference.attention_inference import infer_attention
from tf_dyngen.inference.video_draws import BLOCK
from tf_dyngen.model.attention.generator import AttentionGenerator


def infer_clip(
    generator: AttentionGenerator, blocks: Blocks, anchors, frames: tf.Tensor, visible: tf.Tensor
) -> Inferred:
    """Infers one clip.

    Args:
      generator: its weights stand still.
      blocks: what it makes of latents.
      anchors: not needed: all of the trained clips is in the memory.
      frames: [T, H, W, C] float32 in [-1, 1].
      visible: [T, H, W] bool.
    """
    del anchors
    seen = tf.expand_dims(visible, -1)
    # What is hidden is of no influence, whatever it holds.
    shown = tf.where(seen, frames, tf.zeros([]))
    found = infer_attention(generator, shown[None], seen[None])
    states, squared_error = _roll_out(blocks, found.initial_state, found.noise, shown, seen)
    num_values = tf.reduce_sum(tf.where(seen, tf.ones_like(frames), tf.zeros([])))
    mean = squared_error / tf.maximum(num_values, 1.0)
    return Inferred(
        found.noise[0],
        found.initial_state[0],
        found.appearance[0],
        states,
        10.0 * tf.math.log(PEAK_SQUARED / tf.maximum(mean, 1e-12)) / np.log(10.0),
    )


def _roll_out(blocks: Blocks, state, noise, frames, seen):
    """Returns the states [T, S] and the squared error of what is seen, summed."""
    num_frames = tf.shape(noise)[1]
    num_blocks = (num_frames + BLOCK - 1) // BLOCK
    missing = num_blocks * BLOCK - num_frames
    noise, frames, seen = (lengthen(each, missing) for each in (noise[0], frames, seen))
    sizes = blocks.sizes
    states = tf.TensorArray(tf.float32, num_blocks, element_shape=[BLOCK, sizes.state])
    appearance = tf.zeros([1, 0])

    def roll_block(index, state, squared_error, states):
        block = slice(index * BLOCK, (index + 1) * BLOCK)
        taken = tf.ensure_shape(noise[block], [BLOCK, sizes.noise])
        found = blocks.rollout(state, taken[None], tf.ones([1, BLOCK], tf.bool))
        found = tf.ensure_shape(found, [1, BLOCK, sizes.state])
        errors = blocks.emit(found, appearance)[0] - frames[block]
        squares = tf.where(seen[block], tf.square(errors), tf.zeros([]))
        total = squared_error + tf.reduce_sum(squares)
        return index + 1, found[:, -1], total, states.write(index, found[0])

    state = tf.ensure_shape(state, [1, sizes.state])
    _, _, squared_error, states = tf.while_loop(
        lambda index, *_: index < num_blocks,
        roll_block,
        (0, state, 0.0, states),
        parallel_iterations=1,
    )
    return states.concat()[:num_frames], squared_error
