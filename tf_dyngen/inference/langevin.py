"""Langevin dynamics, equation (4) of the paper: pure kernels that know no model."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.model.latents import Latents

TRUNCATION = 6.0

LogDensity = Callable[[Latents], tf.Tensor]


class LangevinInfo(NamedTuple):
    """What a move reports, of where it started; all [B].

    log_density: in nats. gradient_norm: of its gradient. truncated_share: which part of the
    entries of the preconditioned gradient was truncated, 0 without a preconditioner.
    """

    log_density: tf.Tensor
    gradient_norm: tf.Tensor
    truncated_share: tf.Tensor


def langevin_step(
    latents: Latents,
    log_density_fn: LogDensity,
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
    (Roberts and Tweedie, "Exponential convergence of Langevin distributions", 1996). Where many
    are, chains follow a wider density than p: see `truncated_share`, and `metropolis_step`, which
    follows p itself.

    Args:
      latents: leaves [B, ...].
      log_density_fn: Latents -> [B], log p(z, X) in nats.
      step_size: delta > 0.
      noise: standard normal draws, the shapes of `latents`.
      temperature: 1 samples the posterior, 0 climbs to its mode.
      preconditioner: the matrices L of the three latents, see `preconditioning`, or scalars.
    Returns: the moved latents and LangevinInfo.
    """
    log_density, gradients = density_and_gradient(latents, log_density_fn)
    drift, diffusion = 0.5 * step_size**2, step_size * temperature**0.5
    slopes, truncated_share = slopes_of(gradients, preconditioner)
    moved = move_by(
        latents,
        Latents(*(drift * s + diffusion * draw for s, draw in zip(slopes, noise, strict=True))),
        preconditioner,
    )
    norm = tf.sqrt(tf.add_n([sum_by_clip(tf.square(leaf)) for leaf in gradients]))
    return moved, LangevinInfo(log_density, norm, truncated_share)


def density_and_gradient(latents: Latents, log_density_fn: LogDensity) -> tuple[tf.Tensor, Latents]:
    """Returns the log density [B] of latents and its gradient, the shapes of the latents."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(latents)
        log_density = log_density_fn(latents)
    gradients: Latents = tape.gradient(  # type: ignore[assignment]
        log_density, latents, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    return log_density, gradients


def slopes_of(gradients: Latents, preconditioner: Latents | None) -> tuple[Latents, tf.Tensor]:
    """Returns L' times the gradients, truncated, and which part of their entries was, [B].

    Without a preconditioner the gradients are left as they are.
    """
    if preconditioner is None:
        return gradients, tf.zeros_like(sum_by_clip(gradients.noise))
    whole = [
        precondition(root, gradient, transpose=True)
        for gradient, root in zip(gradients, preconditioner, strict=True)
    ]
    beyond = [tf.cast(tf.abs(slope) > TRUNCATION, slope.dtype) for slope in whole]
    number = sum(leaf.shape[1:].num_elements() for leaf in whole)
    share = tf.add_n([sum_by_clip(leaf) for leaf in beyond]) / float(max(1, number))
    return Latents(*(tf.clip_by_value(s, -TRUNCATION, TRUNCATION) for s in whole)), share


def move_by(latents: Latents, steps: Latents, preconditioner: Latents | None) -> Latents:
    """Returns latents moved by L times steps, which are of their shapes."""
    if preconditioner is not None:
        pairs = zip(preconditioner, steps, strict=True)
        steps = Latents(*(precondition(root, step) for root, step in pairs))
    return Latents(*(value + step for value, step in zip(latents, steps, strict=True)))


def precondition(root: tf.Tensor, values: tf.Tensor, *, transpose: bool = False) -> tf.Tensor:
    """Returns L v, or L' v, of values [B, ...] of as many entries as L has rows."""
    if root.shape.rank == 0:
        return root * values
    flat = tf.reshape(values, [-1, root.shape[0]])
    return tf.reshape(tf.matmul(flat, root, transpose_b=not transpose), values.shape)


def sum_by_clip(values: tf.Tensor) -> tf.Tensor:
    """Returns sums [B] of values [B, ...]."""
    return tf.reduce_sum(values, axis=list(range(1, values.shape.rank)))
