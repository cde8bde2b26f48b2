"""Weights that a generator computes with while it is traced."""

import numpy as np
import pytest
import tensorflow as tf

from tests.model.small_generator import make_generator
from tf_dyngen.errors import UserError
from tf_dyngen.export.weights import ExportedWeights


@pytest.fixture
def generator():
    return make_generator()


def export(generator, dtype):
    sizes = generator.latent_sizes
    return ExportedWeights(
        generator, np.zeros([1, sizes.state]), np.zeros([1, sizes.appearance]), dtype
    )


def emit(generator):
    sizes = generator.latent_sizes
    return generator.emit(tf.ones([1, 2, sizes.state]), tf.ones([1, sizes.appearance])).numpy()


def test_the_generator_computes_with_them_while_they_are_in_use(generator):
    weights = export(generator, tf.float32)
    before = emit(generator)
    for variable in generator.emission.variables:
        variable.assign(variable + 0.5)
    after = emit(generator)
    with weights.in_use(generator):
        np.testing.assert_array_equal(emit(generator), before)
    np.testing.assert_array_equal(emit(generator), after)
    assert not np.array_equal(after, before)


def test_half_precision_rounds_and_refuses_what_is_too_large(generator):
    weights = export(generator, tf.float16)
    for variable, weight in zip(generator.variables, weights.weights, strict=True):
        assert weight.dtype == tf.float16
        np.testing.assert_allclose(weight, variable, rtol=1e-3, atol=1e-6)
    variable = generator.emission.variables[0]
    variable.assign(tf.fill(variable.shape, 1e6))
    with pytest.raises(UserError, match="no number of float16: export without --half"):
        export(generator, tf.float16)
    variable.assign(tf.fill(variable.shape, np.nan))
    with pytest.raises(UserError, match="train the run again"):
        export(generator, tf.float32)
