"""A preconditioner of the Langevin dynamics: the posterior covariance of the linearised model.

The posterior of a linear-Gaussian state space model has precision I + M M' / sigma^2, where M maps
noise to frames. Its condition number is that of the texture's modes, thousands and more; in the
coordinates of its own square root the posterior is round, and a few steps reach anywhere (Roberts
and Stramer, "Langevin diffusions and Metropolis-Hastings algorithms", 2002). The target does not
change: the preconditioner stands still while the chain moves. Where it is far from the curvature,
drifts are truncated, and that does change it: see `langevin_step`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.shapes import static_shape

NUM_POINTS = 8


class Linearization(NamedTuple):
    """A generator's Jacobians, averaged over points of clips; latents and states are rows.

    transition: d s_t / d s_{t-1}, [S, S]; noise_gain: d s_t / d xi_t, [N, S].
    state_gram: J J' of J = d x_t / d s_t, [S, S]; appearance_gram: the same of a, [A, A].
    """

    transition: tf.Tensor
    noise_gain: tf.Tensor
    state_gram: tf.Tensor
    appearance_gram: tf.Tensor


def linearize(
    generator: Generator, latents: Latents, *, num_points: int = NUM_POINTS, num_frames=None
) -> Linearization:
    """Linearises a generator at evenly spaced frames of clips.

    Args:
      generator: the model.
      latents: of B clips or windows, leaves [B, ...].
      num_points: how many frames of each.
      num_frames: [B] int32, how many each has; all of the noise's if None.
    """
    frames = _evenly_spaced(latents, num_points, num_frames)
    states = tf.concat(
        [latents.initial_state[:, None], generator.rollout(latents.initial_state, latents.noise)],
        axis=1,
    )

    def take(values, chosen):
        return tf.reshape(tf.gather(values, chosen, batch_dims=1), [-1, values.shape[-1]])

    before, after = take(states, frames), take(states, frames + 1)
    noise = take(latents.noise, frames)
    appearance = tf.repeat(latents.appearance, num_points, axis=0)
    transition, emission = generator.transition, generator.emission
    by_state = _jacobian(transition, 0, before, noise)
    by_noise = _jacobian(transition, 1, before, noise)
    frames_by_state = _jacobian(emission, 0, after, appearance)
    frames_by_appearance = _jacobian(emission, 1, after, appearance)
    return Linearization(
        tf.reduce_mean(by_state, axis=0),
        tf.reduce_mean(by_noise, axis=0),
        tf.reduce_mean(tf.matmul(frames_by_state, frames_by_state, transpose_b=True), axis=0),
        tf.reduce_mean(
            tf.matmul(frames_by_appearance, frames_by_appearance, transpose_b=True), axis=0
        ),
    )


def build_preconditioner(
    model: Linearization, visible_shares, *, precision: float, num_windows: float = 1.0
) -> Latents:
    """Returns a square root of the posterior covariance, one block each for the three latents.

    The blocks are those of the posterior given the other two latents; together they stretch no
    direction more than threefold.

    Args:
      model: the linearised generator.
      visible_shares: [T], which part of each frame is visible; time and memory are those of a
        (T * N) x (T * N) matrix.
      precision: 1 / sigma^2.
      num_windows: how many windows as this one tell of the appearance.
    Returns: L with L L' the covariance: [T * N, T * N], [S, S], [A, A].
    """
    powers = [model.noise_gain]
    decays = [model.transition]
    for _ in range(visible_shares.shape[0] - 1):
        powers.append(tf.matmul(powers[-1], model.transition))
        decays.append(tf.matmul(decays[-1], model.transition))
    noise_to_states = _block_toeplitz(tf.stack(powers))
    initial_to_states = tf.concat(decays, axis=1)
    grams = [
        _gram_of_states(noise_to_states, model.state_gram, visible_shares),
        _gram_of_states(initial_to_states, model.state_gram, visible_shares),
        num_windows * tf.reduce_sum(visible_shares) * model.appearance_gram,
    ]
    return Latents(*(_root_of_covariance(gram, precision) for gram in grams))


def _evenly_spaced(latents: Latents, num_points: int, num_frames) -> tf.Tensor:
    """Returns [B, num_points] int32: from the first frame to the last, or the middle one."""
    num_clips, length = static_shape(latents.noise)[:2]
    if num_frames is None:
        num_frames = tf.fill([num_clips], length)
    shares = np.linspace(0.0, 1.0, num_points) if num_points > 1 else np.array([0.5])
    places = tf.cast(num_frames - 1, tf.float64)[:, None] * shares
    return tf.cast(tf.round(places), tf.int32)


def _jacobian(function: Callable, argument: int, *inputs: tf.Tensor) -> tf.Tensor:
    """Returns d function / d inputs[argument], [K, n, m], of inputs [K, ...].

    J v is the gradient to w of w' J v. TensorFlow's forward mode gives the same numbers, but traces
    a function for every operation.
    """
    num_points, size = static_shape(inputs[argument])
    if not size:
        return tf.zeros([num_points, 0, 1], inputs[argument].dtype)
    repeated = [tf.repeat(value, size, axis=0) for value in inputs]
    directions = tf.tile(tf.eye(size, dtype=repeated[argument].dtype), [num_points, 1])
    with tf.GradientTape(watch_accessed_variables=False) as outer:
        with tf.GradientTape(watch_accessed_variables=False) as inner:
            inner.watch(repeated[argument])
            outputs = function(*repeated)
        weights = tf.ones_like(outputs)
        outer.watch(weights)
        pulled = inner.gradient(outputs, repeated[argument], output_gradients=[weights])
    pushed = outer.gradient(pulled, weights, output_gradients=[directions])
    return tf.reshape(pushed, [num_points, size, outputs.shape[1:].num_elements()])


def _block_toeplitz(powers: tf.Tensor) -> tf.Tensor:
    """Returns [T * N, T * S] with blocks (u, t) = powers[t - u], zero for t < u."""
    num_frames, noise_size, state_size = static_shape(powers)
    frames = tf.range(num_frames)
    lags = frames[None, :] - frames[:, None]
    blocks = tf.gather(powers, tf.maximum(lags, 0))
    blocks = tf.where(lags[:, :, None, None] >= 0, blocks, tf.zeros([], powers.dtype))
    ordered = tf.transpose(blocks, [0, 2, 1, 3])
    return tf.reshape(ordered, [num_frames * noise_size, num_frames * state_size])


def _gram_of_states(to_states: tf.Tensor, state_gram: tf.Tensor, visible_shares) -> tf.Tensor:
    """Returns M M' of what is visible of the frames, [R, R], of a map to states [R, T * S]."""
    num_rows, state_size = static_shape(to_states)[0], static_shape(state_gram)[0]
    by_frame = tf.reshape(to_states, [num_rows, -1, state_size])
    weighted = tf.matmul(by_frame * visible_shares[:, None], state_gram)
    return tf.matmul(tf.reshape(weighted, to_states.shape), to_states, transpose_b=True)


def _root_of_covariance(gram: tf.Tensor, precision: float) -> tf.Tensor:
    """Returns L with L L' = (I + precision * gram)^-1."""
    identity = tf.eye(static_shape(gram)[0], dtype=gram.dtype)
    lower = tf.linalg.cholesky(identity + precision * gram)
    return tf.linalg.triangular_solve(lower, identity, lower=True, adjoint=True)
