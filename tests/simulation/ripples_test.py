"""Ripples keep the law of waves on deep water."""

import numpy as np

from tf_dyngen.simulation.ripples import Ripples

CELL, FRAME = 0.02, 0.04


def still_water(fading=0.0, spreading=0.0):
    return Ripples((48, 64), CELL, FRAME, fading, spreading)


def heights(ripples):
    """Spectrum of the height, from the slope to the right."""
    numbers = 2 * np.pi / CELL * np.fft.fftfreq(64)
    return np.fft.fft2(ripples.slopes()[1])[:, 1:32] / (1j * numbers[1:32])


def test_each_wave_turns_at_its_own_rate_and_fades():
    ripples = still_water(fading=1.5, spreading=0.001)
    ripples.strike(0.4, 0.5, 0.0, strength=0.01, radius=0.03)
    courses = []
    for _ in range(30):
        ripples.advance()
        courses.append(heights(ripples))
    courses = np.array(courses)
    seconds = FRAME * np.arange(1, 31)
    for row, column in ((0, 1), (2, 3), (5, 6)):
        number = 2 * np.pi / CELL * np.hypot(row / 48, (column + 1) / 64)
        rate = np.sqrt(9.81 * number + 7.3e-5 * number**3)
        course = np.sin(rate * seconds) * np.exp(-(1.5 + 0.001 * number**2) * seconds)
        ratio = courses[:, row, column] @ course / (course @ course)
        # Pushed water sinks first, at the speed k P.
        push = 0.01 * 2 * np.pi * (0.03 / CELL) ** 2 * np.exp(-0.5 * (0.03 * number) ** 2)
        np.testing.assert_allclose(abs(ratio), number * push / rate, rtol=1e-9)
        np.testing.assert_allclose(courses[:, row, column], ratio * course, atol=1e-9 * abs(ratio))


def test_a_blow_within_a_frame_counts_from_its_moment():
    late, early = still_water(2.0, 0.001), still_water(2.0, 0.001)
    early.strike(0.3, 0.2, 0.0, 0.01, 0.03)
    early.advance()
    late.advance()
    late.strike(0.3, 0.2, FRAME, 0.01, 0.03)
    np.testing.assert_allclose(late.slopes(), early.slopes(), atol=1e-12)


def test_a_ring_spreads_alike_to_all_sides():
    ripples = still_water()
    ripples.strike(24 * CELL, 32 * CELL, 0.3, 0.01, 0.03)
    ahead, right = ripples.slopes()
    reach = np.arange(1, 16)
    np.testing.assert_allclose(ahead[24 + reach, 32], right[24, 32 + reach], rtol=0.01, atol=1e-4)
    np.testing.assert_allclose(right[24, 32 - reach], -right[24, 32 + reach], atol=1e-12)
