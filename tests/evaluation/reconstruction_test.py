"""Errors of known size, and the SSIM of TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.evaluation import reconstruction


def test_psnr_of_a_known_error():
    frames = np.full((2, 4, 4, 3), 0.5)
    assert reconstruction.psnr(frames + 0.01, frames) == pytest.approx(40.0)
    assert reconstruction.psnr(frames, frames) == float("inf")


def test_ssim_of_a_shift_in_brightness():
    # Without contrast only the luminance term is left: (2 a b + c) / (a^2 + b^2 + c), c = 0.01^2.
    frames = np.full((2, 12, 12, 3), 0.5)
    expected = (2 * 0.5 * 0.7 + 1e-4) / (0.5**2 + 0.7**2 + 1e-4)
    assert reconstruction.ssim(frames + 0.2, frames) == pytest.approx(expected)
    assert reconstruction.ssim(frames, frames) == 1.0


def test_ssim_is_near_tensorflows(sines):
    frames = sines(num_frames=4, size=32).astype(np.float32)
    noisy = frames + np.random.default_rng(0).normal(0, 0.05, frames.shape).astype(np.float32)
    # TensorFlow's windows are Gaussian.
    theirs = float(tf.reduce_mean(tf.image.ssim(noisy, frames, 1.0)))
    assert reconstruction.ssim(noisy, frames) == pytest.approx(theirs, abs=0.03)
