"""The attention model of the same clips played backwards: its memory in reverse order of time."""

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.memory import Memory


def backwards(generator: AttentionGenerator) -> AttentionGenerator:
    """Returns a model that makes video in which time runs backwards, of any length.

    Frame j of its memory is frame M - 1 - j of the generator's; what was learned stays. It takes as
    much memory as the generator.
    """
    layout = generator.layout
    video = VideoConfig(height=layout.height, width=layout.width, channels=layout.channels)
    turned = AttentionGenerator(generator.settings, video, generator.memory.num_frames)
    _turn(generator.memory, turned.memory)
    for name in ("windows", "retention", "log_temperature"):
        getattr(turned.transition, name).assign(getattr(generator.transition, name))
    turned.calibrate()
    return turned


def _turn(memory: Memory, turned: Memory) -> None:
    """Fills a memory with another in reverse order."""
    last = memory.num_frames - 1
    for grid in memory.layout.grids:
        frames = memory.bank(grid).numpy().reshape(last + 1, -1)[::-1]
        turned.bank(grid).assign(frames.reshape(memory.bank(grid).shape))
    turned.low.assign(memory.low.numpy()[::-1])
    turned.before.assign(last - memory.after.numpy()[::-1])
    turned.after.assign(last - memory.before.numpy()[::-1])
    # A descriptor is of three frames in a row: the first changes places with the third.
    first, own, third = np.split(memory.projection.numpy(), 3)
    turned.projection.assign(np.concatenate([third, own, first]))
    turned.descriptors.assign(memory.descriptors.numpy()[:, :, ::-1])
    turned.log_metric.assign(memory.log_metric)
    turned.log_softness.assign(memory.log_softness)
