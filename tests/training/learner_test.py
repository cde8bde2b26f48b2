"""A step of learning against finite differences of what it maximises."""

import keras
import numpy as np
import tensorflow as tf

from tests.model.small_generator import draw_latents, make_generator
from tf_dyngen.model.density import Evidence, log_joint_density
from tf_dyngen.training.learner import Drawn, squared_deviation, update_weights
from tf_dyngen.training.texture_energies import pull

PRECISION, WEIGHT = 4.0, 0.7


def test_weights_move_along_the_gradient_of_density_and_statistics():
    """Of one plain gradient step, by finite differences of what is maximised."""
    generator = make_generator()
    latents = draw_latents(generator, 2, 5)
    random = np.random.default_rng(0)
    frames = generator(latents)[0] + 0.3 * random.standard_normal((2, 5, 16, 16, 3))
    evidence = Evidence(tf.cast(frames, tf.float32))
    new, seeds = draw_latents(generator, 4, 5, seed=7), tf.constant([[1, 2], [3, 4]])
    drawn = Drawn(new, seeds, WEIGHT, tf.constant([0.1, 0.2, -0.3, 0.3, -0.2]))

    def objective():
        density = log_joint_density(generator, latents, evidence, precision=PRECISION)
        deviation, _ = squared_deviation(generator, drawn, evidence)
        return float(tf.reduce_sum(density.log_joint) - 0.5 * PRECISION * deviation) / 2

    before = objective()
    old = [variable.numpy() for variable in generator.trainable_variables]
    rate = 1e-6
    update_weights(
        generator,
        keras.optimizers.SGD(rate),
        latents,
        evidence,
        precision=PRECISION,
        num_clips_global=2,
        drawn=drawn,
    )
    moves = [
        variable.numpy() - start
        for variable, start in zip(generator.trainable_variables, old, strict=True)
    ]
    # The objective grows by |gradient|^2 * rate; a move is the gradient * rate.
    expected = sum(np.sum(np.square(move.astype(np.float64))) for move in moves) / rate
    np.testing.assert_allclose(objective() - before, expected, rtol=0.05)


def test_new_frames_miss_the_clips_by_less_where_they_are_alike():
    generator = make_generator()
    latents = draw_latents(generator, 2, 12)
    frames, _ = generator(latents)
    other = draw_latents(generator, 4, 12, seed=7)
    seed = tf.constant([[1, 2], [3, 4]])

    def deviation(frames, weight=1.0, present=None):
        drawn = Drawn(other, seed, weight, tf.zeros([9]))
        return float(squared_deviation(generator, drawn, Evidence(frames, present=present))[0])

    alike, unlike = deviation(frames), deviation(tf.random.stateless_uniform(frames.shape, seed[0]))
    assert 0 < alike < unlike
    np.testing.assert_allclose(deviation(frames, 2.0), 2 * alike, rtol=1e-5)
    present = tf.constant([[True] * 12, [True] * 5 + [False] * 7])
    behind = tf.where(present[:, :, None, None, None], frames, 100.0)
    shown = tf.where(present[:, :, None, None, None], frames, -100.0)
    assert deviation(behind, present=present) == deviation(shown, present=present)


def test_energies_are_pulled_against_their_running_ratio():
    generator = make_generator()
    frames, _ = generator(draw_latents(generator, 1, 12))
    evidence = Evidence(2.0 * frames)
    new, seeds = draw_latents(generator, 2, 12, seed=7), tf.constant([[1, 2]])

    def deviation(running):
        return squared_deviation(generator, Drawn(new, seeds, 1.0, running), evidence)

    running = tf.linspace(0.5, -0.2, 9)
    (plain, apart), (pulled, losses) = deviation(tf.zeros([9])), deviation(running)
    still = np.sum(np.square(evidence.frames - tf.reduce_mean(evidence.frames, 1, keepdims=True)))
    pull_of_ratios = pull(running, losses.log_energy_ratios)
    np.testing.assert_allclose(pulled - plain, still * pull_of_ratios, rtol=1e-3)
    # The losses that are reported are those that the sum consists of.
    assert float(apart.energy_pull) == 0.0
    np.testing.assert_allclose(losses.energy_pull, pull_of_ratios, rtol=1e-6)
    np.testing.assert_allclose(plain, still * losses.statistics_distance, rtol=1e-5)
