"""The library leaves the process that uses it as it was: seeds, settings, environment, loggers."""

import os
import random
import subprocess
import sys

import numpy as np
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.model.generator import build_generator
from tf_dyngen.training.devices import plain_sums

IMPORTS = """
import logging, os
before = dict(os.environ), list(logging.getLogger("absl").filters)
import tf_dyngen.video.dataset_clips, tf_dyngen.video.writers, tf_dyngen.serving.streaming
assert (dict(os.environ), list(logging.getLogger("absl").filters)) == before
"""


def test_a_generator_is_made_from_its_seed_and_the_callers_seeds_stay():
    config = presets.load("smoke")
    drawn = []
    for _ in range(2):
        random.seed(5)
        np.random.seed(5)
        tf.random.set_seed(5)
        drawn.append([random.random(), np.random.rand(), float(tf.random.uniform([]))])
    random.seed(5)
    np.random.seed(5)
    tf.random.set_seed(5)
    one = build_generator(config)
    assert [random.random(), np.random.rand(), float(tf.random.uniform([]))] == drawn[0] == drawn[1]
    other = build_generator(config)
    for a, b in zip(one.variables, other.variables, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(np.ptp(variable) > 0 for variable in one.trainable_variables)


def test_rewriting_of_graphs_is_as_it_was():
    def options():
        return tf.config.optimizer.get_experimental_options().get("arithmetic_optimization", True)

    before = options()
    with plain_sums():
        assert options() is False
    assert options() == before


def test_importing_it_changes_neither_environment_nor_loggers():
    subprocess.run([sys.executable, "-c", IMPORTS], check=True, env=os.environ, timeout=60)
