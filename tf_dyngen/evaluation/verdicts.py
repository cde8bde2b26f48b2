"""What figures mean, in plain words.

A figure is off by how far it lies from what reality scores, as a multiple of what real frames of
the clip are off themselves, or of a bound where they are off by little: beyond 1 it can be told.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tf_dyngen.evaluation.metrics import Estimate

GOOD, FAIR, POOR = "good", "fair", "poor"
# Multiples of the bound beyond which a figure is poor.
MUCH = 2.0
# Times as wide are bounds where it is not known what real frames score.
UNKNOWN = 2.0
# Below this share of the clip's motion, a video stands still.
STILL = 0.01
CANNOT_BE_TOLD = "Cannot be told from real frames by these figures."
Figures = Mapping[str, Estimate]


class Fault(NamedTuple):
    """What is off: the figure, by how much, 1 where it can just be told, and in words."""

    name: str
    off: float
    words: str


class _Rule(NamedTuple):
    """How a figure is judged.

    distance: value -> how far from reality it is, 0 or more.
    bound: of that distance, which can be told where real frames are off by less.
    slack: times what real frames are off, which can be told where that is more; 0 for figures
      where real frames lie to one side of 1: then all between is as good as 1.
    low, high: words for values below and above what is wanted; none where that is no fault.
    shown: value -> its text, after the words.
    """

    distance: Callable[[float], float]
    bound: float
    slack: float
    low: str | None
    high: str | None
    shown: Callable[[float], str] = lambda value: f"{value:.2g}"


def _ratio(value: float) -> float:
    return math.inf if value <= 0 else abs(math.log(value))


def _excess(value: float) -> float:
    return max(0.0, math.log(value)) if value > 0 else 0.0


def _lack(value: float) -> float:
    return math.inf if value <= 0 else max(0.0, -math.log(value))


def _percent(value: float) -> str:
    return f"{100 * value:.1f}% of the pixels"


def _share(value: float) -> str:
    return f"{100 * value:.0f}% of reality" if value < 10 else f"{value:.0f} times reality"


def _distance_to(value: float) -> str:
    return f"{value:.1f} times as far off as real frames"


RULES = {
    "look": _Rule(_excess, math.log(1.5), 1.3, None, "looks unlike the clip", _distance_to),
    "move": _Rule(_excess, math.log(2.0), 1.3, None, "moves unlike the clip", _distance_to),
    "motion": _Rule(_ratio, math.log(1.2), 0.0, "moves too little", "moves too much", _share),
    "variance": _Rule(_ratio, math.log(1.3), 0.0, "varies too little", "varies too much", _share),
    "rhythm": _Rule(abs, 0.4, 1.3, None, "has another rhythm"),
    "sharpness": _Rule(_ratio, math.log(1.2), 0.0, "is blurred", "is grainy", _share),
    "colour": _Rule(abs, 0.002, 2.0, None, "has colours that the clip never has", _percent),
    "seams": _Rule(
        _excess,
        math.log(2.0),
        1.5,
        None,
        "has seams",
        lambda value: f"{value:.1f} times as many steps as real frames",
    ),
    "novelty": _Rule(_lack, math.log(1 / 0.6), 1.5, "stays near learned frames", None, _share),
    "copied": _Rule(
        abs, 0.1, 1.5, None, "repeats the clip", lambda value: f"{100 * value:.0f}% of it"
    ),
    "repetition": _Rule(_lack, math.log(1 / 0.7), 1.5, "repeats itself", None, _share),
    "speed": _Rule(
        abs,
        0.15,
        1.6,
        None,
        "moves at other speeds",
        lambda value: f"{value:.2f} pixels a frame off",
    ),
    "direction": _Rule(
        abs,
        0.2,
        1.3,
        None,
        "moves in other directions",
        lambda value: f"{100 * value:.0f}% of the motion",
    ),
    "patches": _Rule(_excess, math.log(2.0), 1.3, None, "has other details", _distance_to),
    "diversity": _Rule(_lack, math.log(1 / 0.63), 1.0, "is alike for all seeds", None, _share),
    "frechet_distance": _Rule(
        _excess, math.log(1.5), 1.3, None, "looks unlike the clip to your network", _distance_to
    ),
}


def grade(name: str, value: float, usual: float | None) -> str | None:
    """Returns how good a figure is; None for one that is not known.

    Args:
      name: of the figure, see `figures.FIGURES`.
      value: of the videos.
      usual: what real frames score; None if not known.
    """
    if name not in RULES or math.isnan(value):
        return None
    off = _off(name, value, usual)
    return GOOD if off <= 1.0 else FAIR if off <= MUCH else POOR


def usual_end(name: str, usual: Estimate) -> float:
    """Returns what real frames score, one standard error farther from reality's 1 or 0."""
    error = 0.0 if math.isnan(usual.standard_error) else usual.standard_error
    ends = usual.mean, usual.mean + error, max(usual.mean - error, usual.mean / 2.0)
    return max(ends, key=RULES[name].distance)


def find_faults(figures: Figures, real: Figures | None) -> list[Fault]:
    """Returns what can be told of videos, the worst first.

    Args:
      figures: of the videos, see `judging.Row`.
      real: what the real continuation scores; None if it is not known.
    """
    motion = figures.get("motion")
    if motion is not None and motion.mean < STILL:
        return [Fault("motion", math.inf, "stands still")]
    faults = []
    for name, rule in RULES.items():
        if name not in figures or math.isnan(figures[name].mean):
            continue
        value = figures[name].mean
        off = _off(name, value, usual_end(name, real[name]) if real and name in real else None)
        words = rule.high if rule.low is None or (rule.high and value > 1.0) else rule.low
        if off > 1.0 and words:
            faults.append(Fault(name, off, f"{words} ({rule.shown(value)})"))
    return sorted(faults, key=lambda fault: -fault.off)


def describe(figures: Figures, real: Figures | None) -> str:
    """Returns a sentence on what videos look like beside reality, the worst first."""
    faults = find_faults(figures, real)
    if not faults:
        return CANNOT_BE_TOLD
    words = [fault.words if fault.off > MUCH else f"somewhat: {fault.words}" for fault in faults]
    sentence = "; ".join(words)
    return sentence[0].upper() + sentence[1:] + "."


def compare(figures: Figures, baseline: Figures) -> str:
    """Returns on how many figures videos are nearer to reality than a baseline's."""
    names = [name for name in RULES if name in figures and name in baseline]
    better = [
        name
        for name in names
        if RULES[name].distance(figures[name].mean) < RULES[name].distance(baseline[name].mean)
    ]
    count = f"{len(better)} of {len(names)} figures"
    return f"{count} ({', '.join(better)})" if better else count


def describe_drift(first: Figures, last: Figures) -> str:
    """Returns what a long video does from its first windows to its last ones.

    A change is told where it is over a seventh and over three of its standard errors.
    """
    told = []
    words = {
        "motion": ("fades", "grows wilder"),
        "variance": ("varies less and less", "varies more and more"),
        "sharpness": ("blurs", "grows grainy"),
        "patches": ("comes nearer to reality", "leaves reality"),
    }
    for name, (less, more) in words.items():
        change = last[name].mean - first[name].mean
        error = math.hypot(last[name].standard_error, first[name].standard_error)
        if abs(change) > max(0.15 * abs(first[name].mean), 3.0 * error):
            told.append(
                f"{more if change > 0 else less} ({first[name].mean:.2f} to {last[name].mean:.2f})"
            )
    return " and ".join(told) or "does not drift"


def _off(name: str, value: float, usual: float | None) -> float:
    rule = RULES[name]
    if usual is None or math.isnan(usual):
        return rule.distance(value) / (UNKNOWN * rule.bound)
    if rule.distance is _ratio and usual > 0:
        value = value / min(max(value, min(1.0, usual)), max(1.0, usual))
    return rule.distance(value) / max(rule.bound, rule.slack * rule.distance(usual))
