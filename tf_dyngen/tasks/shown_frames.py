"""The first frames of a video, small enough for a page."""

from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image

from tf_dyngen.config import STRETCH
from tf_dyngen.video.resizing import resize_picture

# Of a video, and of a side in pixels.
MOST_SHOWN, LARGEST_SIDE = 120, 512


def shown(frames: np.ndarray) -> np.ndarray:
    """Returns at most MOST_SHOWN frames, made smaller where a side is longer than LARGEST_SIDE.

    Args:
      frames: [T, H, W, C] uint8.
    Returns: [T', H', W', C] uint8, of the same proportions.
    """
    frames = frames[:MOST_SHOWN]
    longest = max(frames.shape[1:3])
    if longest <= LARGEST_SIDE:
        return frames
    height, width = (max(1, round(side * LARGEST_SIDE / longest)) for side in frames.shape[1:3])
    channels = frames.shape[-1]
    pictures = [Image.fromarray(frame[..., 0] if channels == 1 else frame) for frame in frames]
    resized = [resize_picture(picture, (height, width), channels, STRETCH) for picture in pictures]
    return np.stack(resized).reshape(len(frames), height, width, channels)


def showing(
    blocks: Iterable[np.ndarray], pictures: dict[str, np.ndarray], caption: str
) -> Iterator[np.ndarray]:
    """Passes blocks of frames on and puts the first ones into the pictures, once all are through.

    Args:
      blocks: [n, H, W, C] uint8 each.
      pictures: caption -> frames.
      caption: of these.
    """
    kept: list[np.ndarray] = []
    num_kept = 0
    for block in blocks:
        if num_kept < MOST_SHOWN:
            # A copy, so that no view keeps a whole video.
            kept.append(shown(block[: MOST_SHOWN - num_kept]).copy())
            num_kept += len(kept[-1])
        yield block
    pictures[caption] = np.concatenate(kept)
