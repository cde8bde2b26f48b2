"""Seams of a picture that is cut up."""

import numpy as np
from scipy import ndimage

from tf_dyngen.evaluation.seams import ClipSteps
from tf_dyngen.evaluation.simple_baselines import cut_up


def clouds(seed, num_frames=40):
    noise = np.random.default_rng(seed).normal(size=(num_frames, 32, 32, 1))
    smooth = ndimage.gaussian_filter(noise, (2, 2, 2, 0))
    return np.clip(128 + 40 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def test_pieces_of_other_moments_have_seams():
    steps = ClipSteps(clouds(0))
    assert steps.steeper_share(clouds(0)) == 0.0
    other = steps.steeper_share(clouds(1))
    cut = cut_up(clouds(1), 40, 0)
    # Six of 58 inner places across and down lie on seams, and the steps over 8 pixels are clear.
    assert steps.steeper_share(cut) > 0.03
    assert steps.steeper_share(cut) > 5 * other


def test_a_slope_is_no_seam():
    ramp = np.broadcast_to(np.arange(32, dtype=np.uint8)[None, None, :, None], (3, 32, 32, 1))
    assert ClipSteps(ramp).steeper_share(4 * ramp) == 0.0


def test_frames_too_small_for_steps():
    tiny = np.zeros((3, 2, 2, 3), np.uint8)
    assert ClipSteps(tiny[:, :1]).steeper_share(tiny[:, :1]) == 0.0
