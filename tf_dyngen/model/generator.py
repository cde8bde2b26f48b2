"""The whole generator H: latents to frames. The only loop over time stands in `rollout`."""

import contextlib
import random
from collections.abc import Iterator

import keras
import tensorflow as tf

from tf_dyngen.config import ATTENTION, Config, ModelConfig
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.emission import build_emission
from tf_dyngen.model.latents import Latents, LatentSizes
from tf_dyngen.model.normalization import Mode, Statistics
from tf_dyngen.model.tracing import traced_once
from tf_dyngen.model.transition import build_transition


class Generator(keras.Model):
    """Dynamic generator: s_t = F(s_{t-1}, xi_t), x_t = G(s_t, a); equations (1) and (2).

    `latent_sizes` are the widths of its latents.
    """

    def __init__(self, transition: keras.Model, emission: keras.Model, config: ModelConfig):
        super().__init__(name="generator")
        self.transition = transition
        self.emission = emission
        sizes = (config.noise_size, config.state_size, config.appearance_size)
        self.latent_sizes = LatentSizes(*sizes)
        self.built = True

    def initial_state(self, draw):
        """Returns the state s_0 [B, S] that a draw [B, S] of N(0, I) stands for: the draw."""
        return draw

    def rollout(self, initial_state, noise, moves=None):
        """Returns states s_1..s_T [B, T, S] of s_0 [B, S] and noise [B, T, N].

        `moves` [B, T] bool, if given, says at which frames the state moves; else it stands still.
        T is static and the loop is unrolled: on a CPU four times as fast as `tf.scan` with its
        gradient. Long videos go through in blocks.
        """
        transition = traced_once(self.transition)
        state = initial_state
        states = []
        for frame, noise_at_frame in enumerate(tf.unstack(noise, axis=1)):
            following = transition(state, noise_at_frame)
            if moves is not None:
                following = tf.where(moves[:, frame, None], following, state)
            state = following
            states.append(state)
        return tf.stack(states, axis=1)

    def emit(self, states, appearance, mode: Mode = Mode.GENERATE, present=None):
        """Returns frames [B, T, H, W, C] of states [B, T, S] and appearance [B, A].

        They are in [-1, 1], with `PixelBounds` up to a tenth beyond: `to_pixels` clips them.

        `present` [B, T] bool, if given, says which frames the clip's own statistics are of.
        """
        num_clips, num_frames, state_size = states.shape
        repeated = tf.repeat(appearance, num_frames, axis=0)
        flat = tf.reshape(states, [-1, state_size])
        statistics = Statistics(mode, num_clips, present)
        frames = self.emission(flat, repeated, statistics=statistics)
        return tf.reshape(frames, [-1, num_frames, *frames.shape[1:]])

    def call(self, latents: Latents, mode: Mode = Mode.GENERATE, present=None):
        """Returns (frames [B, T, H, W, C] in [-1, 1], states [B, T, S]) of latents; see `emit`."""
        states = self.rollout(latents.initial_state, latents.noise)
        return self.emit(states, latents.appearance, mode, present), states


# What all that plays, infers and exports can work with.
AnyGenerator = Generator | AttentionGenerator


def to_pixels(frames):
    """Returns frames in [-1, 1] as uint8: rounded to the nearest, and clipped before the cast."""
    return tf.saturate_cast(tf.floor(frames * 127.5 + 128.0), tf.uint8)


def build_generator(config: Config, num_moments: int = 1) -> AnyGenerator:
    """Returns a generator with all variables made, from `config.seed`, in Keras's float type.

    Args:
      config: settings of the run.
      num_moments: frames of all learned clips together, which `attention` keeps in memory.
    """
    with _initializers_seeded(config.seed):
        if config.model.parameterisation == ATTENTION:
            return AttentionGenerator(config.attention, config.video, num_moments)
        return Generator(
            build_transition(config.model), build_emission(config.model, config.video), config.model
        )


@contextlib.contextmanager
def _initializers_seeded(seed: int) -> Iterator[None]:
    """Makes what Keras's initialisers draw in the block a function of the seed.

    They take their seeds from Python's `random`, whose state is the user's again afterwards.
    """
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
