"""When the pictures of a clip are shown, and which of them are read at an even rate."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from tf_dyngen.errors import UserError

DEFAULT_FRAME_RATE = Fraction(25)
# Rates that clocks of containers, which count in milliseconds or coarser, blur.
_USUAL_RATES = [Fraction(rate) for rate in (5, 10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 100, 120)]
_USUAL_RATES += [Fraction(rate * 1000, 1001) for rate in (24, 30, 60, 120)]
# By how much of itself a rate is brought to a usual one.
_NEAR = 0.002
# Frames that come early or late by up to half of this share of their time are shown evenly.
_MOST_UNEVEN = 0.5
_START = re.compile(r"(\d+)|(\d+(?:\.\d+)?)s")


class Schedule(NamedTuple):
    """Which stored picture is shown at each moment of an even rate.

    rate: frames a second, exact where the source states it so.
    shown: [T] int, ascending numbers of stored pictures; one may be shown several times, or never.
    unevenness: None where each picture is shown once; else in words, how long they are shown.
    """

    rate: Fraction
    shown: np.ndarray
    unevenness: str | None = None


def at_even_rate(
    starts: Sequence[Fraction], last: Fraction, stated: Sequence[Fraction] = ()
) -> Schedule:
    """Plan how to show pictures evenly that are stored with a time each.

    Where one rate gives every picture a place of its own, within half a frame, it is taken. Else
    pictures are repeated, and left out, so that the motion keeps its speed: the rate is then that
    of the pictures that are shown shortest.

    Args:
      starts: [N] ascending seconds; the first picture is shown from `starts[0]` on.
      last: for how many seconds the last picture is shown; 0 if nobody knows.
      stated: rates that the source states, the most trusted first.
    """
    seconds = np.array([float(start - starts[0]) for start in starts])
    if len(starts) < 2:
        return Schedule(next(iter(stated), DEFAULT_FRAME_RATE), np.arange(len(starts)))
    durations = np.diff(seconds)
    last_seconds = float(last) or float(np.median(durations))
    slope = float(np.polyfit(np.arange(len(starts)), seconds, 1)[0])
    mean = Fraction(1 / max(slope, 1e-6)).limit_denominator(1001)
    for rate in (*stated, *_near_usual(mean), mean):
        if _is_even(seconds, last_seconds, float(rate)):
            return Schedule(rate, np.arange(len(starts)))
    durations = np.append(durations, last_seconds)
    rate = _rate_of_shortest(durations, stated)
    num_frames = max(2, round(durations.sum() * float(rate)))
    middles = (np.arange(num_frames) + 0.5) / float(rate)
    shown = np.searchsorted(seconds, middles, side="right") - 1
    longest, shortest = 1000 * durations.max(), 1000 * durations.min()
    return Schedule(rate, shown, f"{shortest:.0f} to {longest:.0f} ms")


def first_frame(start: str | int, rate: Fraction) -> int:
    """Return the frame that `start`, a number of frames ("75") or seconds ("3s", "2.5s"), names.

    Raises: UserError for any other text.
    """
    match = _START.fullmatch(str(start).strip())
    if match is None:
        raise UserError(f"--start={start}", "give a frame, as 75, or seconds, as 3s or 2.5s")
    frames, seconds = match.groups()
    return int(frames) if frames else round(Fraction(seconds) * rate)


def _is_even(seconds: np.ndarray, last: float, rate: float) -> bool:
    drift = seconds * rate - np.arange(len(seconds))
    # A picture more that is held at the end is a hold like any other.
    return float(np.ptp(drift)) <= _MOST_UNEVEN and last * rate < 1 + 2 * _MOST_UNEVEN


def _near_usual(rate: Fraction) -> list[Fraction]:
    near = [usual for usual in _USUAL_RATES if abs(usual - rate) <= _NEAR * rate]
    return sorted(near, key=lambda usual: abs(usual - rate))


def _rate_of_shortest(durations: np.ndarray, stated: Sequence[Fraction]) -> Fraction:
    positive = durations[durations > 0]
    usual, short = np.median(positive), np.quantile(positive, 0.1)
    # Clocks that tremble make some a little shorter than the others, which are the rule.
    seconds = usual if short > 0.7 * usual else short
    rate = Fraction(1 / float(seconds)).limit_denominator(1001)
    near = [other for other in stated if abs(other - rate) <= 0.05 * rate]
    return next(iter([*near, *_near_usual(rate)]), rate)
