"""Stationary linear dynamics of white components: how states of a linear start follow each other.

Of first order, the Yule-Walker estimate. Of higher order, the autoregression of largest entropy
that has the autocovariance of the clips, estimated with sine tapers (Riedel and Sidorenko, "Minimum
bias multiple taper spectral estimation", IEEE Trans. Signal Processing 1995): without tapers the
ends of a short clip leak into all frequencies, and what moves smoothly comes out trembling.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.linalg

NUM_TAPERS = 8
# Bounds, and halvings of what is between them, of the white noise beside the autocovariance.
WHITE_NOISE = (1e-6, 1.0)
HALVINGS = 20
# Of the directions of a gain that are nothing but rounding.
SMALLEST_GAIN = 1e-4


class Dynamics(NamedTuple):
    """s_t = A s_{t-1} + B xi_t, stationary with covariance I, of which components z_t are seen.

    transition: A, [S, S]; noise_gain: B, [S, N]; A A' + B B' = I as long as N was not chosen.
    of_lags: W, [S, k * n]: s_t = W (z_t, z_{t-1}, ...), the newest of k frames first.
    to_lags: its inverse, [k * n, S].
    num_components: n.
    """

    transition: np.ndarray
    noise_gain: np.ndarray
    of_lags: np.ndarray
    to_lags: np.ndarray
    num_components: int

    @property
    def newest(self) -> np.ndarray:
        """Returns C, [n, S]: z_t = C s_t."""
        return self.to_lags[: self.num_components]

    def latents(self, components: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the noise [T, N] and the s_0 [S] that lead to components z_1..z_T, [T, n]."""
        states = self._states(components)
        residuals = states[1:] - states[:-1] @ self.transition.T
        noise = residuals @ np.linalg.pinv(self.noise_gain, rcond=SMALLEST_GAIN).T
        return noise, states[0]

    def resized(self, state_size: int, noise_size: int) -> "Dynamics":
        """Returns the dynamics with other widths.

        Of less noise, the leading directions of B are kept; more of it, and more states, are
        without influence.
        """
        gain = self.noise_gain
        if noise_size < gain.shape[1]:
            left, values, _ = np.linalg.svd(gain, full_matrices=False)
            gain = left[:, :noise_size] * values[:noise_size]
        idle = state_size - len(self.transition)
        return Dynamics(
            np.pad(self.transition, [(0, idle), (0, idle)]),
            np.pad(gain, [(0, idle), (0, noise_size - gain.shape[1])]),
            np.pad(self.of_lags, [(0, idle), (0, 0)]),
            np.pad(self.to_lags, [(0, 0), (0, idle)]),
            self.num_components,
        )

    def _states(self, components: np.ndarray) -> np.ndarray:
        """Returns s_0..s_T, [T + 1, S]; s_0 is the one expected from s_k."""
        size = self.num_components
        order = len(self.to_lags) // size
        # A clip that is shorter than the memory stands still behind its end.
        first = components[np.minimum(np.arange(order), len(components) - 1)]
        settled = self.of_lags @ first[::-1].ravel()
        initial = np.linalg.matrix_power(self.transition, order).T @ settled
        before = (self.to_lags @ initial).reshape(order, size)[::-1]
        frames = np.concatenate([before, components])
        lags = [frames[order - 1 - lag : len(frames) - lag] for lag in range(order)]
        return np.concatenate(lags, axis=1) @ self.of_lags.T


def fit_yule_walker(clips: Sequence[np.ndarray], memory: float = 1.0) -> Dynamics:
    """Fits dynamics of first order to white components [T, n] of clips; s_t = z_t.

    Args:
      clips: over all of them the components have mean 0 and covariance I.
      memory: factor on A, at most 1; what it takes from the memory, the noise gives back.
    """
    # The biased estimate (divided by the number of frames, not of pairs) keeps A a contraction.
    products = [clip[1:].T @ clip[:-1] for clip in clips]
    transition = memory * np.sum(products, axis=0) / sum(len(clip) for clip in clips)
    identity = np.eye(len(transition))
    noise_gain = symmetric_root(identity - transition @ transition.T)
    return Dynamics(transition, noise_gain, identity, identity, len(identity))


def fit_autoregression(clips: Sequence[np.ndarray], order: int, memory: float = 1.0) -> Dynamics:
    """Fits dynamics of any order to components [T, n] of clips.

    Clips are short beside n, and the autocovariance alone would make them all but impossible: as
    much white noise is added to it as makes the noise that leads to the clips of variance 1, that
    of its prior.

    Args:
      clips: components that vary about 0 with variances of about 1.
      order: how many frames a state remembers.
      memory: factor on the covariance of frames next to each other, at most 1.
    """
    covariances = autocovariance(clips, order)
    covariances *= memory ** np.arange(order + 1)[:, None, None]
    low, high = np.log(WHITE_NOISE)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        dynamics = _of_autocovariance(covariances, np.exp(middle))
        noise = np.concatenate([dynamics.latents(clip)[0] for clip in clips])
        low, high = (low, middle) if np.mean(np.square(noise)) < 1.0 else (middle, high)
    return _of_autocovariance(covariances, np.exp(low))


def autocovariance(clips: Sequence[np.ndarray], order: int) -> np.ndarray:
    """Returns E z_{t+k} z_t' for k = 0..order, [order + 1, n, n], averaged over sine tapers."""
    covariances = np.zeros([order + 1, clips[0].shape[1], clips[0].shape[1]])
    for clip in clips:
        for taper in _sine_tapers(len(clip)):
            tapered = taper[:, None] * clip
            for lag in range(order + 1):
                covariances[lag] += tapered[lag:].T @ tapered[: len(clip) - lag]
    return covariances / sum(len(clip) for clip in clips)


def symmetric_root(matrix: np.ndarray) -> np.ndarray:
    """Returns the symmetric square root of a covariance, negative rounding errors set to 0."""
    values, vectors = scipy.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def _sine_tapers(length: int) -> np.ndarray:
    """Returns tapers [K, length], each with squares that sum to length / K."""
    number = max(1, min(NUM_TAPERS, length // 2))
    places = np.arange(1, length + 1) / (length + 1)
    tapers = np.sin(np.pi * np.arange(1, number + 1)[:, None] * places)
    return tapers * np.sqrt(2.0 * length / (number * (length + 1)))


def _of_autocovariance(covariances: np.ndarray, white_noise: float) -> Dynamics:
    """Returns the autoregression with an autocovariance [order + 1, n, n] plus white noise."""
    order, size = len(covariances) - 1, covariances.shape[1]
    covariances = covariances.copy()
    covariances[0] += white_noise * np.eye(size)
    lagged = np.block(
        [
            [covariances[j - i] if j >= i else covariances[i - j].T for j in range(order)]
            for i in range(order)
        ]
    )
    ahead = np.concatenate(list(covariances[1:]), axis=1)
    coefficients = scipy.linalg.solve(lagged, ahead.T, assume_a="pos").T
    driving = symmetric_root(covariances[0] - coefficients @ ahead.T)
    companion = np.eye(order * size, k=-size)
    companion[:size] = coefficients
    # In coordinates where the state is white; the newest components are those of the first states.
    to_lags = np.linalg.cholesky(lagged)
    of_lags = scipy.linalg.solve_triangular(to_lags, np.eye(order * size), lower=True)
    transition = of_lags @ companion @ to_lags
    return Dynamics(transition, of_lags[:, :size] @ driving, of_lags, to_lags, size)
