"""The log joint density: gradients by finite differences, sums per clip, masks."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.model.density import Evidence, log_joint_density
from tf_dyngen.model.generator import build_generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.normalization import Mode

NUM_FRAMES = 4
PRECISION = 0.7
BOTH = pytest.mark.parametrize("parameterisation", ["linear_backbone", "paper"])


def make_problem(parameterisation, num_clips=3, dtype=np.float32):
    settings = {
        "model.parameterisation": parameterisation,
        "model.normalization": True,
        "model.appearance_size": 2,
        "video.height": 8,
        "video.width": 8,
    }
    config = override(presets.load("smoke"), settings)
    generator = build_generator(config)
    random = np.random.default_rng(0)
    for variable in generator.trainable_variables:
        variable.assign(variable + 0.2 * random.standard_normal(variable.shape))
    sizes = generator.latent_sizes
    shapes = [(NUM_FRAMES, sizes.noise), (sizes.state,), (sizes.appearance,)]
    latents = Latents(*(random.standard_normal((num_clips, *s)).astype(dtype) for s in shapes))
    frames = random.uniform(-1, 1, (num_clips, NUM_FRAMES, 8, 8, 3)).astype(dtype)
    return generator, latents, frames


def log_joint(generator, latents, frames, visible=None, mode=Mode.INFER):
    evidence = Evidence(frames, visible)
    return log_joint_density(generator, latents, evidence, precision=PRECISION, mode=mode).log_joint


@BOTH
def test_density_is_the_written_sum(parameterisation):
    generator, latents, frames = make_problem(parameterisation)
    predicted = generator(latents, mode=Mode.INFER)[0].numpy().astype(np.float64)
    prior = sum((leaf.reshape(3, -1).astype(np.float64) ** 2).sum(axis=1) for leaf in latents)
    errors = ((predicted - frames) ** 2).reshape(3, -1).sum(axis=1)
    expected = -0.5 * (prior + PRECISION * errors)
    np.testing.assert_allclose(log_joint(generator, latents, frames), expected, rtol=1e-5)


@BOTH
def test_density_of_a_batch_is_the_density_of_each_clip(parameterisation):
    generator, latents, frames = make_problem(parameterisation)
    together = log_joint(generator, latents, frames).numpy()
    for clip in range(3):
        chosen = slice(clip, clip + 1)
        alone = log_joint(generator, Latents(*(leaf[chosen] for leaf in latents)), frames[chosen])
        np.testing.assert_allclose(alone[0], together[clip], rtol=1e-5)


@BOTH
@pytest.mark.parametrize("mode", [Mode.GENERATE, Mode.INFER])
def test_gradients_against_finite_differences(parameterisation, mode, float64):
    generator, latents, frames = make_problem(parameterisation, dtype=np.float64)
    weights = generator.trainable_variables
    leaves = [tf.constant(leaf) for leaf in latents]

    def density():
        return tf.reduce_sum(log_joint(generator, Latents(*leaves), frames, mode=mode))

    with tf.GradientTape() as tape:
        tape.watch(leaves)
        value = density()
    assert value.dtype == tf.float64
    gradients = tape.gradient(value, [*leaves, *weights])
    random = np.random.default_rng(3)
    step = 1e-6
    for index, gradient in enumerate(gradients):
        direction = random.standard_normal(gradient.shape)
        values = []
        for sign in (1.0, -1.0):
            move = sign * step * direction
            if index < len(leaves):
                kept, leaves[index] = leaves[index], leaves[index] + move
                values.append(float(density()))
                leaves[index] = kept
            else:
                weights[index - len(leaves)].assign_add(move)
                values.append(float(density()))
                weights[index - len(leaves)].assign_sub(move)
        numeric = (values[0] - values[1]) / (2 * step)
        analytic = float(tf.reduce_sum(gradient * direction))
        # Round-off of the difference: 1e-16 * |value| / step; truncation is far below.
        tolerance = 1e-5 * abs(analytic) + 1e-8 * abs(float(value)) + 1e-7
        assert abs(numeric - analytic) < tolerance


@BOTH
def test_hidden_pixels_have_no_influence(parameterisation):
    generator, latents, frames = make_problem(parameterisation)
    visible = np.random.default_rng(5).uniform(size=frames.shape) < 0.6
    visible[1, 2] = False  # a whole frame
    results = []
    for hidden_value in (0.0, 1e6, np.nan):
        shown = np.where(visible, frames, np.float32(hidden_value))
        leaves = [tf.constant(leaf) for leaf in latents]
        with tf.GradientTape() as tape:
            tape.watch(leaves)
            value = log_joint(generator, Latents(*leaves), shown, visible)
        gradients = tape.gradient(value, [*leaves, *generator.trainable_variables])
        results.append([value.numpy(), *(g.numpy() for g in gradients)])
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert np.isfinite(b).all()
            np.testing.assert_array_equal(a, b)
    errors = ((generator(latents, mode=Mode.INFER)[0].numpy() - frames) * visible) ** 2
    prior = sum((leaf.reshape(3, -1) ** 2).sum(axis=1) for leaf in latents)
    expected = -0.5 * (prior + PRECISION * errors.reshape(3, -1).sum(axis=1))
    np.testing.assert_allclose(results[0][0], expected, rtol=1e-5)


def test_a_frame_mask_broadcasts():
    generator, latents, frames = make_problem("paper")
    by_frame = np.ones((3, NUM_FRAMES, 1, 1, 1), np.float32)
    by_frame[:, 1] = 0.0
    full = np.broadcast_to(by_frame, frames.shape)
    np.testing.assert_array_equal(
        log_joint(generator, latents, frames, by_frame), log_joint(generator, latents, frames, full)
    )


def test_a_prediction_counts_by_its_weight():
    generator, latents, frames = make_problem("paper")
    visible = np.random.default_rng(5).uniform(size=frames.shape) < 0.6
    densities = [
        log_joint_density(
            generator,
            Latents(*(tf.constant(leaf) for leaf in latents)),
            Evidence(tf.constant(frames), tf.constant(visible), weight),
            precision=PRECISION,
        )
        for weight in (0.0, 0.5, 1.0)
    ]
    none, half, whole = (density.log_joint.numpy() for density in densities)
    np.testing.assert_allclose(half, (none + whole) / 2, rtol=1e-5)
    everything = log_joint_density(
        generator,
        Latents(*(tf.constant(leaf) for leaf in latents)),
        Evidence(tf.constant(frames)),
        precision=PRECISION,
    )
    np.testing.assert_allclose(whole, everything.log_joint, rtol=1e-5)
    # What is reported is the error where the truth is seen.
    for density in densities[1:]:
        np.testing.assert_array_equal(density.squared_error, densities[0].squared_error)
