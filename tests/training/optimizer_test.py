"""The schedule of the learning rate."""

import numpy as np

from tf_dyngen.config import LearningConfig
from tf_dyngen.training.optimizer import FLOOR, WarmupCosine


def test_the_rate_rises_and_falls():
    config = LearningConfig(learning_rate=0.01, warmup_steps=10, decay_steps=100)
    rates = [float(WarmupCosine(config)(step)) for step in range(200)]
    assert rates[0] == np.float32(0.001)
    np.testing.assert_allclose(rates[50], 0.01 * (FLOOR + (1 - FLOOR) / 2), rtol=1e-5)
    np.testing.assert_allclose(rates[100:], 0.01 * FLOOR, rtol=1e-5)
    assert np.all(np.diff(rates[:10]) > 0)
    assert np.all(np.diff(rates[10:101]) < 0)


def test_without_a_schedule_the_rate_stands():
    config = LearningConfig(learning_rate=0.01, warmup_steps=0, decay_steps=0)
    assert float(WarmupCosine(config)(0)) == float(WarmupCosine(config)(10**6))
