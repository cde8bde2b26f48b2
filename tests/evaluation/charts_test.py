"""Charts: thin curves keep their extremes, and their size is bounded."""

import numpy as np

from tf_dyngen.evaluation import charts


def test_short_curves_are_kept():
    places, values = charts.thinned(range(charts.MOST_POINTS), range(charts.MOST_POINTS))
    assert places.tolist() == values.tolist() == list(range(charts.MOST_POINTS))


def test_long_curves_keep_their_extremes_in_order():
    values = np.random.default_rng(0).normal(size=100_003)
    values[[70_000, 3]] = 50.0, -50.0
    values[1000:5000] = np.nan
    places, kept = charts.thinned(range(len(values)), values)
    assert len(places) <= charts.MOST_POINTS
    assert (np.diff(places) > 0).all()
    np.testing.assert_array_equal(values[places.astype(int)], kept)
    assert {70_000, 3} <= set(places.astype(int))
    # A stretch without numbers stays a gap.
    assert np.isnan(kept).any()


def test_a_history_of_any_length_is_a_small_chart():
    rng = np.random.default_rng(0)
    history = [{"step": step, "psnr": 30 + rng.normal()} for step in range(100_000)]
    assert len(charts.draw_training({"run": history})) < 60_000


def test_figures_are_drawn_by_group_and_gaps_are_allowed():
    curves = {"look": [1.0, np.nan, 2.0], "move": [1.0, 1.0, 1.0], "colour": [0.0, 0.1, 0.2]}
    svg = charts.draw_figures([100, 200, 300], curves, "step")
    for words in ("look, wanted 1", "move, wanted 1", "colour, wanted 0", ">step<"):
        assert words in svg
    assert "motion" not in svg
