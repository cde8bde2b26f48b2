"""Video of a chain that only leads forwards, played from its end to its start."""

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.video_draws import BLOCK

# The noise [1, BLOCK, N] of a video's block, by its number.
NoiseOf = Callable[[int], tf.Tensor]


def play_from_the_end(
    roll: Callable[..., tf.Tensor],
    play: Callable[[tf.Tensor, tf.Tensor], np.ndarray],
    state: tf.Tensor,
    noise_of: NoiseOf,
    span: tuple[int, int],
) -> Iterator[np.ndarray]:
    """Yields frames `span` of a video, from before the last to the first, as pieces [n, H, W, C].

    The states that blocks start from are kept, one in BLOCK: they are small beside frames, of which
    those of one block are in memory.

    Args:
      roll: of a state [1, S] and noise [1, BLOCK, N], the states [1, BLOCK, S] that follow.
      play: of the same, the frames [BLOCK, H, W, C].
      state: [1, S], before the video.
      noise_of: its noise.
      span: (first, last) frame, without the last.
    """
    first, last = span
    num_blocks = -(-last // BLOCK)
    starts = [state]
    for index in range(num_blocks - 1):
        starts.append(roll(starts[-1], noise_of(index))[:, -1])
    for index in reversed(range(first // BLOCK, num_blocks)):
        start = index * BLOCK
        frames = play(starts[index], noise_of(index))
        yield frames[max(0, first - start) : last - start][::-1]
