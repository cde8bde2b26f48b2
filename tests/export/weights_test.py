"""Weights that a generator computes with while it is traced."""

import numpy as np
import pytest
import tensorflow as tf

from tests.model.small_generator import make_generator
from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.errors import UserError
from tf_dyngen.export.weights import ExportedWeights
from tf_dyngen.model.generator import build_generator, to_pixels

# Of an attention model, what is else left to the clip.
CHOSEN = {
    "video.height": 16,
    "video.width": 16,
    "attention.parts": 2,
    "attention.fade": 1,
    "attention.retention": 0.0,
}


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
        is_linear = variable.path in ("transition/transition_matrix", "transition/noise_gain")
        assert weight.dtype == (tf.float32 if is_linear else tf.float16), variable.path
        np.testing.assert_allclose(weight, variable, rtol=1e-3, atol=1e-6)
    variable = generator.emission.variables[0]
    variable.assign(tf.fill(variable.shape, 1e6))
    with pytest.raises(UserError, match="no number of float16: export without --half"):
        export(generator, tf.float16)
    variable.assign(tf.fill(variable.shape, np.nan))
    with pytest.raises(UserError, match="train the run again"):
        export(generator, tf.float32)


def test_dynamics_that_last_do_not_grow_by_rounding(generator):
    """A rotation that shrinks by a part in a million: rounded to 11 bits, it would grow."""
    matrix = generator.transition.transition_matrix
    size = matrix.shape[0]
    rotation, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((size, size)))
    matrix.assign((1 - 1e-6) * rotation)

    def radius(values):
        return np.abs(np.linalg.eigvals(np.asarray(values, np.float64))).max()

    assert radius(matrix.numpy().astype(np.float16)) > 1 + 1e-5
    weights = export(generator, tf.float16)
    saved = dict(zip([v.path for v in generator.variables], weights.weights, strict=True))
    assert radius(saved[matrix.path]) < 1


def test_what_an_attention_model_remembers_keeps_its_types():
    config = override(presets.load("texture"), CHOSEN)
    generator = build_generator(config, 7)
    clip = np.random.default_rng(0).integers(0, 256, (7, 16, 16, 3)).astype(np.uint8)
    generator.remember([clip])
    weights = export(generator, tf.float16)
    saved = {weight.dtype for weight in weights.weights}
    assert saved == {tf.uint8, tf.int32, tf.float32}
    state = generator.state_before([3])
    generator.remember([255 - clip])
    with weights.in_use(generator):
        frames = generator.emit(generator.rollout(state, tf.zeros([1, 1, 4 * 7])), tf.zeros([1, 0]))
    np.testing.assert_array_equal(to_pixels(frames)[0, 0], clip[3])
