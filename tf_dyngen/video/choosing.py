"""Which frames of a clip are read: from where on, how many, each or every so many."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from tf_dyngen.video.footage import Footage
from tf_dyngen.video.timing import first_frame


class Chosen(NamedTuple):
    """The frames of a clip that are read.

    numbers: [T] int, of the stored picture that each frame shows.
    seconds: [T] float, the middle of the time for which each is shown.
    rate: of these frames.
    first: of them, its number at the clip's even rate.
    num_all: how many frames the clip has at that rate.
    notes: what is left out, one line each.
    """

    numbers: np.ndarray
    seconds: np.ndarray
    rate: Fraction
    first: int
    num_all: int
    notes: tuple[str, ...]


def choose_frames(
    footage: Footage, *, num_frames: int | None, start: int | str = 0, every: int = 1
) -> Chosen:
    """Choose frames of a clip.

    Args:
      footage: the clip.
      num_frames: T, the most of them; None for all.
      start: how many frames to skip first, or seconds as in "3s".
      every: 2 chooses every second one, and so on.
    Raises: UserError for a start that is neither.
    """
    if every < 1:
        raise ValueError(f"every={every}")
    schedule = footage.schedule
    first = first_frame(start, schedule.rate)
    places = np.arange(first, len(schedule.shown), every)
    taken = places[:num_frames]
    seconds = (taken + 0.5) / float(schedule.rate)
    notes = _notes(footage, first, every, len(places), len(taken), len(schedule.shown))
    numbers, rate = schedule.shown[taken], schedule.rate / every
    return Chosen(numbers, seconds, rate, first, len(schedule.shown), notes)


def _notes(
    footage: Footage, first: int, every: int, num_there: int, num_taken: int, num_all: int
) -> tuple[str, ...]:
    which = f"frames {first} on" if first else "the first"
    each = f", one of {every}" if every > 1 else ""
    if num_taken < num_there:
        what = f"{which}, {num_taken}" if first else f"{which} {num_taken}"
        all_of_them = f"--num_frames={num_there} takes all"
        line = f"{footage.path.name}: reads {what} of {num_all} frames{each}; {all_of_them}"
        return (line + (" after --start" if first else ""),)
    if first or every > 1:
        what = f"{num_taken} of {num_all} frames, from frame {first} on{each}"
        return (f"{footage.path.name}: reads {what}",)
    return ()
