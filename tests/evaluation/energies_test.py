"""Energies of videos that formulas know."""

import numpy as np
import pytest

from tf_dyngen.evaluation import energies


def test_energies_of_sines(sines):
    frames = sines()
    # A sine of amplitude a has variance a^2 / 2; its step at frequency f, 2 a^2 sin(pi f)^2.
    assert energies.temporal_variance(frames) == pytest.approx(0.02, rel=1e-6)
    expected = 2 * 0.2**2 * np.sin(np.pi * 0.1) ** 2
    assert energies.motion_energy(frames) == pytest.approx(expected, rel=0.02)


def test_edge_energy_of_stripes():
    stripes = np.zeros((3, 8, 8, 1))
    stripes[:, :, ::2] = 1.0
    assert energies.edge_energy(stripes) == 1.0
