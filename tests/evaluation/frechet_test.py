"""The Frechet distance against closed forms, and features of a SavedModel of ours."""

import numpy as np
import pytest
import scipy.linalg
import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.evaluation import frechet


def random_gaussian(random, size):
    root = random.normal(size=(size, size))
    return frechet.Gaussian(random.normal(size=size), root @ root.T)


def test_distance_of_independent_coordinates():
    random = np.random.default_rng(0)
    means, stds = random.normal(size=(2, 5)), random.uniform(0.5, 2.0, (2, 5))
    sides = [frechet.Gaussian(m, np.diag(s**2)) for m, s in zip(means, stds, strict=True)]
    # In one dimension: (m1 - m2)^2 + (s1 - s2)^2.
    expected = np.sum((means[0] - means[1]) ** 2) + np.sum((stds[0] - stds[1]) ** 2)
    assert frechet.frechet_distance(*sides) == pytest.approx(expected)


def test_distance_with_scipys_matrix_root():
    random = np.random.default_rng(1)
    first, second = random_gaussian(random, 6), random_gaussian(random, 6)
    root = scipy.linalg.sqrtm(first.covariance @ second.covariance).real
    expected = np.sum((first.mean - second.mean) ** 2)
    expected += np.trace(first.covariance + second.covariance - 2 * root)
    assert frechet.frechet_distance(first, second) == pytest.approx(expected)
    assert frechet.frechet_distance(second, first) == pytest.approx(expected)
    assert frechet.frechet_distance(first, first) == pytest.approx(0.0, abs=1e-9)


def test_singular_covariances():
    line = frechet.Gaussian(np.zeros(3), np.diag([1.0, 0.0, 0.0]))
    other = frechet.Gaussian(np.zeros(3), np.diag([0.0, 4.0, 0.0]))
    assert frechet.frechet_distance(line, other) == pytest.approx(5.0)


def test_fitted_gaussian():
    features = np.random.default_rng(0).normal(size=(50, 3))
    fitted = frechet.fit_gaussian(features)
    np.testing.assert_allclose(fitted.mean, features.mean(axis=0))
    np.testing.assert_allclose(fitted.covariance, np.cov(features.T))


@pytest.fixture
def extractor(tmp_path):
    """extractor(SHAPE) -> path of a SavedModel that gives the mean of each channel."""

    def save(*shape):
        module = tf.Module()
        signature = tf.function(
            lambda video: {"features": tf.reduce_mean(video, list(range(1, len(shape))))},
            input_signature=[tf.TensorSpec([None, *shape], tf.float32)],
        )
        tf.saved_model.save(module, str(tmp_path / "model"), {"serving_default": signature})
        return tmp_path / "model"

    return save


def test_features_of_a_saved_model(extractor):
    extract = frechet.FeatureExtractor(extractor(8, 10, 10, 3))
    assert extract.num_frames == 8
    features = extract(np.full((20, 6, 6, 1), 0.75))
    # Clips start at 0, 4, 8 and 12; 0.75 is 0.5 in [-1, 1].
    np.testing.assert_allclose(features, np.full((4, 3), 0.5), atol=1e-6)
    assert extract(np.zeros((7, 6, 6, 3))).shape[0] == 0


def test_network_distance(extractor):
    extract = frechet.FeatureExtractor(extractor(None, None, None, 3))
    assert extract.num_frames == frechet.DEFAULT_CLIP_FRAMES
    real, learned, new = (np.full((40, 6, 6, 3), value) for value in (0.25, 0.5, 1.0))
    # The features are constant; learned ones are 0.5 off in each channel, new ones 1.5.
    distance = frechet.NetworkDistance(extract, [learned], [real])
    assert distance(new) == pytest.approx(9.0, rel=1e-3)
    assert distance(learned) == pytest.approx(1.0, rel=1e-3)
    with pytest.raises(ValueError, match="20 frames hold 2 clips"):
        distance(new[:20])


def test_what_is_no_feature_extractor(extractor, tmp_path):
    with pytest.raises(UserError, match="no feature extractor"):
        frechet.FeatureExtractor(tmp_path / "none")
    with pytest.raises(UserError, match="takes video"):
        frechet.FeatureExtractor(extractor(3))
