"""Langevin moves with a Metropolis test: chains that have the density itself as their limit.

A Langevin move of finite length, and one with a truncated drift, leads to a density that is near
the wanted one. The test accepts or rejects each move so that the chain has exactly the wanted one
(Roberts and Tweedie, "Exponential convergence of Langevin distributions", 1996, where the truncated
form is called MALTA). Pure, knows no model.
"""

from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.inference.langevin import (
    LogDensity,
    density_and_gradient,
    move_by,
    slopes_of,
    sum_by_clip,
)
from tf_dyngen.model.latents import Latents

# Share of accepted moves at which chains of many latents get on fastest (Roberts and Rosenthal,
# "Optimal scaling of discrete approximations to Langevin diffusions", 1998).
BEST_ACCEPTANCE = 0.574


class ChainPoint(NamedTuple):
    """Where B chains are: latents, leaves [B, ...]; log p there, [B]; its truncated slopes."""

    latents: Latents
    log_density: tf.Tensor
    slopes: Latents


class MetropolisInfo(NamedTuple):
    """What a move reports; both [B].

    acceptance: the probability with which it was accepted. truncated_share: see `LangevinInfo`, of
    the point proposed.
    """

    acceptance: tf.Tensor
    truncated_share: tf.Tensor


def point_at(
    latents: Latents, log_density_fn: LogDensity, preconditioner: Latents | None
) -> ChainPoint:
    """Returns the point at latents, for moves with that density and preconditioner."""
    log_density, gradients = density_and_gradient(latents, log_density_fn)
    return ChainPoint(latents, log_density, slopes_of(gradients, preconditioner)[0])


def metropolis_step(
    point: ChainPoint,
    log_density_fn: LogDensity,
    *,
    step_size,
    noise: Latents,
    uniform: tf.Tensor,
    temperature: float = 1.0,
    preconditioner: Latents | None = None,
) -> tuple[ChainPoint, MetropolisInfo]:
    """One Langevin move that is accepted or rejected, each chain for itself.

    With u the move in the preconditioner's coordinates, its noise is xi = (u - drift) / diffusion,
    and that of the way back (-u - drift there) / diffusion: the ratio of the two densities of the
    proposal needs no inverse of L. Latents that the density does not depend on may be put back
    after a move: they take no part in the test.

    Args:
      point: see `point_at`.
      log_density_fn: Latents -> [B], log p(z, X) in nats.
      step_size: delta > 0, a number or a scalar tensor.
      noise: standard normal draws, the shapes of the latents.
      uniform: draws in [0, 1), [B].
      temperature: above 0; the chains have the density p^(1 / temperature).
      preconditioner: see `langevin_step`.
    Returns: where the chains are then; MetropolisInfo.
    """
    drift, diffusion = 0.5 * step_size**2, step_size * temperature**0.5
    pairs = zip(point.slopes, noise, strict=True)
    steps = Latents(*(drift * slope + diffusion * draw for slope, draw in pairs))
    proposed = move_by(point.latents, steps, preconditioner)
    log_density, gradients = density_and_gradient(proposed, log_density_fn)
    slopes, truncated_share = slopes_of(gradients, preconditioner)
    log_ratio = (log_density - point.log_density) / temperature
    for step, slope, draw in zip(steps, slopes, noise, strict=True):
        back = (step + drift * slope) / diffusion
        log_ratio += 0.5 * sum_by_clip(tf.square(draw) - tf.square(back))
    # A density that is no number is not gone to.
    log_ratio = tf.where(tf.math.is_finite(log_ratio), log_ratio, -float("inf"))
    acceptance = tf.exp(tf.minimum(log_ratio, 0.0))
    there = ChainPoint(proposed, log_density, slopes)
    return _choose(uniform < acceptance, there, point), MetropolisInfo(acceptance, truncated_share)


def _choose(condition: tf.Tensor, point: ChainPoint, other: ChainPoint) -> ChainPoint:
    """Returns, of each chain, a point where the condition [B] holds, another elsewhere."""

    def choose(value, alternative):
        ones = [1] * (value.shape.rank - 1)
        return tf.where(tf.reshape(condition, [-1, *ones]), value, alternative)

    return tf.nest.map_structure(choose, point, other)
