"""The learning half of a step of alternating back-propagation through time.

Algorithm 1 of Xie et al., AAAI 2019. Pure but for the optimiser's own state; runs on each replica.
"""

from typing import NamedTuple

import keras
import tensorflow as tf

from tf_dyngen.model.density import Evidence, hide_absent, log_joint_density
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.normalization import Mode
from tf_dyngen.model.shapes import static_shape
from tf_dyngen.model.tracing import traced_once
from tf_dyngen.training.optimizer import apply_gradients
from tf_dyngen.training.texture_energies import log_energy_ratio, pull
from tf_dyngen.training.texture_statistics import statistics_distance


class StepInfo(NamedTuple):
    """Sums over a replica's clips, scalars; `num_values` counts visible pixels times channels.

    squared_gradient: of the gradient of all replicas together, the same in each.
    truncated_share: of Langevin moves, see `LangevinInfo`; 0 where none were made.
    statistics_distance, energy_pull: of new frames, see `NewLosses`; 0 where nothing is drawn.
    """

    log_joint: tf.Tensor
    squared_error: tf.Tensor
    num_values: tf.Tensor
    squared_noise: tf.Tensor
    num_noise: tf.Tensor
    squared_gradient: tf.Tensor
    truncated_share: tf.Tensor
    statistics_distance: tf.Tensor
    energy_pull: tf.Tensor


class NewLosses(NamedTuple):
    """What new frames are taught by, sums over clips.

    statistics_distance: that of `texture_statistics`, scalar; energy_pull: the `pull` of
    `texture_energies`, scalar; log_energy_ratios: see there, [R], R = 0 where nothing is drawn.
    """

    statistics_distance: tf.Tensor
    energy_pull: tf.Tensor
    log_energy_ratios: tf.Tensor


class Drawn(NamedTuple):
    """What is drawn of the prior.

    latents: of K independent windows of B clips, leaves [K * B, ...], the clips' order K times.
    seeds: [B, 2] int32, of what of their frames is compared; weight: what that counts.
    running: by how much the logarithms of their energies passed the clips' so far, see `pull`.
    """

    latents: Latents
    seeds: tf.Tensor
    weight: float
    running: tf.Tensor


def update_weights(
    generator: Generator,
    optimizer: keras.optimizers.Optimizer,
    latents: Latents,
    evidence: Evidence,
    *,
    precision: float,
    num_clips_global: int,
    drawn: Drawn | None = None,
) -> tuple[StepInfo, tf.Tensor, tf.Tensor]:
    """Moves the weights by one optimiser step along the gradient of log p(latents, X).

    Args:
      generator, optimizer: what moves.
      latents: leaves [B, ...].
      evidence: frames [B, T, H, W, C].
      precision: 1 / sigma^2.
      num_clips_global: of all replicas.
      drawn: what is drawn of the prior and how much its statistics count; None for not at all.
    Returns: StepInfo before the step; the states [B, T, S] of the latents; `log_energy_ratio`
      summed over clips, of no length where nothing is drawn.
    """
    nothing = tf.zeros([], keras.config.floatx())
    losses = NewLosses(nothing, nothing, tf.zeros([0], keras.config.floatx()))
    weights = generator.trainable_variables
    with tf.GradientTape() as tape:
        density = log_joint_density(
            generator, latents, evidence, precision=precision, mode=Mode.LEARN
        )
        objective = tf.reduce_sum(density.log_joint)
        if drawn is not None:
            deviation, losses = squared_deviation(generator, drawn, evidence)
            objective -= 0.5 * precision * deviation
        loss = -objective / num_clips_global
    gradients = tape.gradient(loss, weights)
    squared_gradient = apply_gradients(optimizer, gradients, weights)
    info = StepInfo(
        log_joint=tf.reduce_sum(density.log_joint),
        squared_error=tf.reduce_sum(density.squared_error),
        num_values=evidence.num_values(),
        squared_noise=tf.reduce_sum(tf.square(latents.noise)),
        num_noise=_num_noise(latents, evidence),
        squared_gradient=squared_gradient,
        truncated_share=nothing,
        statistics_distance=losses.statistics_distance,
        energy_pull=losses.energy_pull,
    )
    return info, density.states, losses.log_energy_ratios


def squared_deviation(
    generator: Generator, drawn: Drawn, evidence: Evidence
) -> tuple[tf.Tensor, NewLosses]:
    """Returns by how much statistics of new frames miss the clips', as a sum of squares, a scalar.

    It is the distance of `texture_statistics`, clip by clip, times the squares that a still picture
    would miss the clip by, times the weight: in the units of the squared error of the likelihood.
    To the distance comes the `pull` of `texture_energies`.

    Args:
      generator: whose frames are drawn.
      drawn: windows of the prior, with the appearance of the clips.
      evidence: frames [B, T, H, W, C] of the clips.
    Returns: the sum; the losses that it consists of.
    """
    made, _ = generator(drawn.latents)
    num_clips = static_shape(evidence.frames)[0]
    by_clip = tf.reshape(made, [-1, num_clips, *made.shape[1:]])
    present = evidence.present
    if present is None:
        present = tf.ones(evidence.frames.shape[:2], tf.bool)
    num_frames = tf.reduce_sum(tf.cast(present, tf.int32), axis=1)
    frames = hide_absent(evidence.frames, present)
    count = tf.cast(num_frames, frames.dtype)[:, None, None, None]
    means = tf.reduce_sum(frames, axis=1) / count
    changes = tf.square(hide_absent(frames - means[:, None], present))
    still = tf.reduce_sum(changes, axis=[1, 2, 3, 4])
    compare = traced_once(_compare_clip)
    by_row = [
        compare(by_clip[:, row], frames[row], num_frames[row], drawn.seeds[row], drawn.running)
        for row in range(num_clips)
    ]
    distances, pulls, ratios = zip(*by_row, strict=True)
    both = tf.stack(distances) + tf.stack(pulls)
    losses = NewLosses(tf.add_n(distances), tf.add_n(pulls), tf.add_n(ratios))
    return drawn.weight * tf.reduce_sum(still * both), losses


def _compare_clip(windows, frames, num_frames, seed, running) -> NewLosses:
    """Returns the losses of one clip's windows [K, T, H, W, C] beside its frames [T', H, W, C]."""
    ratio = log_energy_ratio(windows, frames, num_frames)
    distance = statistics_distance(windows, frames, num_frames, seed)
    return NewLosses(distance, pull(running, ratio), ratio)


def _num_noise(latents: Latents, evidence: Evidence) -> tf.Tensor:
    return tf.reduce_sum(hide_absent(tf.ones_like(latents.noise), evidence.present))
