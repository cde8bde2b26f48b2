"""What figures mean, in plain words."""

import math
from collections.abc import Mapping

from tf_dyngen.evaluation.metrics import Estimate, Fidelity

GOOD, FAIR, POOR = "good", "fair", "poor"
# Of figures that are 1 in reality: factors within which they are good, and fair.
RATIO_BOUNDS = (1.18, 1.5)
# Patches of real frames themselves score up to 1.3.
PATCH_BOUNDS = (1.3, 2.0)
SPECTRUM_BOUNDS = (0.4, 0.8)
SPEED_BOUNDS = (0.15, 0.4)
DIRECTION_BOUNDS = (0.1, 0.25)
# Below this share of the distance at which real frames lie from learned ones, frames are copies.
COPIED = 0.35
REPLAYED = 0.6
Figures = Mapping[str, Estimate]


def grade(name: str, value: float, real: float | None) -> str | None:
    """Returns how good a figure is; None for those that cannot be good or bad alone.

    Args:
      name: of the figure, see `Row`.
      value: of the videos.
      real: what real frames score; None if not known. What is no worse than they are is good.
    """
    if not math.isfinite(value):
        return None
    if name in ("motion", "temporal_variance", "sharpness"):
        off = math.inf if value <= 0 else math.exp(abs(math.log(value)))
        allowed = 1.0 if not real or real <= 0 else math.exp(abs(math.log(real)))
        return _grade(off, RATIO_BOUNDS, allowed)
    if name == "diversity":
        return GOOD if value > 0.5 else FAIR if value > 0.2 else POOR
    if name in ("nearest_frame", "nearest_window"):
        return GOOD if value > 0.7 else FAIR if value > COPIED else POOR
    bounds = {
        "patch_distance": PATCH_BOUNDS,
        "spectrum_distance": SPECTRUM_BOUNDS,
        "flow_speed": SPEED_BOUNDS,
        "flow_direction": DIRECTION_BOUNDS,
    }
    return _grade(value, bounds[name], real or 0.0) if name in bounds else None


def describe(figures: Figures, real: Figures | None) -> str:
    """Returns a sentence on what videos look like beside reality.

    Args:
      figures: of the videos, see `Row`.
      real: what the real continuation scores; None if it is not known.
    """
    mean = {name: estimate.mean for name, estimate in figures.items()}
    grades = {
        name: grade(name, value, real[name].mean if real and name in real else None)
        for name, value in mean.items()
    }
    copies = _copies(mean, real)
    if mean["motion"] < 0.01:
        return "Stands still."
    if all(grades[name] == GOOD for name in Fidelity._fields) and not copies:
        return "Cannot be told from real frames by these figures."
    parts = [
        _patches(grades["patch_distance"]),
        _amount("motion", mean, grades, ("moves too little", "moves too much")),
        _amount("temporal_variance", mean, grades, ("varies too little", "varies too much")),
        _amount("sharpness", mean, grades, ("is blurred", "is grainy")),
        _rhythm(grades["spectrum_distance"]),
        copies,
    ]
    said = [part for part in parts if part]
    sentence = "; ".join(said)
    return sentence[0].upper() + sentence[1:] + "."


def compare(figures: Figures, baseline: Figures) -> str:
    """Returns on how many figures of fidelity videos are nearer to reality than a baseline's."""
    better = [
        name
        for name in Fidelity._fields
        if _distance(name, figures[name].mean) < _distance(name, baseline[name].mean)
    ]
    words = ", ".join(name.replace("_", " ") for name in better)
    count = f"{len(better)} of {len(Fidelity._fields)} figures"
    return f"{count} ({words})" if better else count


def describe_drift(first: Figures, last: Figures) -> str:
    """Returns what a long video does from its first windows to its last ones.

    A change is told where it is over a seventh and over three of its standard errors.
    """
    told = []
    for name, less, more in (
        ("motion", "fades", "grows wilder"),
        ("temporal_variance", "varies less and less", "varies more and more"),
        ("sharpness", "blurs", "grows grainy"),
        ("patch_distance", "comes nearer to reality", "leaves reality"),
    ):
        change = last[name].mean - first[name].mean
        error = math.hypot(last[name].standard_error, first[name].standard_error)
        if abs(change) > max(0.15 * abs(first[name].mean), 3.0 * error):
            told.append(
                f"{more if change > 0 else less} ({first[name].mean:.2f} to {last[name].mean:.2f})"
            )
    return " and ".join(told) or "does not drift"


def _grade(value: float, bounds: tuple[float, float], allowed: float) -> str:
    good, fair = bounds
    return GOOD if value <= max(good, allowed) else FAIR if value <= max(fair, allowed) else POOR


def _distance(name: str, value: float) -> float:
    """Returns how far a figure is from reality's."""
    if name in ("motion", "temporal_variance", "sharpness"):
        return abs(math.log(max(value, 1e-9)))
    return value


def _patches(how: str | None) -> str:
    words = {
        GOOD: "looks like real frames",
        FAIR: "looks a little different from real frames",
        POOR: "looks clearly different from real frames",
    }
    return words.get(how or "", "")


def _amount(name: str, mean, grades, words: tuple[str, str]) -> str:
    if grades[name] in (GOOD, None):
        return ""
    verb, _, what = words[mean[name] > 1.0].partition(" ")
    somewhat = "somewhat " if grades[name] == FAIR else ""
    value = mean[name]
    share = f"{100 * value:.0f}% of reality" if value < 10 else f"{value:.0f} times reality"
    return f"{verb} {somewhat}{what} ({share})"


def _rhythm(how: str | None) -> str:
    words = {FAIR: "its rhythm is a little off", POOR: "its rhythm is wrong"}
    return words.get(how or "", "")


def _copies(mean: Mapping[str, float], real: Figures | None) -> str:
    usual = real["replayed"].mean if real else 0.3
    if mean["nearest_window"] < COPIED and mean["replayed"] > max(REPLAYED, usual):
        return "plays learned frames again"
    if mean["nearest_frame"] < COPIED:
        return "copies learned frames"
    return ""
