"""The linear dynamic texture on plain pixels: what a model has to beat.

Doretto, Chiuso, Wu and Soatto, "Dynamic textures", IJCV 2003: principal components of the frames
and autoregressive dynamics of their coefficients,

    y_t = mean + U z_t,    z_t = A z_{t-1} + B xi_t,    xi_t ~ N(0, I).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tf_dyngen.filling.baselines import linear_in_time
from tf_dyngen.model.linear_dynamics import fit_yule_walker, symmetric_root
from tf_dyngen.model.linear_start import principal_components

LEAST_SQUARES = "least_squares"
YULE_WALKER = "yule_walker"
# Least squares may give dynamics that explode; they are shrunk until their largest eigenvalue is
# this, of a memory of a hundred frames.
LARGEST_EIGENVALUE = 0.99
# Frames that are computed at a time.
BLOCK = 60
# Variances below which states and pixels are not told from rounding.
SMALLEST_VARIANCE = 1e-6


class LinearTexture(NamedTuple):
    """A linear dynamic texture of frames [H, W, C] in [0, 1].

    mean: [H, W, C]; loading: U, [H * W * C, S]; transition: A, [S, S]; noise_gain: B, [S, S];
    states: z_1..z_T of the frames it was fitted to, [T, S], white: of covariance I.
    """

    mean: np.ndarray
    loading: np.ndarray
    transition: np.ndarray
    noise_gain: np.ndarray
    states: np.ndarray


def fit(frames: np.ndarray, num_components: int, dynamics: str = YULE_WALKER) -> LinearTexture:
    """Fits a linear dynamic texture to frames.

    Args:
      frames: [T, H, W, C] in [0, 1].
      num_components: S; those beyond the rank of the frames load nothing.
      dynamics: LEAST_SQUARES, as Doretto et al., made stable if need be; or YULE_WALKER, the
        lag-one covariance, which is stable and keeps the covariance of the states by construction.
    """
    mean = frames.mean(axis=0)
    pixels = (frames - mean).reshape(len(frames), -1)
    states, loading = principal_components(pixels, num_components)
    if dynamics == YULE_WALKER:
        transition, noise_gain, *_ = fit_yule_walker([states])
    elif dynamics == LEAST_SQUARES:
        transition, noise_gain = _fit_least_squares(states)
    else:
        raise ValueError(f"dynamics are {LEAST_SQUARES} or {YULE_WALKER}, not {dynamics!r}")
    return LinearTexture(mean, loading, transition, noise_gain, states)


def synthesize(texture: LinearTexture, num_frames: int, seed: int) -> np.ndarray:
    """Returns new frames [T, H, W, C] in [0, 1], which start from a stationary state."""
    return np.concatenate(list(synthesize_blocks(texture, num_frames, seed)))


def synthesize_blocks(texture: LinearTexture, num_frames: int, seed: int) -> Iterator[np.ndarray]:
    """Yields the same frames in blocks of BLOCK frames at most."""
    random = np.random.default_rng(seed)
    size = len(texture.transition)
    state = random.standard_normal(size)
    noise = random.standard_normal((num_frames, size)) @ texture.noise_gain.T
    states = np.empty((num_frames, size))
    for time in range(num_frames):
        state = texture.transition @ state + noise[time]
        states[time] = state
    for start in range(0, num_frames, BLOCK):
        yield _show(texture, states[start : start + BLOCK])


def fill_missing(frames: np.ndarray, visible: np.ndarray, num_components: int = 40) -> np.ndarray:
    """Fills hidden pixels with the texture's expectation of them, given all that is visible.

    The texture is fitted to the frames as straight lines in time fill them; the expectation is that
    of a Kalman smoother. Fitting it again to what it has filled makes it worse.

    Args:
      frames: [T, H, W, C] uint8.
      visible: [T, H, W] bool.
      num_components: of the texture.
    Returns: [T, H, W, C] float32, 0 to 255, visible pixels as they were.
    Raises: UserError where nothing is visible.
    """
    filled = linear_in_time(frames, visible) / 255.0
    texture = fit(filled, num_components)
    shown = visible[..., None]
    errors = np.where(shown, filled - _show(texture, texture.states), 0.0)
    variance = float(np.square(errors).sum() / (shown.sum() * frames.shape[-1]))
    states = _smooth(texture, filled, visible, max(variance, SMALLEST_VARIANCE))
    return np.where(shown, frames, 255.0 * _show(texture, states)).astype(np.float32)


def _show(texture: LinearTexture, states: np.ndarray) -> np.ndarray:
    """Returns the frames of states [T, S], clipped to [0, 1]."""
    pixels = states.astype(texture.loading.dtype) @ texture.loading.T
    return np.clip(texture.mean + pixels.reshape(-1, *texture.mean.shape), 0.0, 1.0)


def _fit_least_squares(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns A and B, each [S, S], of states [T, S]; shrinking A leaves the noise as it was."""
    before, after = states[:-1], states[1:]
    transition = np.linalg.lstsq(before, after)[0].T
    residuals = after - before @ transition.T
    noise_gain = symmetric_root(residuals.T @ residuals / len(residuals))
    radius = np.abs(np.linalg.eigvals(transition)).max()
    if radius > LARGEST_EIGENVALUE:
        transition *= LARGEST_EIGENVALUE / radius
    return transition, noise_gain


def _smooth(
    texture: LinearTexture, frames: np.ndarray, visible: np.ndarray, variance: float
) -> np.ndarray:
    """Returns the expected states [T, S] given visible pixels with noise of a variance.

    The filter of Kalman, in information form since there are more pixels than states, and the
    smoother of Rauch, Tung and Striebel.
    """
    size = len(texture.transition)
    driving = texture.noise_gain @ texture.noise_gain.T + SMALLEST_VARIANCE * np.eye(size)
    mean, covariance = np.zeros(size), np.eye(size)
    predicted, filtered = [], []
    for frame, seen in zip(frames - texture.mean, visible, strict=True):
        mean = texture.transition @ mean
        covariance = texture.transition @ covariance @ texture.transition.T + driving
        predicted.append((mean, covariance))
        rows = np.repeat(seen.ravel(), frames.shape[-1])
        loading = texture.loading[rows].astype(np.float64)
        precision = np.linalg.inv(covariance)
        information = precision @ mean + loading.T @ frame.ravel()[rows] / variance
        covariance = np.linalg.inv(precision + loading.T @ loading / variance)
        mean = covariance @ information
        filtered.append((mean, covariance))
    states = [filtered[-1][0]]
    for (mean, covariance), (ahead, spread) in zip(filtered[-2::-1], predicted[:0:-1], strict=True):
        gain = covariance @ texture.transition.T @ np.linalg.inv(spread)
        states.append(mean + gain @ (states[-1] - ahead))
    return np.stack(states[::-1])
