"""The learning half of a step of alternating back-propagation through time.

Algorithm 1 of Xie et al., AAAI 2019. Pure but for the optimiser's own state; runs on each replica.
"""

from typing import NamedTuple

import keras
import tensorflow as tf

from tf_dyngen.model.density import Evidence, hide_absent, log_joint_density
from tf_dyngen.model.emission import LinearBackboneEmission
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.normalization import Mode


class StepInfo(NamedTuple):
    """Sums over a replica's clips, scalars; `num_values` counts visible pixels times channels."""

    log_joint: tf.Tensor
    squared_error: tf.Tensor
    num_values: tf.Tensor
    squared_noise: tf.Tensor
    num_noise: tf.Tensor
    squared_gradient: tf.Tensor


def update_weights(
    generator: Generator,
    optimizer: keras.optimizers.Optimizer,
    latents: Latents,
    evidence: Evidence,
    *,
    precision: float,
    num_clips_global: int,
    unseen: tf.Tensor | None = None,
    unseen_weight: float = 0.0,
) -> tuple[StepInfo, tf.Tensor]:
    """Moves the weights by one optimiser step along the gradient of log p(latents, X).

    Args:
      generator, optimizer: what moves.
      latents: leaves [B, ...].
      evidence: frames [B, T, H, W, C].
      precision: 1 / sigma^2.
      num_clips_global: of all replicas.
      unseen: states drawn at random, [B, T, S], where the bend is held back; or None.
      unseen_weight: of its squares, see `squared_bend`.
    Returns: StepInfo before the step, and the states [B, T, S] of the latents.
    """
    weights = generator.trainable_variables
    with tf.GradientTape() as tape:
        density = log_joint_density(
            generator, latents, evidence, precision=precision, mode=Mode.LEARN
        )
        objective = tf.reduce_sum(density.log_joint)
        if unseen is not None:
            bend = squared_bend(generator, unseen, latents.appearance)
            objective -= 0.5 * unseen_weight * precision * bend
        loss = -objective / num_clips_global
    gradients = tape.gradient(loss, weights)
    # In a replica context the optimiser sums the gradients over the replicas.
    optimizer.apply(gradients, weights)
    info = StepInfo(
        log_joint=tf.reduce_sum(density.log_joint),
        squared_error=tf.reduce_sum(density.squared_error),
        num_values=evidence.num_values(),
        squared_noise=tf.reduce_sum(tf.square(latents.noise)),
        num_noise=_num_noise(latents, evidence),
        squared_gradient=tf.square(tf.linalg.global_norm(gradients)),
    )
    return info, density.states


def squared_bend(generator: Generator, states: tf.Tensor, appearance: tf.Tensor) -> tf.Tensor:
    """Returns the sum of squares of what the deconvolution adds to the linear path, a scalar.

    Between the few states of a clip nothing holds the deconvolution: what it adds there is speckle.
    A Gaussian prior of its values at random states lets it bend where frames ask for it alone.

    Args:
      generator: of the linear backbone.
      states: [B, T, S].
      appearance: [B, A], of the clips beside whose frames the states count.
    """
    emission = generator.emission
    assert isinstance(emission, LinearBackboneEmission)
    repeated = tf.repeat(appearance, states.shape[1], axis=0)
    bend = emission.bend(tf.reshape(states, [-1, states.shape[2]]), repeated)
    return tf.reduce_sum(tf.square(bend))


def _num_noise(latents: Latents, evidence: Evidence) -> tf.Tensor:
    return tf.reduce_sum(hide_absent(tf.ones_like(latents.noise), evidence.present))
