"""A linear-Gaussian state space model, whose posterior is known exactly."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.config import ModelConfig
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.transition import build_transition

NUM_FRAMES, STATE, NOISE, PIXELS = 4, 2, 2, 3
OBSERVATION_STD = 0.8


class LinearEmission(keras.Model):
    """x = C s, a frame of one row of pixels."""

    def __init__(self, matrix):
        super().__init__()
        self.matrix = tf.constant(matrix, tf.float32)

    def call(self, states, appearance, statistics=None):
        return tf.matmul(states, self.matrix, transpose_b=True)[:, None, :, None]


class Problem(NamedTuple):
    """The model, frames [1, T, 1, PIXELS, 1], and the posterior of (noise, initial state).

    design: frames = design @ latents + noise. mean, precision: of the exact posterior.
    """

    generator: Generator
    frames: np.ndarray
    design: np.ndarray
    mean: np.ndarray
    precision: np.ndarray


def make_problem(weights=1.0):
    """Returns the Problem; `weights`, [T, PIXELS] or one for all, say what observations count."""
    random = np.random.default_rng(0)
    config = ModelConfig(state_size=STATE, noise_size=NOISE, transition_hidden=())
    transition = build_transition(config)
    a = np.array([[0.8, 0.3], [-0.3, 0.7]])
    b = np.array([[0.9, 0.1], [0.0, 0.6]])
    c = random.standard_normal((PIXELS, STATE))
    transition.transition_matrix.assign(a.T)
    transition.noise_gain.assign(b.T)
    generator = Generator(transition, LinearEmission(c), config)
    frames = random.standard_normal((NUM_FRAMES, PIXELS))
    # x_t = C (A^t s_0 + sum_u A^(t-u) B xi_u) + eps, stacked over time: X = M z + eps.
    design = np.zeros((NUM_FRAMES * PIXELS, NUM_FRAMES * NOISE + STATE))
    for t in range(NUM_FRAMES):
        rows = slice(t * PIXELS, (t + 1) * PIXELS)
        for u in range(t + 1):
            columns = slice(u * NOISE, (u + 1) * NOISE)
            design[rows, columns] = c @ np.linalg.matrix_power(a, t - u) @ b
        design[rows, NUM_FRAMES * NOISE :] = c @ np.linalg.matrix_power(a, t + 1)
    weighted = design.T * (np.broadcast_to(weights, frames.shape).ravel() / OBSERVATION_STD**2)
    precision = np.eye(design.shape[1]) + weighted @ design
    mean = np.linalg.solve(precision, weighted @ frames.ravel())
    shaped = frames.reshape(1, NUM_FRAMES, 1, PIXELS, 1)
    return Problem(generator, shaped, design, mean, precision)
