"""The state of the attention model that shows a frame of its memory as it is."""

import tensorflow as tf

from tf_dyngen.model.attention.generator import AttentionGenerator, State
from tf_dyngen.model.attention.patches import own_places


def state_showing(generator: AttentionGenerator, moment: int) -> tf.Tensor:
    """Returns the state [1, S] whose frame is frame `moment` of the memory, to the byte.

    Every place shows itself, and every part follows the moment after, as in a video that plays the
    clip and has come to that frame.
    """
    memory = generator.memory
    times = tf.constant([moment], tf.int32)
    after = tf.gather(memory.after, times)
    before = tf.gather(memory.before, times)
    low = tf.gather(memory.low, tf.stack([before, times, after], axis=1))
    sources = tuple(own_places(grid, times) for grid in generator.layout.grids)
    fading = sources[-1:] * (generator.settings.fade - 1)
    followed = tf.repeat(after[:, None], generator.transition.num_parts, axis=1)
    return generator.pack(State(followed, low, sources, fading))
