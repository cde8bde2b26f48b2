"""Langevin dynamics, equation (4) of the paper: a pure kernel that knows no model."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.inference.preconditioning import precondition
from tf_dyngen.model.latents import Latents


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

    P = L L' is the preconditioner, the identity if there is none.

    Args:
      latents: leaves [B, ...].
      log_density_fn: Latents -> [B], log p(z, X) in nats.
      step_size: delta > 0.
      noise: standard normal draws, the shapes of `latents`.
      temperature: 1 samples the posterior, 0 climbs to its mode.
      preconditioner: the matrices L of the three latents, see `preconditioning`.
    Returns: the moved latents and LangevinInfo.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(latents)
        log_density = log_density_fn(latents)
    gradients: Latents = tape.gradient(  # type: ignore[assignment]
        log_density, latents, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    drift, diffusion = 0.5 * step_size**2, step_size * temperature**0.5
    roots = preconditioner or Latents(None, None, None)
    moved = Latents(
        *(
            value + _transform(root, drift * _transform(root, gradient, True) + diffusion * draw)
            for value, gradient, draw, root in zip(latents, gradients, noise, roots, strict=True)
        )
    )
    squares = [tf.reduce_sum(tf.square(g), axis=list(range(1, g.shape.rank))) for g in gradients]
    return moved, LangevinInfo(log_density, tf.sqrt(tf.add_n(squares)))


def _transform(root, values, transpose: bool = False):
    return values if root is None else precondition(root, values, transpose=transpose)
