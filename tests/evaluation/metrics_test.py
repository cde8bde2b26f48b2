"""Each figure against a case with a known answer."""

import numpy as np
import pytest

from tf_dyngen.evaluation import metrics


def sine_video(frequency=0.1, amplitude=0.2, num_frames=60, size=12):
    time = np.arange(num_frames)[:, None, None, None]
    phase = np.random.default_rng(0).uniform(0, 2 * np.pi, (1, size, size, 3))
    return 0.5 + amplitude * np.sin(2 * np.pi * frequency * time + phase)


def test_psnr_of_a_known_error():
    frames = np.full((2, 4, 4, 3), 0.5)
    assert metrics.psnr(frames + 0.01, frames) == pytest.approx(40.0)
    assert metrics.psnr(frames, frames) == float("inf")


def test_energies_of_sines():
    frames = sine_video()
    # A sine of amplitude a has variance a^2 / 2; its step at frequency f, 2 a^2 sin(pi f)^2.
    assert metrics.temporal_variance(frames) == pytest.approx(0.02, rel=1e-6)
    expected = 2 * 0.2**2 * np.sin(np.pi * 0.1) ** 2
    assert metrics.motion_energy(frames) == pytest.approx(expected, rel=0.02)


def test_edge_energy_of_stripes():
    stripes = np.zeros((3, 8, 8, 1))
    stripes[:, :, ::2] = 1.0
    assert metrics.edge_energy(stripes) == 1.0


def test_spectrum_peaks_at_the_frequency():
    assert np.argmax(metrics.temporal_spectrum(sine_video(frequency=0.2))) == 0.2 * 60 - 1


def test_spectrum_distance_of_scaled_motion():
    louder = sine_video(amplitude=0.2) * 2
    # Twice the amplitude is four times the power at every frequency.
    expected = pytest.approx(np.log(4.0), rel=1e-4)
    assert metrics.spectrum_distance(louder, sine_video(amplitude=0.2)) == expected


def test_patch_distance_of_a_shift_in_brightness():
    frames = np.random.default_rng(0).uniform(0, 0.5, (20, 16, 16, 1))
    # A shift c moves each projection by c times the sum of the direction's entries, which is
    # normal with variance 1 for a unit direction: the mean size is c * sqrt(2 / pi).
    shifted = frames + 3.0
    expected = 3.0 * np.sqrt(2 / np.pi)
    spread = 3.0 * np.sqrt((1 - 2 / np.pi) / metrics.NUM_DIRECTIONS)
    assert abs(metrics.patch_distance(shifted, frames) - expected) < 4 * spread


def test_reality_scores_one_and_a_frozen_frame_does_not():
    random = np.random.default_rng(0)
    row, column = np.ogrid[:16, :16]
    frames = np.zeros((420, 16, 16, 3))
    for _ in range(6):
        a, b = random.uniform(-0.8, 0.8, 2)
        phase = np.cumsum(random.normal(0.5, 0.15, 420))[:, None, None, None]
        wave = np.sin((a * row + b * column)[None, :, :, None] + phase)
        frames += random.uniform(0.02, 0.08, 3) * wave
    frames = 0.5 + frames
    training, held_out, other = frames[:60], frames[60:180], frames[180:]
    real = metrics.fidelity(other, training, held_out)
    assert real.patch_distance < 2.0
    assert real.motion == pytest.approx(1.0, abs=0.3)
    assert real.sharpness == pytest.approx(1.0, abs=0.3)
    frozen = metrics.fidelity(np.repeat(training[:1], 180, axis=0), training, held_out)
    assert frozen.motion == 0.0
    assert frozen.temporal_variance == pytest.approx(0.0, abs=1e-12)
    assert frozen.spectrum_distance > 5.0
    assert frozen.patch_distance > 1.5 * real.patch_distance
