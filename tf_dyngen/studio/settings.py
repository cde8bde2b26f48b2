"""What a viewer has set: read from untrusted text, refused where it is out of bounds."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.studio.exported import Export, Memory, Variety
from tf_dyngen.video.retiming import QUICKEST, SLOWEST

LARGEST_SEED = 2**31 - 1
MOST_NOISE = 2.0
# In the place of a clip's index: a start drawn of the prior; the look that a start brings along.
PRIOR = OWN = -1
NEEDS_RUN = "start the page with --workdir=RUN instead of --export"


class Start(NamedTuple):
    """Where a video begins.

    Attributes:
      seed: names the noise, and with PRIOR the initial state.
      clip: index of the trained clip to begin with, or PRIOR.
      image: name of an uploaded picture, which then goes before the clip; empty for none.
      frame: of that clip, to begin with; None is its first, with `reverse` its last.
      reverse: whether time runs backwards.
    """

    seed: int
    clip: int
    image: str
    frame: int | None = None
    reverse: bool = False


class Box(NamedTuple):
    """A rectangle of a frame, in pixels: rows top to before bottom, columns left to right."""

    left: int
    top: int
    right: int
    bottom: int

    def region(self, frame_size: tuple[int, int]) -> np.ndarray:
        """Returns the box in a frame of that size, [H, W] bool."""
        region = np.zeros(frame_size, bool)
        region[self.top : self.bottom, self.left : self.right] = True
        return region


class Look(NamedTuple):
    """An appearance: the way from one clip's, or the start's OWN, at 0, to another's, at 1."""

    first: int
    second: int
    place: float


class Settings(NamedTuple):
    """All that decides which frames are shown.

    Attributes:
      start: where the video begins.
      noise: the factor on it.
      look: the appearance.
      speed: how many times as fast things move, at the same frame rate.
      still: where the picture stands still; None is nowhere.
    """

    start: Start
    noise: float
    look: Look
    speed: float = 1.0
    still: Box | None = None


def read_settings(given: Mapping[str, Any], export: Export) -> Settings:
    """Returns the settings of a message or a query; what is not given has its default.

    Raises: UserError for anything that is no number or out of bounds.
    """
    last_clip = len(export.clip_names) - 1
    look = Look(
        read_whole(given, "first", OWN, (OWN, last_clip)),
        read_whole(given, "second", OWN, (OWN, last_clip)),
        read_number(given, "place", 0.0, (0.0, 1.0)),
    )
    return Settings(
        _read_start(given, export),
        _read_noise(given, export.variety),
        look,
        read_number(given, "speed", 1.0, (SLOWEST, QUICKEST)),
        _read_box(given, export.frame_size),
    )


def _read_start(given: Mapping[str, Any], export: Export) -> Start:
    image = given.get("image") or ""
    if not isinstance(image, str):
        raise UserError("the picture's name is no text", "upload the picture again")
    clip = read_whole(given, "clip", PRIOR, (PRIOR, len(export.clip_names) - 1))
    frame, reverse = None, read_flag(given, "reverse")
    if reverse:
        require_run(export, "reverse")
        if image:
            raise UserError("reverse with a picture", "it moves forwards; leave one of them out")
    if given.get("frame") not in (None, ""):
        memory = require_run(export, "frame")
        if clip == PRIOR or image:
            raise UserError("frame without a clip", "choose the clip to begin with")
        frame = read_whole(given, "frame", 0, (0, memory.clip_lengths[clip] - 1))
    return Start(read_whole(given, "seed", 0, (0, LARGEST_SEED)), clip, image, frame, reverse)


def require_run(export: Export, name: str) -> Memory:
    """Returns the memory of the run that is played; UserError, of a setting, if it is an export."""
    if export.memory is None:
        raise UserError(f"{name} needs the run, this is an export of it", NEEDS_RUN)
    return export.memory


def _read_box(given: Mapping[str, Any], frame_size: tuple[int, int]) -> Box | None:
    """Returns what `still` marks: left, top, right and bottom in pixels, separated by commas."""
    text = given.get("still") or ""
    if not text:
        return None
    height, width = frame_size
    try:
        box = Box(*map(int, str(text)[:80].split(",")))
    except (TypeError, ValueError):
        box = Box(0, 0, 0, 0)
    if not (0 <= box.left < box.right <= width and 0 <= box.top < box.bottom <= height):
        raise UserError(
            f"still is {str(text)[:40]!r}",
            f"give left,top,right,bottom of a box in the {width}x{height} pixels of a frame",
        )
    if box == (0, 0, width, height):
        raise UserError("still is the whole picture", "draw a smaller box")
    return box


def _read_noise(given: Mapping[str, Any], variety: Variety | None) -> float:
    """Returns the factor on the noise, which `variety` stands for where the model has it."""
    if variety is None:
        return read_number(given, "noise", 1.0, (0.0, MOST_NOISE))
    return variety.noise_scale * read_number(given, "variety", variety.usual, (0.0, 1.0))


def read_flag(given: Mapping[str, Any], name: str) -> bool:
    """Returns whether something is on: true or 1, false or 0 or not given; UserError otherwise."""
    value = str(given.get(name, False)).lower()
    if value not in ("true", "1", "false", "0"):
        raise UserError(f"{name} is {value[:40]!r}", "give true or false")
    return value in ("true", "1")


def read_number(
    given: Mapping[str, Any], name: str, default: float, bounds: tuple[float, float]
) -> float:
    """Returns a number within bounds, both included; UserError otherwise."""
    value = given.get(name, default)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not bounds[0] <= number <= bounds[1]:
        advice = f"give a number from {bounds[0]:g} to {bounds[1]:g}"
        raise UserError(f"{name} is {str(value)[:40]!r}", advice)
    return number


def read_whole(given: Mapping[str, Any], name: str, default: int, bounds: tuple[int, int]) -> int:
    """Returns a whole number within bounds, both included; UserError otherwise."""
    number = read_number(given, name, default, bounds)
    if number != int(number):
        raise UserError(f"{name} is {number:g}", "give a whole number")
    return int(number)
