"""Frechet video distance, with a network for the features that the user has.

Unterthiner et al., "Towards Accurate Generative Models of Video", 2018: the distance of Gaussians
that are fitted to the features of real and of synthesized clips. Its weights are not ours to ship:
any SavedModel that takes video and gives features will do, and distances by different networks
cannot be compared.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.model.linear_dynamics import symmetric_root

DEFAULT_CLIP_FRAMES = 16
STRIDE = 4
CLIPS_AT_A_TIME = 8
SIGNATURE = "serving_default"


class Gaussian(NamedTuple):
    """mean: [D]; covariance: [D, D]."""

    mean: np.ndarray
    covariance: np.ndarray


def fit_gaussian(features: np.ndarray) -> Gaussian:
    """Returns the mean and covariance of features [N, D], N at least 2."""
    return Gaussian(features.mean(axis=0), np.atleast_2d(np.cov(features, rowvar=False)))


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """Returns the squared Frechet (2-Wasserstein) distance of two Gaussians.

    |m1 - m2|^2 + trace(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2), Dowson and Landau, Journal of
    Multivariate Analysis 1982; by symmetric roots, which singular covariances do not disturb.
    """
    root = symmetric_root(first.covariance)
    values = np.linalg.eigvalsh(root @ second.covariance @ root)
    overlap = np.sqrt(np.maximum(values, 0.0)).sum()
    traces = np.trace(first.covariance) + np.trace(second.covariance)
    shift = np.square(first.mean - second.mean).sum()
    return float(max(shift + traces - 2.0 * overlap, 0.0))


class FeatureExtractor:
    """A SavedModel whose signature takes video and gives features.

    The one input of the signature `serving_default` is [N, T, H, W, 3] float32 in [-1, 1]; where
    T, H and W are fixed, clips are cut and resized to them. The first output is [N, D].

    Args:
      path: folder of the SavedModel.
    Raises: UserError if there is none, or it takes something else.
    """

    def __init__(self, path: Path):
        import tensorflow as tf

        advice = "give a SavedModel whose serving_default takes [N, T, H, W, 3] and gives features"
        try:
            # Kept, for its variables live as long as it does.
            self._model: Any = tf.saved_model.load(str(path))
            self._signature = self._model.signatures[SIGNATURE]
        except (OSError, KeyError, ValueError) as error:
            raise UserError(f"no feature extractor can be loaded of {path}", advice) from error
        inputs = self._signature.structured_input_signature[1]
        (self._name, wanted), *rest = inputs.items()
        if rest or wanted.shape.rank != 5:
            found = ", ".join(f"{name} {spec.shape}" for name, spec in inputs.items())
            raise UserError(f"the feature extractor {path} takes {found}", advice)
        _, length, height, width, _ = wanted.shape.as_list()
        self.num_frames = length or DEFAULT_CLIP_FRAMES
        self._size = (height, width) if height and width else None

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Returns features [N, D] of clips of a video [T, H, W, C] in [0, 1], every 4 frames."""
        import tensorflow as tf

        starts = range(0, len(frames) - self.num_frames + 1, STRIDE)
        rgb = np.broadcast_to(frames, (*frames.shape[:-1], 3)).astype(np.float32)
        sized = tf.image.resize(rgb, self._size).numpy() if self._size else rgb
        features = []
        for first in range(0, len(starts), CLIPS_AT_A_TIME):
            chosen = starts[first : first + CLIPS_AT_A_TIME]
            clips = np.stack([sized[start : start + self.num_frames] for start in chosen])
            outputs = self._signature(**{self._name: tf.constant(2.0 * clips - 1.0)})
            features.append(next(iter(outputs.values())).numpy().reshape(len(clips), -1))
        return np.concatenate(features) if features else np.zeros((0, 1))


class NetworkDistance:
    """Frechet video distance of windows to real ones, over that of the learned windows.

    Args:
      extract: frames [T, H, W, C] in [0, 1] -> features [N, D].
      learned, real: windows of one length; without held-out windows, `real` is the learned ones,
        and the distance of their first half to the rest is what is divided by.
    Raises: ValueError where a window has fewer than two clips.
    """

    def __init__(
        self,
        extract: FeatureExtractor,
        learned: Sequence[np.ndarray],
        real: Sequence[np.ndarray] | None,
    ):
        self._extract = extract
        windows = [self._features(window) for window in learned]
        if real is None:
            halves = np.array_split(np.concatenate(windows), 2)
            own = frechet_distance(*(fit_gaussian(half) for half in halves))
            self._real = fit_gaussian(np.concatenate(windows))
        else:
            self._real = fit_gaussian(np.concatenate([self._features(w) for w in real]))
            own = np.mean([frechet_distance(fit_gaussian(w), self._real) for w in windows])
        self._own = max(float(own), 1e-12)

    def __call__(self, window: np.ndarray) -> float:
        """Returns the distance of a window [T, H, W, C] in [0, 1]."""
        return frechet_distance(fit_gaussian(self._features(window)), self._real) / self._own

    def _features(self, window: np.ndarray) -> np.ndarray:
        features = self._extract(window)
        if len(features) < 4:
            raise ValueError(f"{len(window)} frames hold {len(features)} clips of the network")
        return features.astype(np.float64)
