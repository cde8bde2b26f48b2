"""Appearance of looks whose mean frames also show how they moved."""

import numpy as np

from tf_dyngen.model.looks import appearance_of, fit_looks


def mean_frames(num_looks=12, num_motions=3, num_pixels=60, num_kinds=4):
    """Every look in every motion but one; each motion leaves traces in colours of the look.

    Returns: frames [N, D], whose look and what motion, [N] each.
    """
    random = np.random.default_rng(0)
    kinds = random.standard_normal((num_looks, num_kinds))
    drawn = random.standard_normal((num_kinds, num_pixels))
    traces = 0.5 * random.standard_normal((num_motions, num_kinds, num_pixels))
    rows = [
        (look, motion)
        for look in range(num_looks)
        for motion in range(num_motions)
        if motion != look % num_motions
    ]
    frames = [kinds[look] @ (drawn + traces[motion]) for look, motion in rows]
    return np.stack(frames), *np.array(rows).T


def fitted(size):
    frames, look, motion = mean_frames()
    looks = fit_looks(frames, np.eye(3)[motion], size)
    return frames, look, looks, appearance_of(frames, looks)


def test_appearances_are_white_and_ordered_by_what_they_say_of_looks():
    _, _, looks, appearances = fitted(4)
    np.testing.assert_allclose(appearances.T @ appearances / len(appearances), np.eye(4), atol=1e-6)
    energy = np.square(looks.loading).sum(axis=0)
    assert (np.diff(energy) <= 0).all()


def test_the_loading_is_the_regression_on_the_appearances():
    frames, _, looks, appearances = fitted(4)
    expected = np.linalg.lstsq(appearances, frames - frames.mean(axis=0), rcond=None)[0]
    np.testing.assert_allclose(looks.loading.T, expected, atol=1e-6)


def test_the_appearance_is_that_of_the_look_in_another_motion_too():
    frames, look, _, appearances = fitted(4)
    centred = frames - frames.mean(axis=0)
    vectors = np.linalg.svd(centred, full_matrices=False)[0][:, :4] * np.sqrt(len(frames))

    def within(values):
        groups = [values[look == number] for number in range(12)]
        return np.mean([np.square(group - group.mean(axis=0)).mean() for group in groups])

    assert within(appearances) < 0.5 * within(vectors)


def test_alike_mean_frames_have_no_appearance():
    looks = fit_looks(np.ones((3, 5)), np.zeros((3, 1)), 2)
    assert not looks.loading.any()
    assert not appearance_of(np.ones(5), looks).any()


def test_components_beyond_the_rank_are_zero():
    frames, _, motion = mean_frames()
    looks = fit_looks(frames[:3], np.eye(3)[motion[:3]], 6)
    assert np.isfinite(looks.projection).all()
    assert not looks.loading[:, 2:].round(6).any()
