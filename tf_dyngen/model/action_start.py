"""Start of the linear backbone for clips that differ in looks and share motions.

Appearance is what mean frames say of looks whatever moves, see `looks`. States are those of
features of the motion that do not know looks, so that a state means the same for all clips; what a
state does to the pixels of a look is found by ridge regression, and factored into a rank that all
looks share (Tenenbaum and Freeman, "Separating style and content with bilinear models", 2000). The
dynamics are those of `linear_dynamics`, of first order.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import scipy.linalg

from tf_dyngen.model.emission import LinearBackboneEmission
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.linear_dynamics import Dynamics, fit_yule_walker
from tf_dyngen.model.linear_start import start_dynamics
from tf_dyngen.model.looks import Looks, appearance_of, fit_looks
from tf_dyngen.model.motion_features import motion_features
from tf_dyngen.model.motion_states import (
    MotionProjection,
    lasting_states,
    project_motion,
    shared_projection,
)
from tf_dyngen.model.pixel_bounds import FULL

# Of the ridge regression, relative to the products' mean square, which is 1, for the appearance's
# first component; a component that says less of the looks says as much less of how they move.
RIDGE = 0.03
SHARED_RIDGE = 1e-3
# Share of the energy below which a component is rounding.
ROUNDING = 1e-9


class ActionTexture(NamedTuple):
    """y_t = mean + V a + U s_t + R M (s_t x a) with dynamics of s; y = arctanh of pixels.

    projection: from features of the motion to states.
    looks: mean [D] and V [D, A], and from mean frames to a.
    loading: U, [D, S].
    forms: M, [rank, S * A]; form_loading: R, [D, rank].
    """

    projection: MotionProjection
    looks: Looks
    loading: np.ndarray
    forms: np.ndarray
    form_loading: np.ndarray
    dynamics: Dynamics


def fit_action_texture(
    clips: Iterable[np.ndarray],
    *,
    state_size: int,
    appearance_size: int,
    bilinear_rank: int,
    memory: float = 1.0,
) -> ActionTexture:
    """Fits looks, motions and what a motion does to a look.

    Args:
      clips: frames of each clip, [T, H, W, C] float32 in [-1, 1]; read twice, one at a time.
      state_size: S.
      appearance_size: A.
      bilinear_rank: at most S * A are used.
      memory: factor on the transition, at most 1.
    """
    described = [(FULL.unbend(clip).mean(axis=0), motion_features(clip)) for clip in clips]
    mean_frames = np.stack([mean_frame for mean_frame, _ in described])
    motions = [motion for _, motion in described]
    projection = shared_projection(motions, mean_frames, state_size)
    by_clip = [project_motion(motion, projection) for motion in motions]
    lasting = np.stack([lasting_states(motion, projection) for motion in motions])
    looks = fit_looks(mean_frames, lasting, appearance_size)
    moments = _Moments(state_size * (1 + appearance_size), len(looks.mean))
    for clip, own_states, mean_frame in zip(clips, by_clip, mean_frames, strict=True):
        appearance = appearance_of(mean_frame, looks)
        offset = looks.mean + looks.loading @ appearance
        moments.add(_regressors(own_states, appearance), FULL.unbend(clip) - offset)
    penalty = _penalty(looks.loading, state_size)
    loading, forms, form_loading = moments.regress(penalty, state_size, bilinear_rank)
    return ActionTexture(
        projection,
        looks,
        loading,
        forms,
        form_loading,
        fit_yule_walker(by_clip, memory),
    )


def start_actions(generator: Generator, texture: ActionTexture) -> None:
    """Sets the weights so that the generator's frames are exactly tanh of the texture's."""
    emission = generator.emission
    assert isinstance(emission, LinearBackboneEmission)
    sizes = generator.latent_sizes
    start_dynamics(generator, texture.dynamics.resized(sizes.state, sizes.noise))
    emission.mean.assign(texture.looks.mean)
    emission.loading.assign(texture.loading.T)
    emission.appearance_loading.assign(texture.looks.loading.T)
    if emission.bilinear is not None:
        rank = len(texture.forms)
        emission.bilinear.forms[:, :rank].assign(texture.forms.T)
        emission.bilinear.loading[:rank].assign(texture.form_loading.T)


def action_chain_start(
    texture: ActionTexture, clip: np.ndarray, noise_size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns (noise [T, noise_size], initial_state [S], appearance [A]) where a chain starts.

    Args:
      texture: need not have been fitted to the clip.
      clip: frames [T, H, W, C] float32 in [-1, 1].
      noise_size: of the model.
    """
    states = project_motion(motion_features(clip), texture.projection)
    appearance = appearance_of(FULL.unbend(clip).mean(axis=0), texture.looks)
    dynamics = texture.dynamics.resized(states.shape[1], noise_size)
    return *dynamics.latents(states), appearance


class _Moments:
    """Sums of products of regressors [T, P] and pixels [T, D], clip by clip."""

    def __init__(self, num_regressors: int, num_pixels: int):
        self.gram = np.zeros([num_regressors, num_regressors])
        self.cross = np.zeros([num_regressors, num_pixels], np.float32)
        self.num_frames = 0

    def add(self, regressors: np.ndarray, pixels: np.ndarray) -> None:
        """Adds the frames of a clip."""
        self.gram += regressors.T @ regressors
        self.cross += regressors.T.astype(np.float32) @ pixels
        self.num_frames += len(pixels)

    def regress(
        self, penalty: np.ndarray, state_size: int, rank: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns U [D, S], M [rank', S * A], R [D, rank'] of the regression, rank' <= rank.

        R are the principal components of what products of states and appearance say of pixels.
        """
        regularized = self.gram + self.num_frames * np.diag(penalty)
        factor = scipy.linalg.cho_factor(regularized)
        coefficients = scipy.linalg.cho_solve(factor, self.cross)
        shared, products = coefficients[:state_size], coefficients[state_size:]
        scatter = regularized[state_size:, state_size:] / self.num_frames
        lower = np.linalg.cholesky(scatter).T @ products
        _, vectors = scipy.linalg.eigh(lower @ lower.T)
        loading = lower.T @ vectors[:, ::-1][:, :rank]
        energy = np.square(loading).sum(axis=0)
        loading = loading[:, energy > ROUNDING * energy.sum()]
        # The columns are orthogonal, so that the forms follow by dividing.
        forms = (loading / np.square(loading).sum(axis=0)).T @ products.T
        return shared.T, forms, loading


def _penalty(appearance_loading: np.ndarray, state_size: int) -> np.ndarray:
    """Returns the ridge of each regressor, [S + S * A]."""
    energy = np.square(appearance_loading).sum(axis=0)
    share = np.maximum(energy, ROUNDING * energy.sum() + np.finfo(float).tiny) / max(
        energy.max(), np.finfo(float).tiny
    )
    return np.concatenate([np.full(state_size, SHARED_RIDGE), np.tile(RIDGE / share, state_size)])


def _regressors(states: np.ndarray, appearance: np.ndarray) -> np.ndarray:
    """Returns states [T, S] and their products with the appearance [A], [T, S + S * A]."""
    products = states[:, :, None] * appearance
    return np.concatenate([states, products.reshape(len(states), -1)], axis=1)
