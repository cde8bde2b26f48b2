"""The size of frames that follows from a clip's own proportions."""

import dataclasses
import re
from collections.abc import Callable

from tf_dyngen.config import LONGEST_SIDE, VideoConfig
from tf_dyngen.errors import UserError

SOURCE = "source"
LARGEST_OUTPUT = 8192


def settled(video: VideoConfig, picture_size: tuple[int, int]) -> VideoConfig:
    """Returns settings whose height and width are known; those that are, as they are.

    Args:
      video: where height and width are 0, they follow from the clip.
      picture_size: (H, W) of the clip's pictures.
    """
    if video.height and video.width:
        return video
    height, width = frame_size(picture_size, video.shorter_side)
    return dataclasses.replace(video, height=height, width=width)


def frame_size(picture_size: tuple[int, int], shorter_side: int) -> tuple[int, int]:
    """Returns (H, W), even numbers, of a picture's proportions, no larger than the picture.

    Args:
      picture_size: (H, W) of the clip's pictures.
      shorter_side: wanted; the longer one is LONGEST_SIDE at most.
    """
    shorter, longer = min(picture_size), max(picture_size)
    scale = min(shorter_side / shorter, LONGEST_SIDE / longer, 1.0)
    # An odd side would be rounded up past the picture where it is not scaled.
    height, width = (_even(min(scale * side, side // 2 * 2)) for side in picture_size)
    return height, width


def of_shorter_side(size: tuple[int, int], shorter_side: float) -> tuple[int, int]:
    """Returns (H, W) of the proportions of another size, with that shorter side."""
    scale = shorter_side / min(size)
    return round(scale * size[0]), round(scale * size[1])


def output_size(
    asked: str,
    made: tuple[int, int],
    picture_size: Callable[[], tuple[int, int]],
    name: str = "--output_size",
) -> tuple[int, int]:
    """Returns (H, W), even numbers, at which video is written.

    Args:
      asked: `source`, `HEIGHTxWIDTH`, a factor as in `2x`, or the shorter side as in `720`.
      made: (H, W) of the frames as they are made.
      picture_size: returns (H, W) of the clip that was learned; called where it counts.
      name: what the size is called in errors.
    Raises: UserError if it is none of these, or larger than LARGEST_OUTPUT.
    """
    text = asked.lower()
    if text == SOURCE:
        size = picture_size()
    elif match := re.fullmatch(r"(\d+)x(\d+)", text):
        size = (int(match[1]), int(match[2]))
    elif match := re.fullmatch(r"(\d+(?:\.\d+)?)x", text):
        size = (float(match[1]) * made[0], float(match[1]) * made[1])
    elif text.isdecimal():
        size = tuple(int(text) / min(made) * side for side in made)
    else:
        raise UserError(f"{name}={asked}", "give source, 2x, 720 or HEIGHTxWIDTH")
    if max(size) > LARGEST_OUTPUT or min(size) < 2:
        raise UserError(
            f"{name}={asked} is {size[0]:.0f}x{size[1]:.0f}",
            f"give sides from 2 to {LARGEST_OUTPUT} pixels",
        )
    return _even(size[0]), _even(size[1])


def _even(side: float) -> int:
    """Returns the even number nearest to a side; video files have even sides. 8 is the least."""
    return max(2 * round(side / 2), 8)
