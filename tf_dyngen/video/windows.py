"""A long clip cut into windows of one length, read one window at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.config import STRETCH
from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.resizing import resize_picture


class Window(NamedTuple):
    """Frames [first_frame, first_frame + T) of a clip: [T, H, W, C] uint8, and their rate."""

    first_frame: int
    frames: np.ndarray
    frame_rate: float


def read_windows(
    path: Path,
    *,
    num_frames: int,
    stride: int,
    size: tuple[int, int],
    channels: int = 3,
    fit: str = STRETCH,
) -> Iterator[Window]:
    """Read every window of a clip; frames behind the last whole window are left out.

    No more than one window is held in memory.

    Args:
      path: the file or folder of pictures.
      num_frames: T.
      stride: from the start of one window to the start of the next.
      size, channels, fit: as in `read_clip`.
    Raises: UserError when the clip is missing or undecodable, or shorter than one window.
    """
    held: list[np.ndarray] = []
    seconds: list[float] = []
    num_seen = first = 0
    for picture, picture_seconds in decoding.decode(path):
        num_seen += 1
        if num_seen <= first:
            continue
        held.append(resize_picture(picture, size, channels, fit))
        seconds.append(picture_seconds)
        if len(held) == num_frames:
            frames = np.stack(held).reshape(num_frames, *size, channels)
            yield Window(first, frames, round(num_frames / sum(seconds), 3))
            first += stride
            held, seconds = held[stride:], seconds[stride:]
    if num_seen < num_frames:
        raise UserError(
            f"{path} holds {num_seen} frames, {num_frames} or more are wanted",
            "set num_frames lower, or take the clip out of the collection",
        )
