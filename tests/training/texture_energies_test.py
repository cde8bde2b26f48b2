"""Energies of new frames beside a clip's: ratios of each, and what following them leads to."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.evaluation.energies import edge_energy
from tf_dyngen.training.texture_energies import NUM_SINGLE, RunningRatio, log_energy_ratio, pull


def noise(num_windows, num_frames, seed=0, side=4):
    """White windows [K, T, H, W, C]."""
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (num_windows, num_frames, side, side, 3)).astype(np.float32)


def ratio(made, real, num_frames=None):
    count = tf.constant(len(real) if num_frames is None else num_frames)
    return log_energy_ratio(tf.constant(made), tf.constant(real), count).numpy()


def test_frames_of_twice_the_amplitude_have_four_times_the_energy():
    real = noise(1, 30)[0]
    # What is taken for rounding, 1e-4 of the variance, brings ratios nearer to 1.
    np.testing.assert_allclose(ratio(0.5 + 2.0 * real[None], real), np.log(4.0), rtol=3e-3)


def test_a_wave_more_shows_at_its_frequency_and_not_at_the_edges():
    real = noise(1, 32)[0]
    wave = 2.0 * np.cos(2 * np.pi * 5 * np.arange(32) / 32).astype(np.float32)
    found = ratio((real + wave[:, None, None, None])[None], real)
    variance, motion, edges = found[:NUM_SINGLE]
    spectrum = found[NUM_SINGLE:]
    assert spectrum.argmax() == 4
    assert spectrum[4] > 2.0
    # A Hann window spreads it over its neighbours.
    np.testing.assert_allclose(np.delete(spectrum, [3, 4, 5]), 0.0, atol=0.1)
    # Low beside white noise, it adds more to the variance than to the motion.
    assert variance > motion > 0.5
    np.testing.assert_allclose(edges, 0.0, atol=1e-3)


def test_blurred_frames_have_fewer_edges():
    real = noise(1, 12, side=16)[0]
    blurred = tf.nn.avg_pool2d(real, 3, 1, "SAME").numpy()
    expected = np.log(edge_energy(blurred) / edge_energy(real))
    np.testing.assert_allclose(ratio(blurred[None], real)[2], expected, rtol=1e-3)


def test_windows_are_averaged_over_the_whole_clip():
    clip = noise(1, 90)[0]
    clip[:60] *= 0.0
    # The last of three windows alone has energy.
    np.testing.assert_allclose(ratio(clip[None, 60:], clip), np.log(3.0), rtol=3e-3)


def test_frames_behind_a_clips_end_do_not_count_and_short_clips_are_not_compared():
    clip, made = noise(1, 40)[0], noise(2, 20, seed=1)
    other = np.concatenate([clip[:25], 100 * clip[25:]])
    np.testing.assert_array_equal(ratio(made, clip, 25), ratio(made, other, 25))
    assert not ratio(made, clip, 19).any()


@pytest.mark.parametrize("shape", [(1, 4, 4), (2, 1, 5), (3, 5, 1), (7, 1, 1), (12, 9, 16)])
def test_windows_of_any_size_have_finite_gradients(shape):
    random = np.random.default_rng(0)
    made = tf.constant(random.uniform(-1, 1, (2, *shape, 3)).astype(np.float32))
    running = RunningRatio(shape[0])
    running.update(tf.ones_like(running.mean))
    with tf.GradientTape() as tape:
        tape.watch(made)
        found = log_energy_ratio(made, tf.zeros([20, *shape[1:], 3]), tf.constant(20))
        pulled = pull(running.mean, found)
    assert found.shape == [NUM_SINGLE + shape[0] // 2]
    assert np.isfinite(pulled)
    assert np.isfinite(tape.gradient(pulled, made)).all()


def test_following_the_running_mean_leads_to_the_clips_energies():
    """Though the windows that are drawn differ in energy by a factor of 19."""
    real, random = noise(1, 30)[0], np.random.default_rng(0)
    gain, running, logs = tf.Variable(0.3), RunningRatio(30), []
    optimizer = tf.keras.optimizers.Adam(0.02)

    @functools.partial(tf.function, autograph=False)
    def slope(scales):
        with tf.GradientTape() as tape:
            made = gain * scales[:, None, None, None, None] * real
            found = log_energy_ratio(made, tf.constant(real), tf.constant(30))
            pulled = pull(running.mean, found)
        return tape.gradient(pulled, gain), found

    for _ in range(300):
        scales = np.sqrt(random.choice([0.1, 1.9], 2)).astype(np.float32)
        gradient, found = slope(tf.constant(scales))
        optimizer.apply([gradient], [gain])
        running.update(found)
        logs.append(np.mean(found))
    assert np.mean(logs[:10]) < -2.0
    assert np.mean(logs[150:]) == pytest.approx(0.0, abs=0.15)
