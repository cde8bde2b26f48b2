"""Langevin dynamics, equation (4) of the paper: a pure kernel that knows no model."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.model.latents import Latents

TRUNCATION = 6.0


class LangevinInfo(NamedTuple):
    """What a move reports: log_density [B] and gradient_norm [B] where it started."""

    log_density: tf.Tensor
    gradient_norm: tf.Tensor


def langevin_step(
    latents: Latents,
    log_density_fn: Callable[[Latents], tf.Tensor],
    *,
    step_size: float,
    noise: Latents,
    temperature: float = 1.0,
    preconditioner: Latents | None = None,
) -> tuple[Latents, LangevinInfo]:
    """One Langevin move: z + delta^2/2 * P * gradient of log p(z, X) + delta * L * noise.

    P = L L' is the preconditioner, the identity if there is none. In its coordinates the gradient's
    entries are about standard normal once the chain has settled; entries beyond TRUNCATION come
    from curvature that the preconditioner does not know, and are truncated, lest the move overshoot
    (Roberts and Tweedie, "Exponential convergence of Langevin distributions", 1996).

    Args:
      latents: leaves [B, ...].
      log_density_fn: Latents -> [B], log p(z, X) in nats.
      step_size: delta > 0.
      noise: standard normal draws, the shapes of `latents`.
      temperature: 1 samples the posterior, 0 climbs to its mode.
      preconditioner: the matrices L of the three latents, see `preconditioning`, or scalars.
    Returns: the moved latents and LangevinInfo.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(latents)
        log_density = log_density_fn(latents)
    gradients: Latents = tape.gradient(  # type: ignore[assignment]
        log_density, latents, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    drift, diffusion = 0.5 * step_size**2, step_size * temperature**0.5
    roots = preconditioner or (None, None, None)
    moved = Latents(
        *(
            _move(value, drift, gradient, diffusion * draw, root)
            for value, gradient, draw, root in zip(latents, gradients, noise, roots, strict=True)
        )
    )
    squares = [tf.reduce_sum(tf.square(g), axis=list(range(1, g.shape.rank))) for g in gradients]
    return moved, LangevinInfo(log_density, tf.sqrt(tf.add_n(squares)))


def precondition(root: tf.Tensor, values: tf.Tensor, *, transpose: bool = False) -> tf.Tensor:
    """Returns L v, or L' v, of values [B, ...] of as many entries as L has rows."""
    if root.shape.rank == 0:
        return root * values
    flat = tf.reshape(values, [-1, root.shape[0]])
    return tf.reshape(tf.matmul(flat, root, transpose_b=not transpose), values.shape)


def _move(value, drift: float, gradient, diffused, root):
    if root is None:
        return value + drift * gradient + diffused
    slope = precondition(root, gradient, transpose=True)
    slope = tf.clip_by_value(slope, -TRUNCATION, TRUNCATION)
    return value + precondition(root, drift * slope + diffused)
