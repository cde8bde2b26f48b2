"""Small attention models, and clips of which no two frames are alike."""

import numpy as np

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.model.generator import build_generator


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
