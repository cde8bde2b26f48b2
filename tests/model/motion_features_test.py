"""Features of motion: known displacements, no colours."""

import numpy as np

from tf_dyngen.model.motion_features import CELLS, motion_features, optical_flow


def sliding_pattern(down, right, num_frames=6, size=32):
    """A smooth pattern that moves by (down, right) pixels a frame."""
    time, row, column = np.ogrid[:num_frames, :size, :size]
    row, column = row - down * time, column - right * time
    pattern = np.sin(row / 4) * np.cos(column / 5) + 0.5 * np.sin((row + column) / 6)
    return np.repeat(0.4 * pattern[..., None], 3, axis=-1)


def test_flow_is_the_displacement_drawn_towards_zero():
    for down, right in ((0.4, 0.0), (0.0, -0.5), (0.3, 0.6)):
        found = optical_flow(sliding_pattern(down, right))
        for field, expected in zip(found, (down, right), strict=True):
            np.testing.assert_allclose(np.median(field[1:-1]), expected, rtol=0.25, atol=0.05)


def test_features_do_not_know_colours_or_contrast():
    clip = sliding_pattern(0.3, 0.6)
    recoloured = 0.5 * clip[..., [2, 0, 1]] + 0.2
    np.testing.assert_allclose(motion_features(recoloured), motion_features(clip), atol=1e-6)


def test_shapes_and_means():
    features = motion_features(sliding_pattern(0.2, 0.1, size=30))
    assert features.shape == (6, 3 * CELLS**2)
    np.testing.assert_allclose(features.mean(axis=0), 0.0, atol=1e-9)


def test_a_still_clip_has_no_features():
    still = np.repeat(sliding_pattern(0, 0, num_frames=1), 5, axis=0)
    np.testing.assert_array_equal(motion_features(still), 0.0)
