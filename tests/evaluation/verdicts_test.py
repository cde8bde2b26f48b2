"""Sentences about videos of which everybody can see what is wrong with them."""

import pytest

from tf_dyngen.evaluation.metrics import Estimate
from tf_dyngen.evaluation.verdicts import compare, describe, describe_drift, grade

REAL = {
    "patch_distance": 1.0,
    "motion": 1.0,
    "temporal_variance": 1.0,
    "spectrum_distance": 0.3,
    "sharpness": 1.0,
    "nearest_frame": 1.0,
    "nearest_window": 1.0,
    "replayed": 0.4,
}


def figures(error=0.0, **changes):
    return {name: Estimate(value, error) for name, value in {**REAL, **changes}.items()}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Cannot be told from real frames"),
        ({"motion": 0.0, "temporal_variance": 0.0}, "Stands still"),
        ({"motion": 0.4}, "moves too little (40% of reality)"),
        ({"motion": 20.0}, "moves too much (20 times reality)"),
        ({"motion": 1.3}, "moves somewhat too much (130% of reality)"),
        ({"temporal_variance": 0.5}, "varies too little"),
        ({"sharpness": 0.3}, "is blurred"),
        ({"sharpness": 3.0}, "is grainy"),
        ({"patch_distance": 1.6}, "Looks a little different"),
        ({"patch_distance": 4.0}, "Looks clearly different"),
        ({"spectrum_distance": 2.0}, "its rhythm is wrong"),
        ({"nearest_frame": 0.0}, "copies learned frames"),
        ({"nearest_frame": 0.0, "nearest_window": 0.0, "replayed": 1.0}, "plays learned frames"),
    ],
)
def test_what_is_wrong_is_said(changes, words):
    sentence = describe(figures(**changes), figures())
    assert words in sentence
    assert sentence.endswith(".")


def test_no_better_than_reality_is_good():
    assert grade("patch_distance", 1.6, None) == "fair"
    assert grade("patch_distance", 1.6, 1.7) == "good"
    assert grade("motion", 0.8, 1.3) == "good"
    assert grade("motion", float("nan"), None) is None
    assert grade("replayed", 0.5, None) is None


def test_comparison_with_a_baseline():
    better = figures(motion=0.9, patch_distance=1.2)
    worse = figures(motion=0.5, patch_distance=1.5)
    assert compare(better, worse) == "2 of 5 figures (patch distance, motion)"
    assert compare(worse, better) == "0 of 5 figures"


def test_drift():
    assert describe_drift(figures(0.02), figures(0.02)) == "does not drift"
    assert describe_drift(figures(0.02), figures(0.02, motion=0.5)) == "fades (1.00 to 0.50)"
    # A change that chance explains is none.
    assert describe_drift(figures(0.3), figures(0.3, motion=0.5)) == "does not drift"
