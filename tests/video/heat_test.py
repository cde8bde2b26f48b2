"""Colours grow brighter with what they stand for."""

import numpy as np

from tf_dyngen.video.heat import heat


def test_more_is_brighter_from_black_to_nearly_white():
    colours = heat(np.linspace(0, 3, 50).reshape(1, 5, 10), largest=3.0)
    assert colours.shape == (1, 5, 10, 3)
    assert colours.dtype == np.uint8
    brightness = colours.reshape(-1, 3) @ [0.299, 0.587, 0.114]
    assert np.all(np.diff(brightness) > 0)
    assert np.all(colours[0, 0, 0] == 0)
    assert brightness[-1] > 245


def test_values_beyond_the_largest_stay_and_nothing_divides_by_zero():
    assert np.array_equal(heat(np.full((1, 1, 1), 9.0), 3.0), heat(np.full((1, 1, 1), 3.0), 3.0))
    assert not heat(np.zeros((1, 2, 2)), 0.0).any()
