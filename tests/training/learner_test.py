"""The weight that what the deconvolution adds has at states that no frame shows."""

import keras
import numpy as np
import tensorflow as tf

from tests.model.small_generator import draw_latents, make_generator
from tf_dyngen.model.density import Evidence, log_joint_density
from tf_dyngen.training.learner import squared_bend, update_weights

PRECISION, WEIGHT = 4.0, 0.7


def random_states(generator, num_frames=9):
    random = np.random.default_rng(3)
    shape = (2, num_frames, generator.latent_sizes.state)
    return tf.constant(random.standard_normal(shape), keras.config.floatx())


def test_the_bend_is_what_the_frames_differ_by_from_the_linear_path():
    generator = make_generator()
    states, look = random_states(generator), tf.constant([[0.3, -1.0], [2.0, 0.1]])
    frames = np.arctanh(generator.emit(states, look).numpy().astype(np.float64))
    deconvolution = generator.emission.deconvolution
    last = deconvolution.deconvolutions[-1]
    for weight in (last.kernel, last.bias):
        weight.assign(tf.zeros_like(weight))
    linear = np.arctanh(generator.emit(states, look).numpy().astype(np.float64))
    assert squared_bend(generator, states, look) == 0
    generator = make_generator()
    found = squared_bend(generator, states, look)
    np.testing.assert_allclose(found, np.sum((frames - linear) ** 2), rtol=1e-2)


def test_weights_move_along_the_gradient_of_density_and_bend():
    """Of one plain gradient step, by finite differences of what is maximised."""
    generator = make_generator()
    latents = draw_latents(generator, 2, 5)
    random = np.random.default_rng(0)
    frames = generator(latents)[0] + 0.3 * random.standard_normal((2, 5, 16, 16, 3))
    evidence, unseen = Evidence(tf.cast(frames, tf.float32)), random_states(generator)

    def objective():
        density = log_joint_density(generator, latents, evidence, precision=PRECISION)
        bend = squared_bend(generator, unseen, latents.appearance)
        return float(tf.reduce_sum(density.log_joint) - 0.5 * WEIGHT * PRECISION * bend) / 2

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
        unseen=unseen,
        unseen_weight=WEIGHT,
    )
    moves = [
        variable.numpy() - start
        for variable, start in zip(generator.trainable_variables, old, strict=True)
    ]
    # The objective grows by |gradient|^2 * rate; a move is the gradient * rate.
    expected = sum(np.sum(np.square(move.astype(np.float64))) for move in moves) / rate
    np.testing.assert_allclose(objective() - before, expected, rtol=0.05)
