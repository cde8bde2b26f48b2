"""Inference of latents from frames: Langevin moves towards p(z | X) with the weights held still.

The inference half of algorithm 1 of Xie et al., AAAI 2019; pure, runs on each replica.
"""

import tensorflow as tf

from tf_dyngen.config import MEAN, InferenceConfig
from tf_dyngen.inference.langevin import langevin_step
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
) -> Latents:
    """Moves the latents of B windows by `config.langevin_steps` Langevin steps.

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
    """
    carried = latents.initial_state

    def hold(moved: Latents) -> Latents:
        state = tf.where(is_latent[:, None], moved.initial_state, carried)
        return Latents(hide_absent(moved.noise, evidence.present), state, moved.appearance)

    def log_density(candidate: Latents):
        density = log_joint_density(
            generator, hold(candidate), evidence, precision=precision, mode=Mode.INFER
        )
        return density.log_joint

    def move(index, moving: Latents):
        draws = Latents(*(leaf[index] for leaf in noise))
        moved, _ = langevin_step(
            moving,
            log_density,
            step_size=config.step_size,
            noise=draws,
            temperature=config.temperature,
            preconditioner=preconditioner,
        )
        return index + 1, moved

    _, latents = tf.while_loop(
        lambda index, _: index < config.langevin_steps, move, (tf.constant(0), latents)
    )
    return hold(latents)
