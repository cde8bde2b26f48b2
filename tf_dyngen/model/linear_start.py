"""Start of the linear backbone: the linear dynamic texture of the clips.

Doretto, Chiuso, Wu and Soatto, "Dynamic textures", IJCV 2003, on arctanh of the frames within their
`pixel_bounds`, with the dynamics of `linear_dynamics`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.linalg

from tf_dyngen.model.emission import LinearBackboneEmission
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.linear_dynamics import Dynamics, fit_autoregression, fit_yule_walker
from tf_dyngen.model.pixel_bounds import FULL, PixelBounds
from tf_dyngen.model.transition import LinearTransition

PIXELS_AT_A_TIME = 8192
# Root mean square of arctanh pixels below which motion is rounding.
ROUNDING = 1e-5


class LinearDynamicTexture(NamedTuple):
    """y_t = mean + U z_t with dynamics of z, where pixels in [-1, 1] are centre + reach * tanh(y).

    mean: [D]; loading: U, [D, n]; the columns of reach * U are orthogonal. Over all clips fitted,
    the components z have mean 0 and covariance I. bounds: centre and reach.
    """

    mean: np.ndarray
    loading: np.ndarray
    dynamics: Dynamics
    bounds: PixelBounds


def fit_linear_dynamic_texture(
    clips: Sequence[np.ndarray],
    state_size: int,
    noise_size: int,
    memory: float = 1.0,
    *,
    bounded: bool = False,
) -> LinearDynamicTexture:
    """Fits one linear dynamic texture to clips.

    States that are k times as wide as the noise, k > 1, remember k frames of as many components as
    the noise is wide; others are the components themselves, with dynamics of first order.

    The principal components come from the T x T Gram matrix of the frames, exactly; memory is that
    of the frames as float32, time T^2 D. Components beyond the rank of the frames load nothing.

    Args:
      clips: frames of each clip, [T, H, W, C] float32 in [-1, 1].
      state_size, noise_size: of the model.
      memory: factor on the covariance of one frame with the next, at most 1.
      bounded: whether each pixel has bounds of its own.
    """
    order = state_size // noise_size
    lengths = [len(clip) for clip in clips]
    bounds = PixelBounds.of_clips(clips) if bounded else FULL
    pixels = np.concatenate([bounds.unbend(clip) for clip in clips])
    mean = pixels.mean(axis=0)
    pixels -= mean
    # What a pixel counts is what it shows: the noise of one that hardly varies is small.
    pixels *= bounds.reach
    components, loading = principal_components(pixels, noise_size if order > 1 else state_size)
    loading = loading / np.reshape(bounds.reach, [-1, 1])
    by_clip = np.split(components, np.cumsum(lengths)[:-1])
    if order > 1:
        dynamics = fit_autoregression(by_clip, order, memory)
    else:
        dynamics = fit_yule_walker(by_clip, memory)
    return LinearDynamicTexture(mean, loading, dynamics.resized(state_size, noise_size), bounds)


def project_components(texture: LinearDynamicTexture, clip: np.ndarray) -> np.ndarray:
    """Returns the components z_1..z_T, [T, n], of a clip's frames [T, H, W, C] in [-1, 1].

    With V = reach * U, V' V is diagonal, so that projecting is dividing by it; 0 for components
    that load nothing.
    """
    reach = np.reshape(texture.bounds.reach, [-1, 1])
    energy = np.square(reach * texture.loading).sum(axis=0)
    scale = np.divide(1.0, energy, out=np.zeros_like(energy), where=energy > 0)
    return (texture.bounds.unbend(clip) - texture.mean) @ (reach**2 * texture.loading * scale)


def start_linear_backbone(generator: Generator, texture: LinearDynamicTexture) -> None:
    """Sets the weights so that the generator's frames are exactly the texture's."""
    emission = generator.emission
    assert isinstance(emission, LinearBackboneEmission)
    start_dynamics(generator, texture.dynamics)
    if emission.bounds is not None:
        emission.bounds.assign(texture.bounds)
    emission.mean.assign(texture.mean)
    emission.loading.assign((texture.loading @ texture.dynamics.newest).T)


def start_dynamics(generator: Generator, dynamics: Dynamics) -> None:
    """Sets the linear part of the transition."""
    transition = generator.transition
    assert isinstance(transition, LinearTransition)
    transition.transition_matrix.assign(dynamics.transition.T)
    transition.noise_gain.assign(dynamics.noise_gain.T)


def chain_start(texture: LinearDynamicTexture, clip: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns (noise [T, N], initial_state [S]): where a clip's chain starts.

    The noise is the whitened innovations of the clip's states, the initial state the one before the
    first frame as expected from those behind it.

    Args:
      texture: need not have been fitted to the clip.
      clip: frames [T, H, W, C] float32 in [-1, 1].
    """
    return texture.dynamics.latents(project_components(texture, clip))


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
