"""Draws of the prior that a video is made of: functions of its seed and the place in it.

Video is made in blocks of BLOCK frames that start at multiples of BLOCK, however it is asked for.
Every frame is thereby computed in the same place of the same batch, and is the same to the bit
whether it is made alone, in a stream or in one piece. Noise is a function of (seed, block).
"""

import tensorflow as tf

from tf_dyngen.inference.draws import fold_in

BLOCK = 30
# Streams of random numbers that one seed gives.
_START, _APPEARANCE, _NOISE = 1, 2, 3


@tf.function(autograph=False)
def _draw_noise(seed: tf.Tensor, index: tf.Tensor, noise_size: int) -> tf.Tensor:
    return tf.random.stateless_normal([1, BLOCK, noise_size], fold_in(seed, index))


def draw_noise_block(seed, index, noise_size: int) -> tf.Tensor:
    """Returns the noise of frames BLOCK * index to BLOCK * (index + 1), [1, BLOCK, noise_size].

    Args:
      seed, index: whole numbers, or int32 scalars.
      noise_size: of the model.
    """
    return _draw_noise(_stream(seed, _NOISE), tf.convert_to_tensor(index), noise_size)


def draw_initial_state(seed, state_size: int) -> tf.Tensor:
    """Returns s_0 of a seed's video, [1, state_size]."""
    return tf.random.stateless_normal([1, state_size], _stream(seed, _START))


def draw_appearance(seed, appearance_size: int) -> tf.Tensor:
    """Returns the appearance of a seed's video, [appearance_size]."""
    return tf.random.stateless_normal([appearance_size], _stream(seed, _APPEARANCE))


def _stream(seed, number: int) -> tf.Tensor:
    return tf.stack([tf.cast(seed, tf.int32), number])
