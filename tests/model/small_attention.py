"""Small attention models of small clips, and what they play."""

import numpy as np
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.model.generator import build_generator, to_pixels


def moving_clip(num_frames=12, height=16, width=16, seed=0, low=0, high=255):
    """Waves that travel, with grain: no two frames are alike."""
    random = np.random.default_rng(seed)
    time, row, column = np.ogrid[:num_frames, :height, :width]
    waves = [
        np.sin(column / 3 + time / 2 + phase) * np.cos(row / 4 - time / 3)
        for phase in random.uniform(0, 6, 3)
    ]
    share = 0.5 + 0.4 * np.stack(waves, axis=-1)
    share += random.normal(0, 0.02, (num_frames, height, width, 3))
    return np.clip(low + (high - low) * share, low, high).astype(np.uint8)


def waves(num_frames, size=(16, 16), channels=3, phase=0.0):
    """Smooth colours that travel and never come back: [T, H, W, C] uint8."""
    time, row, column = np.ogrid[:num_frames, : size[0], : size[1]]
    turns = [
        column / 3 + time * 0.5 + phase,
        row / 3 + time * 0.31 + phase,
        (row + column) / 5 + time * 0.17 + phase,
    ]
    levels = [127 + 90 * np.sin(turn) for turn in np.broadcast_arrays(*turns)[:channels]]
    return np.stack(levels, -1).astype(np.uint8)


def make_attention(*clips, **settings):
    """A model that remembers clips; settings are those of `AttentionConfig`."""
    _, height, width, channels = clips[0].shape
    usual = {"parts": 2, "fade": 1, "retention": 0.3, "temperature": 2.0}
    changes = {f"attention.{key}": value for key, value in (usual | settings).items()}
    changes |= {"video.height": height, "video.width": width, "video.channels": channels}
    config = override(presets.load("texture"), changes)
    generator = build_generator(config, sum(len(clip) for clip in clips))
    generator.remember(list(clips))
    return generator


def player(generator):
    """Returns a function of states [B, S] and noise [B, T, N]: (frames uint8, states)."""

    def play(state, noise, moves=None):
        states = generator.rollout(state, noise, moves)
        return to_pixels(generator.emit(states, None)), states

    return tf.function(play, autograph=False)


def silence(generator, num_frames, num_videos=1):
    return tf.zeros([num_videos, num_frames, generator.latent_sizes.noise])


def draw_noise(generator, num_frames, num_videos=1, seed=0, scale=1.0):
    shape = (num_videos, num_frames, generator.latent_sizes.noise)
    return tf.constant(scale * np.random.default_rng(seed).standard_normal(shape), tf.float32)
