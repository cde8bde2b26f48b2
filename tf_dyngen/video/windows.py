"""A long clip cut into windows of one length, read one window at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from tf_dyngen.config import STRETCH
from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.resizing import resize_picture

Item = TypeVar("Item")


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
    num_seen = 0
    footage = decoding.open_footage(path)

    def resized() -> Iterator[np.ndarray]:
        nonlocal num_seen
        for picture in footage.show(footage.schedule.shown):
            num_seen += 1
            yield resize_picture(picture, size, channels, fit)

    rate = float(footage.schedule.rate)
    for first, pictures in roll(resized(), num_frames, stride):
        frames = np.stack(pictures).reshape(num_frames, *size, channels)
        yield Window(first, frames, rate)
    if num_seen < num_frames:
        raise UserError(
            f"{path} holds {num_seen} frames, {num_frames} or more are wanted",
            "set num_frames lower, or take the clip out of the collection",
        )


def roll(items: Iterable[Item], length: int, stride: int) -> Iterator[tuple[int, list[Item]]]:
    """Yield (number of the first, items) of every whole window of a sequence.

    Args:
      items: taken one by one, no further than the window asked for.
      length: of a window.
      stride: from the start of one window to the start of the next; may exceed the length.
    """
    held: list[Item] = []
    first = 0
    for number, item in enumerate(items):
        if number < first:
            continue
        held.append(item)
        if len(held) == length:
            yield first, held
            first += stride
            held = held[stride:]
