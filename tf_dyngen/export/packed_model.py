"""An attention model as a page holds it: a description, and its arrays in deflated bytes.

Frames are held at full size alone: the page makes smaller ones, low frames and descriptors of them.
They are predicted from pixel to pixel and deflated, which is as small as PNG, and the page has them
to the byte without a canvas, from which some browsers give no exact pixels.
"""

import zlib
from typing import Any

import numpy as np

from tf_dyngen.export.computations import NOISE_SCALE_OF_VARIETY
from tf_dyngen.model.attention import balance, moments, patches
from tf_dyngen.model.attention.generator import PEAK, AttentionGenerator


def pack(generator: AttentionGenerator, frame_rate: float) -> tuple[dict[str, Any], bytes]:
    """Returns (what scripts are told of a model, its arrays, deflated one after the other).

    Args:
      generator: whose memory is packed.
      frame_rate: frames a second.
    """
    arrays = _arrays_of(generator)
    compressor = zlib.compressobj()
    pieces = [compressor.compress(np.ascontiguousarray(array).data) for array in arrays.values()]
    return _describe(generator, frame_rate, arrays), b"".join([*pieces, compressor.flush()])


def differences(frame: np.ndarray) -> np.ndarray:
    """Returns what a frame [H, W, C] uint8 differs by from a prediction, modulo 256.

    A value is predicted by those left of it, above, and above on the left: the median edge detector
    of JPEG-LS (Weinberger et al., 2000).
    """
    values = np.pad(frame.astype(np.int16), ((1, 0), (1, 0), (0, 0)))
    left, above, corner = values[1:, :-1], values[:-1, 1:], values[:-1, :-1]
    low, high = np.minimum(left, above), np.maximum(left, above)
    plane = np.where(corner <= low, high, left + above - corner)
    return (frame - np.where(corner >= high, low, plane)).astype(np.uint8)


def _arrays_of(generator: AttentionGenerator) -> dict[str, np.ndarray]:
    """Returns arrays by name: bytes come last, so that the others lie at multiples of four."""
    memory, transition, layout = generator.memory, generator.transition, generator.layout
    finest = layout.grids[-1]
    frames = memory.bank(finest).numpy().reshape(-1, finest.height, finest.width, layout.channels)
    return {
        "before": memory.before.numpy(),
        "after": memory.after.numpy(),
        "components": memory.projection.numpy().T,
        "metric": np.exp(memory.log_metric.numpy()),
        "windows": transition.windows.numpy(),
        "attended": np.asarray(transition.attended),
        "bonus": transition.bonus.numpy(),
        "bias": transition.bias.numpy(),
        "frames": np.stack([differences(frame) for frame in frames]),
    }


def _describe(
    generator: AttentionGenerator, frame_rate: float, arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    layout, settings, transition = generator.layout, generator.settings, generator.transition
    softness = np.exp(transition.log_temperature.numpy()) * transition.scale.numpy()
    return {
        "height": layout.height,
        "width": layout.width,
        "channels": layout.channels,
        "frameRate": frame_rate,
        "numFrames": generator.memory.num_frames,
        "numParts": transition.num_parts,
        "fade": settings.fade,
        "peak": PEAK,
        "noiseScaleOfVariety": NOISE_SCALE_OF_VARIETY,
        "grids": [grid._asdict() for grid in layout.grids],
        "lowGrid": generator.memory.low_grid._asdict(),
        "transition": {
            "softness": softness.tolist(),
            "retention": float(transition.retention.numpy()),
            "recentPenalty": balance.RECENT_PENALTY,
            "numRecent": balance.NUM_RECENT,
            "tail": moments.TAIL,
        },
        "search": {
            "continuity": settings.continuity,
            "coherence": settings.coherence,
            "comparedStep": patches.COMPARED_STEP,
            "smallestCost": patches.SMALLEST_COST,
            "peak": PEAK,
        },
        "arrays": [
            {"name": name, "kind": array.dtype.name, "length": array.size}
            for name, array in arrays.items()
        ],
    }
