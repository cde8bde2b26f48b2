"""Inference of latents from frames: Langevin moves towards p(z | X) with the weights held still.

The inference half of algorithm 1 of Xie et al., AAAI 2019; pure, runs on each replica.
"""

import tensorflow as tf

from tf_dyngen.config import MEAN, InferenceConfig
from tf_dyngen.inference.langevin import langevin_step
from tf_dyngen.inference.metropolis import (
    ChainPoint,
    MetropolisInfo,
    metropolis_step,
    point_at,
)
from tf_dyngen.model.density import Evidence, hide_absent, log_joint_density
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.normalization import Mode


def likelihood_precision(config: InferenceConfig, num_terms: float) -> float:
    """Returns 1 / sigma^2 of the likelihood; `mean` divides it by the global batch's terms."""
    precision = config.observation_std**-2
    return precision / num_terms if config.likelihood == MEAN else precision


def infer_latents(
    generator: Generator,
    latents: Latents,
    evidence: Evidence,
    *,
    noise: Latents,
    is_latent,
    precision: float,
    config: InferenceConfig,
    preconditioner: Latents | None = None,
    num_windows=None,
) -> tuple[Latents, tf.Tensor]:
    """Moves the latents of B windows by `config.langevin_steps` Langevin steps.

    A window is a part of what its clip says of the appearance. Its likelihood counts for the
    appearance as often as the clip has windows, so that over all of them the appearance follows
    its posterior given the whole clip (Welling and Teh, "Bayesian learning via stochastic gradient
    Langevin dynamics", 2011); that windows differ widens it a little.

    Args:
      generator: its weights stand still.
      latents: leaves [B, ...]; noise of frames that are not present is zero, and stays so.
      evidence: frames [B, T, H, W, C].
      noise: standard normal draws, leaves [langevin_steps, B, ...].
      is_latent: bool [B], whether the state in front of a window is a latent, as at a clip's
        start, and moves; elsewhere it was carried over.
      precision: 1 / sigma^2.
      config: number and size of the steps, temperature.
      preconditioner: of the Langevin moves, see `preconditioning`.
      num_windows: [B], how many windows as this one the clip has; None for one.
    Returns: the moved latents; which part of the slopes was truncated, see `LangevinInfo`, [B].
    """
    hold, held_density = _held(generator, latents, evidence, is_latent, precision)

    def log_density(candidate: Latents):
        return held_density(_count_appearance(candidate, num_windows)) + _prior_once(
            candidate, num_windows
        )

    def move(index, moving: Latents, truncated):
        moved, info = langevin_step(
            moving,
            log_density,
            step_size=config.step_size,
            noise=Latents(*(leaf[index] for leaf in noise)),
            temperature=config.temperature,
            preconditioner=preconditioner,
        )
        return index + 1, moved, truncated + info.truncated_share

    nothing = tf.zeros_like(latents.initial_state[:, 0])
    _, latents, truncated = tf.while_loop(
        lambda index, *_: index < config.langevin_steps, move, (tf.constant(0), latents, nothing)
    )
    return hold(latents), truncated / config.langevin_steps


def sample_latents(
    generator: Generator,
    latents: Latents,
    evidence: Evidence,
    *,
    noise: Latents,
    uniforms: tf.Tensor,
    is_latent,
    precision: float,
    config: InferenceConfig,
    step_size,
    preconditioner: Latents | None = None,
    moves_appearance: bool = True,
) -> tuple[Latents, MetropolisInfo]:
    """Moves latents as `infer_latents` does, but each move passes a Metropolis test.

    Args: those of `infer_latents`, and
      uniforms: draws in [0, 1), [langevin_steps, B].
      step_size: delta, a scalar.
      moves_appearance: whether it moves; a window that is a part of its clip says too little of it.
    Returns: the latents; MetropolisInfo, means over the moves.
    """
    hold, log_density = _held(
        generator, latents, evidence, is_latent, precision, moves_appearance=moves_appearance
    )

    def move(index, point: ChainPoint, total: MetropolisInfo):
        point, info = metropolis_step(
            point,
            log_density,
            step_size=step_size,
            noise=Latents(*(leaf[index] for leaf in noise)),
            uniform=uniforms[index],
            temperature=config.temperature,
            preconditioner=preconditioner,
        )
        return index + 1, point, MetropolisInfo(*(a + b for a, b in zip(total, info, strict=True)))

    nothing = tf.zeros_like(latents.initial_state[:, 0])
    start = point_at(latents, log_density, preconditioner)
    _, point, total = tf.while_loop(
        lambda index, *_: index < config.langevin_steps,
        move,
        (tf.constant(0), start, MetropolisInfo(nothing, nothing)),
    )
    means = MetropolisInfo(*(value / config.langevin_steps for value in total))
    return hold(point.latents), means


def _held(
    generator: Generator,
    latents: Latents,
    evidence: Evidence,
    is_latent,
    precision: float,
    *,
    moves_appearance: bool = True,
):
    """Returns two functions of latents: with what stands still put back; the log density so."""
    carried, given = latents.initial_state, latents.appearance

    def hold(moved: Latents) -> Latents:
        state = tf.where(is_latent[:, None], moved.initial_state, carried)
        appearance = moved.appearance if moves_appearance else given
        return Latents(hide_absent(moved.noise, evidence.present), state, appearance)

    def log_density(candidate: Latents) -> tf.Tensor:
        return log_joint_density(
            generator, hold(candidate), evidence, precision=precision, mode=Mode.INFER
        ).log_joint

    return hold, log_density


def _count_appearance(latents: Latents, num_windows) -> Latents:
    """Returns the same latents, of whose appearance gradients are those of all windows."""
    if num_windows is None or not latents.appearance.shape[-1]:
        return latents
    counts = tf.cast(num_windows, latents.appearance.dtype)[:, None]
    here = tf.stop_gradient(latents.appearance)
    return latents._replace(appearance=here + counts * (latents.appearance - here))


def _prior_once(latents: Latents, num_windows) -> tf.Tensor | float:
    """Returns zeros whose gradient makes the appearance's prior count once, [B], or 0."""
    if num_windows is None or not latents.appearance.shape[-1]:
        return 0.0
    counts = tf.cast(num_windows, latents.appearance.dtype)
    here = tf.stop_gradient(latents.appearance)
    return (counts - 1.0) * tf.reduce_sum(here * (latents.appearance - here), axis=1)
