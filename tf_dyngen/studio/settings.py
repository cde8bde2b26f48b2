"""What a viewer has set: read from untrusted text, refused where it is out of bounds."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from tf_dyngen.errors import UserError
from tf_dyngen.studio.exported import Export, Variety

LARGEST_SEED = 2**31 - 1
MOST_NOISE = 2.0
# In the place of a clip's index: a start drawn of the prior; the look that a start brings along.
PRIOR = OWN = -1


class Start(NamedTuple):
    """Where a video begins.

    Attributes:
      seed: names the noise, and with PRIOR the initial state.
      clip: index of the trained clip to begin with, or PRIOR.
      image: name of an uploaded picture, which then goes before the clip; empty for none.
    """

    seed: int
    clip: int
    image: str


class Look(NamedTuple):
    """An appearance: the way from one clip's, or the start's OWN, at 0, to another's, at 1."""

    first: int
    second: int
    place: float


class Settings(NamedTuple):
    """All that decides which frames are shown; `noise` is the factor on it."""

    start: Start
    noise: float
    look: Look


def read_settings(given: Mapping[str, Any], export: Export) -> Settings:
    """Returns the settings of a message or a query; what is not given has its default.

    Raises: UserError for anything that is no number or out of bounds.
    """
    last_clip = len(export.clip_names) - 1
    image = given.get("image") or ""
    if not isinstance(image, str):
        raise UserError("the picture's name is no text", "upload the picture again")
    start = Start(
        read_whole(given, "seed", 0, (0, LARGEST_SEED)),
        read_whole(given, "clip", PRIOR, (PRIOR, last_clip)),
        image,
    )
    look = Look(
        read_whole(given, "first", OWN, (OWN, last_clip)),
        read_whole(given, "second", OWN, (OWN, last_clip)),
        read_number(given, "place", 0.0, (0.0, 1.0)),
    )
    return Settings(start, _read_noise(given, export.variety), look)


def _read_noise(given: Mapping[str, Any], variety: Variety | None) -> float:
    """Returns the factor on the noise, which `variety` stands for where the model has it."""
    if variety is None:
        return read_number(given, "noise", 1.0, (0.0, MOST_NOISE))
    return variety.noise_scale * read_number(given, "variety", variety.usual, (0.0, 1.0))


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
