"""Small recovered frames blended into the clip they come from, at the clip's own size."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from tf_dyngen.video import decoding
from tf_dyngen.video.resizing import kept_box, resize_picture

# Width of the soft edge around what was hidden, in pixels of the recovered frames.
EDGE = 2.0


def blend_into_source(
    source: Path, frames: np.ndarray, hidden: np.ndarray, fit: str
) -> Iterator[np.ndarray]:
    """Put recovered frames into the clip they were read from, wherever they were hidden.

    A hidden pixel is taken from the recovered frames wholly; around it the share falls to none
    within a soft edge, and what was never hidden comes through untouched.

    Args:
      source: the clip; read one picture at a time.
      frames: [T, H, W, 3] uint8, recovered from its first T frames.
      hidden: [T, H, W] bool.
      fit: how the clip was brought to H x W, see `resize_picture`.
    Yields: [H', W', 3] uint8 of the clip's own size, T times.
    """
    pictures = itertools.islice(decoding.decode(source), len(frames))
    for (picture, _), frame, part in zip(pictures, frames, hidden, strict=True):
        whole = resize_picture(picture, None, 3, fit)
        if not part.any():
            yield whole
            continue
        left, top, right, bottom = (round(edge) for edge in kept_box(picture.size, part.shape, fit))
        size = (right - left, bottom - top)
        large = np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC))
        share = _soft(part, size)[..., None]
        blended = whole.copy()
        behind = whole[top:bottom, left:right]
        blended[top:bottom, left:right] = np.rint(share * large + (1.0 - share) * behind)
        yield blended


def _soft(hidden: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns [height, width] of `size` (width, height): 1 where hidden, falling to 0 around."""
    beyond = np.asarray(ndimage.distance_transform_edt(~hidden), np.float32)
    # Half a pixel further than the corner of any hidden pixel, whatever the enlargement.
    distance = np.maximum(np.asarray(Image.fromarray(beyond).resize(size)) - 1.0, 0.0)
    share = np.clip(1.0 - distance / EDGE, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
