"""The moments of its clip that an attention model goes through."""

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.video_draws import BLOCK, draw_initial_state, draw_noise_block
from tf_dyngen.model.attention.generator import AttentionGenerator


class MomentPath:
    """Follows moments by the transition alone, which is quick: no patches are searched.

    Args:
      generator: the model.
    """

    def __init__(self, generator: AttentionGenerator):
        self._generator = generator
        self._follow = tf.function(generator.moments, autograph=False)

    def __call__(self, num_frames: int, seed: int, scale: float) -> np.ndarray:
        """Returns the moments [T, K] that a video of a seed follows, T at least `num_frames`.

        Args:
          num_frames: rounded up to whole blocks.
          seed: names the video.
          scale: what the noise is multiplied by.
        """
        sizes = self._generator.latent_sizes
        state = self._generator.initial_state(draw_initial_state(seed, sizes.state))
        followed = []
        for index in range(-(-num_frames // BLOCK)):
            noise = scale * draw_noise_block(seed, index, sizes.noise)
            moments, state = self._follow(state, noise)
            followed.append(moments[0].numpy())
        return np.concatenate(followed)
