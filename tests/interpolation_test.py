"""Interpolation: its ends, its lengths and angles, vectors of one line."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.interpolation import interpolate


def test_the_ends_are_the_vectors_themselves_to_the_bit():
    first, second = draws(2)
    np.testing.assert_array_equal(interpolate(first, second, 0.0), first)
    np.testing.assert_array_equal(interpolate(first, second, 1.0), second)


def draws(number, size=200):
    random = np.random.default_rng(0)
    return [tf.constant(random.standard_normal(size), tf.float32) for _ in range(number)]


@pytest.mark.parametrize("place", [0.1, 0.5, 0.8])
def test_between_two_draws_of_the_prior_vectors_are_typical_of_it(place):
    first, second = draws(2)
    between = interpolate(first, second, place).numpy()
    # |N(0, I)| is sqrt(200), give or take 1 / sqrt(2); a straight line passes at 10 between.
    assert abs(np.linalg.norm(between) - np.sqrt(200)) < 3
    angles = [angle(first, between), angle(between, second)]
    np.testing.assert_allclose(angles[0] / sum(angles), place, atol=1e-3)
    np.testing.assert_allclose(sum(angles), angle(first, second), rtol=1e-3)


def angle(one, other):
    one, other = np.asarray(one, float), np.asarray(other, float)
    return np.arccos(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("scale", [0.0, 1.0, 3.0, -1.0])
def test_vectors_of_one_line_are_joined_by_it(scale):
    (first,) = draws(1)
    expected = (0.75 + 0.25 * scale) * first.numpy()
    np.testing.assert_allclose(interpolate(first, scale * first, 0.25), expected, atol=1e-5)
