"""Sentences about videos of which everybody can see what is wrong with them."""

import math

import pytest

from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.metrics import Estimate
from tf_dyngen.evaluation.verdicts import (
    CANNOT_BE_TOLD,
    RULES,
    compare,
    describe,
    describe_drift,
    find_faults,
    grade,
)

REAL = {name: 1.0 if figure.wanted == "1" else 0.0 for name, figure in FIGURES.items()}


def figures(error=0.0, **changes):
    return {name: Estimate(value, error) for name, value in {**REAL, **changes}.items()}


def test_all_figures_count():
    assert set(RULES) == set(FIGURES)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"motion": 0.0, "variance": 0.0}, "Stands still"),
        ({"motion": 0.5}, "Moves too little (50% of reality)"),
        ({"motion": 20.0}, "Moves too much (20 times reality)"),
        ({"motion": 1.3}, "Somewhat: moves too much (130% of reality)"),
        ({"variance": 0.5}, "Varies too little"),
        ({"sharpness": 0.3}, "Is blurred"),
        ({"sharpness": 3.0}, "Is grainy"),
        ({"look": 4.0}, "Looks unlike the clip (4.0 times as far off as real frames)"),
        ({"move": 5.0}, "Moves unlike the clip"),
        ({"patches": 6.0}, "Has other details"),
        ({"rhythm": 2.0}, "Has another rhythm"),
        ({"colour": 0.02}, "Has colours that the clip never has (2.0% of the pixels)"),
        ({"seams": 9.0}, "Has seams"),
        ({"copied": 1.0}, "Repeats the clip (100% of it)"),
        ({"novelty": 0.2}, "Stays near learned frames (20% of reality)"),
        ({"repetition": 0.1}, "Repeats itself"),
        ({"speed": 1.0}, "Moves at other speeds"),
        ({"direction": 0.6}, "Moves in other directions (60% of the motion)"),
        ({"diversity": 0.01}, "Is alike for all seeds"),
        ({"frechet_distance": 9.0}, "Looks unlike the clip to your network"),
    ],
)
def test_what_is_wrong_is_said(changes, words):
    sentence = describe(figures(**changes), figures())
    assert sentence.startswith(words)
    assert sentence.endswith(".")
    assert sentence != CANNOT_BE_TOLD


@pytest.mark.parametrize("name", ["look", "move", "patches", "colour", "novelty", "copied"])
def test_better_than_reality_is_no_fault(name):
    value = 2.0 if name == "novelty" else 0.0 if REAL[name] == 0.0 else 0.3
    assert describe(figures(**{name: value}), figures()) == CANNOT_BE_TOLD


def test_the_worst_comes_first():
    faults = find_faults(figures(look=2.0, colour=0.1, motion=0.6), figures())
    assert [fault.name for fault in faults] == ["colour", "motion", "look"]
    # 0.1 beside a bound of 0.002; log 2 beside log 1.5.
    assert faults[0].off == pytest.approx(50.0)
    assert faults[2].off == pytest.approx(math.log(2) / math.log(1.5))


def test_what_real_frames_score_themselves_is_no_fault():
    assert describe(figures(look=2.0), figures()) != CANNOT_BE_TOLD
    assert describe(figures(look=2.0), figures(look=2.0)) == CANNOT_BE_TOLD
    assert grade("look", 2.0, 1.0) == "fair"
    assert grade("look", 2.0, 2.0) == "good"
    assert grade("look", 2.0, None) == "good"
    assert grade("look", 4.0, None) == "fair"
    assert grade("motion", 1.3, 1.3) == "good"
    assert grade("motion", 0.7, 1.3) == "fair"
    assert grade("motion", 0.1, None) == "poor"
    assert grade("motion", float("nan"), None) is None
    assert grade("step", 100.0, None) is None


def test_the_spread_of_real_frames_counts():
    real = {"variance": Estimate(1.4, 0.2), "rhythm": Estimate(0.3, 0.1)}
    assert find_faults({"variance": Estimate(2.0)}, real) == []
    assert find_faults({"variance": Estimate(2.2)}, real) != []
    assert find_faults({"variance": Estimate(0.7)}, real) != []
    assert find_faults({"rhythm": Estimate(0.5)}, real) == []
    assert find_faults({"rhythm": Estimate(0.5)}, {"rhythm": Estimate(0.3)}) != []


def test_figures_that_are_not_known_are_passed_over():
    assert describe({"motion": Estimate(1.0)}, None) == CANNOT_BE_TOLD
    assert describe({"motion": Estimate(1.0), "look": Estimate(math.nan)}, {}) == CANNOT_BE_TOLD


def test_comparison_with_a_baseline():
    better = figures(motion=0.9, patches=1.2)
    worse = figures(motion=0.5, patches=1.5)
    assert compare(better, worse) == f"2 of {len(FIGURES)} figures (motion, patches)"
    assert compare(worse, better) == f"0 of {len(FIGURES)} figures"


def test_drift():
    assert describe_drift(figures(0.02), figures(0.02)) == "does not drift"
    assert describe_drift(figures(0.02), figures(0.02, motion=0.5)) == "fades (1.00 to 0.50)"
    # A change that chance explains is none.
    assert describe_drift(figures(0.3), figures(0.3, motion=0.5)) == "does not drift"
