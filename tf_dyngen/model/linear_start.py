"""Start of the linear backbone: the linear dynamic texture of the clips.

Doretto, Chiuso, Wu and Soatto, "Dynamic textures", IJCV 2003, on arctanh of the frames, with the
dynamics by Yule-Walker: the lag-one covariance of the whitened states, stable by construction, and
a noise gain that keeps their covariance at the identity.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.linalg

from tf_dyngen.model.emission import LinearBackboneEmission
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.transition import LinearTransition

SATURATION = 0.98
PIXELS_AT_A_TIME = 8192
# Root mean square of arctanh pixels below which motion is rounding.
ROUNDING = 1e-5


class LinearDynamicTexture(NamedTuple):
    """y_t = mean + U z_t, z_t = A z_{t-1} + B xi_t, with y = arctanh of pixels in [-1, 1].

    mean: [D]; loading: U, [D, S]; transition: A, [S, S]; noise_gain: B, [S, S], B B' = I - A A'.
    Over all clips fitted, the states have mean 0 and covariance I.
    """

    mean: np.ndarray
    loading: np.ndarray
    transition: np.ndarray
    noise_gain: np.ndarray


def fit_linear_dynamic_texture(
    clips: Sequence[np.ndarray], state_size: int, memory: float = 1.0
) -> LinearDynamicTexture:
    """Fits one linear dynamic texture to clips.

    The principal components come from the T x T Gram matrix of the frames, exactly; memory is that
    of the frames as float32, time T^2 D. Components beyond the rank of the frames load nothing.

    Args:
      clips: frames of each clip, [T, H, W, C] float32 in [-1, 1].
      state_size: S.
      memory: factor on A, at most 1; what it takes from the memory, the noise gives back.
    """
    lengths = [len(clip) for clip in clips]
    pixels = np.concatenate([inverse_tanh(clip) for clip in clips])
    mean = pixels.mean(axis=0)
    pixels -= mean
    states, loading = principal_components(pixels, state_size)
    dynamics = fit_dynamics(np.split(states, np.cumsum(lengths)[:-1]), memory)
    return LinearDynamicTexture(mean, loading, *dynamics)


def fit_dynamics(
    states: Sequence[np.ndarray], memory: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Returns transition and noise gain, each [S, S], of the white states [T, S] of clips."""
    # The biased estimate (divided by the number of frames, not of pairs) keeps A a contraction.
    products = [clip[1:].T @ clip[:-1] for clip in states]
    transition = memory * np.sum(products, axis=0) / sum(len(clip) for clip in states)
    noise_gain = symmetric_root(np.eye(len(transition)) - transition @ transition.T)
    return transition, noise_gain


def project_states(texture: LinearDynamicTexture, clip: np.ndarray) -> np.ndarray:
    """Returns the states z_1..z_T, [T, S], of a clip's frames [T, H, W, C] in [-1, 1].

    U' U is diagonal, so that projecting is dividing by it; 0 for components that load nothing.
    """
    energy = np.square(texture.loading).sum(axis=0)
    scale = np.divide(1.0, energy, out=np.zeros_like(energy), where=energy > 0)
    return (inverse_tanh(clip) - texture.mean) @ (texture.loading * scale)


def start_linear_backbone(generator: Generator, texture: LinearDynamicTexture) -> None:
    """Sets the weights so that the generator's frames are exactly tanh of the texture's.

    Where noise_size is smaller than S, the leading directions of B are kept; where it is larger,
    the rest of the noise starts without influence.
    """
    emission = generator.emission
    assert isinstance(emission, LinearBackboneEmission)
    start_dynamics(generator, texture.transition, texture.noise_gain)
    emission.mean.assign(texture.mean)
    emission.loading.assign(texture.loading.T)


def start_dynamics(generator: Generator, matrix: np.ndarray, noise_gain: np.ndarray) -> None:
    """Sets the linear part of the transition: A and B, each [S, S]."""
    transition = generator.transition
    assert isinstance(transition, LinearTransition)
    transition.transition_matrix.assign(matrix.T)
    noise_size = transition.noise_gain.shape[0]
    transition.noise_gain.assign(_resize_noise(noise_gain, noise_size)[0].T)


def chain_start(
    texture: LinearDynamicTexture, clip: np.ndarray, noise_size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns (noise [T, noise_size], initial_state [S]): where a clip's chain starts.

    The noise is the whitened innovations of the clip's states, the initial state the one before the
    first frame as expected from it.

    Args:
      texture: need not have been fitted to the clip.
      clip: frames [T, H, W, C] float32 in [-1, 1].
      noise_size: of the model.
    """
    states = project_states(texture, clip)
    return latents_of_states(states, texture.transition, texture.noise_gain, noise_size)


def latents_of_states(
    states: np.ndarray, transition: np.ndarray, noise_gain: np.ndarray, noise_size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns (noise [T, noise_size], initial_state [S]) that lead to states [T, S]."""
    _, to_noise = _resize_noise(noise_gain, noise_size)
    initial_state = transition.T @ states[0]
    innovations = _innovations(np.vstack([initial_state, states]), transition, noise_gain)
    return innovations @ to_noise, initial_state


def _resize_noise(noise_gain: np.ndarray, noise_size: int):
    """Returns the noise gain [S, noise_size] and the map [S, noise_size] of the innovations."""
    state_size = len(noise_gain)
    if noise_size >= state_size:
        extra = np.zeros([state_size, noise_size - state_size])
        return np.hstack([noise_gain, extra]), np.eye(state_size, noise_size)
    values, vectors = scipy.linalg.eigh(noise_gain)
    kept = vectors[:, np.argsort(values)[::-1][:noise_size]]
    return noise_gain @ kept, kept


def inverse_tanh(frames: np.ndarray) -> np.ndarray:
    """Returns arctanh of the frames, kept off the infinities, as [T, D] float32."""
    return np.arctanh(np.clip(frames.reshape(len(frames), -1), -SATURATION, SATURATION))


def principal_components(pixels: np.ndarray, state_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns whitened states [T, S] and loading [D, S] with pixels [T, D] ~ states loading'.

    The pixels have mean 0; components beyond their rank are 0.
    """
    num_frames, num_pixels = pixels.shape
    gram = np.zeros([num_frames, num_frames])
    for start in range(0, num_pixels, PIXELS_AT_A_TIME):
        block = pixels[:, start : start + PIXELS_AT_A_TIME]
        gram += block @ block.T
    rank = min(state_size, num_frames - 1)
    if not rank:
        return np.zeros([num_frames, state_size]), np.zeros([num_pixels, state_size])
    values, vectors = scipy.linalg.eigh(gram, subset_by_index=[num_frames - rank, num_frames - 1])
    values, vectors = values[::-1], vectors[:, ::-1]
    vectors = vectors[:, values > ROUNDING**2 * num_frames * num_pixels]
    states = np.zeros([num_frames, state_size])
    states[:, : vectors.shape[1]] = vectors * np.sqrt(num_frames)
    loading = (pixels.T @ states.astype(pixels.dtype)) / num_frames
    return states, loading


def symmetric_root(matrix: np.ndarray) -> np.ndarray:
    """Returns the symmetric square root of a covariance, negative rounding errors set to 0."""
    values, vectors = scipy.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def _innovations(states: np.ndarray, transition: np.ndarray, noise_gain: np.ndarray) -> np.ndarray:
    """Returns B^-1 (z_t - A z_{t-1}) for t = 1..T of states z_0..z_T, [T, S]."""
    residuals = states[1:] - states[:-1] @ transition.T
    return residuals @ np.linalg.pinv(noise_gain, rcond=1e-4).T
