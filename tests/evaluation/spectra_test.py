"""Spectra of sines."""

import numpy as np
import pytest

from tf_dyngen.evaluation import spectra


def test_spectrum_peaks_at_the_frequency(sines):
    assert np.argmax(spectra.temporal_spectrum(sines(frequency=0.2))) == 0.2 * 60 - 1


def test_spectrum_distance_of_scaled_motion(sines):
    quiet = sines(amplitude=0.2)
    # Twice the amplitude is four times the power at every frequency.
    expected = pytest.approx(np.log(4.0), rel=1e-4)
    assert spectra.spectrum_distance(2.0 * quiet, quiet) == expected
