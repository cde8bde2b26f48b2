"""The generator: a frame depends on its own state alone, streams equal wholes."""

import numpy as np
import pytest
import tensorflow as tf

from tests.model.small_generator import draw_latents, make_generator
from tf_dyngen import presets
from tf_dyngen.config import ModelConfig
from tf_dyngen.model.generator import build_generator, to_pixels
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.normalization import MOMENTUM, ClipNormalization, Mode, Statistics
from tf_dyngen.model.transition import build_transition

BOTH = pytest.mark.parametrize("parameterisation", ["linear_backbone", "paper"])


def small_generator(parameterisation, **model):
    """Away from the zeros and tiny weights of the start, where everything would agree."""
    return make_generator(parameterisation, spread=0.1, **{"normalization": True, **model})


@BOTH
def test_a_frame_alone_is_the_frame_of_the_clip(parameterisation):
    generator = small_generator(parameterisation)
    latents = draw_latents(generator, 2, 9)
    frames, states = generator(latents)
    for time in (0, 4, 8):
        alone = generator.emit(states[:, time : time + 1], latents.appearance)
        # Rounding alone may differ: matrix products are cut into other blocks.
        np.testing.assert_allclose(alone[:, 0], frames[:, time], atol=2e-6)


@BOTH
def test_rollout_in_pieces_is_the_whole_rollout(parameterisation):
    generator = small_generator(parameterisation)
    latents = draw_latents(generator, 2, 9)
    whole = generator.rollout(latents.initial_state, latents.noise)
    first = generator.rollout(latents.initial_state, latents.noise[:, :4])
    second = generator.rollout(first[:, -1], latents.noise[:, 4:])
    np.testing.assert_array_equal(tf.concat([first, second], axis=1), whole)


@BOTH
def test_clips_of_a_batch_do_not_mix(parameterisation):
    generator = small_generator(parameterisation)
    latents = draw_latents(generator, 3, 5)
    together, _ = generator(latents, mode=Mode.INFER)
    for clip in range(3):
        alone, _ = generator(Latents(*(leaf[clip : clip + 1] for leaf in latents)), mode=Mode.INFER)
        np.testing.assert_allclose(alone[0], together[clip], atol=5e-6)


def test_linear_transition_is_the_written_formula():
    generator = small_generator("linear_backbone", transition_hidden=())
    latents = draw_latents(generator, 1, 6)
    a = generator.transition.transition_matrix.numpy().T
    b = generator.transition.noise_gain.numpy().T
    state, expected = latents.initial_state[0].numpy(), []
    for noise in latents.noise[0].numpy():
        state = a @ state + b @ noise
        expected.append(state)
    states = generator.rollout(latents.initial_state, latents.noise)[0]
    np.testing.assert_allclose(states, expected, rtol=1e-4, atol=1e-5)


def test_paper_transition_is_the_written_formula():
    generator = small_generator("paper", transition_hidden=(8, 7))
    latents = draw_latents(generator, 1, 6)
    layers = [(d.kernel.numpy(), d.bias.numpy()) for d in generator.transition.network.dense_layers]
    state, expected = latents.initial_state[0].numpy(), []
    for noise in latents.noise[0].numpy():
        hidden = np.concatenate([noise, state])
        for kernel, bias in layers[:-1]:
            hidden = np.maximum(hidden @ kernel + bias, 0.0)
        state = np.tanh(state + hidden @ layers[-1][0] + layers[-1][1])
        expected.append(state)
    states = generator.rollout(latents.initial_state, latents.noise)[0]
    np.testing.assert_allclose(states, expected, rtol=1e-4, atol=1e-5)


def test_the_paper_weights_start_at_the_published_scale():
    generator = build_generator(presets.load("texture_paper"))
    kernels = [v for v in generator.trainable_variables if v.path.endswith("kernel")]
    for kernel in kernels:
        expected = 0.001 if kernel.path.startswith("transition") else 0.005
        # The standard error of a standard deviation of n draws is std / sqrt(2 n).
        error = expected / np.sqrt(2 * kernel.numpy().size)
        assert abs(kernel.numpy().std() - expected) < 5 * error


def test_clip_normalization_by_mode():
    layer = ClipNormalization()
    maps = tf.random.stateless_normal([6, 4, 5, 3], [1, 2]) * 3.0 + 2.0
    by_clip = layer(maps, statistics=Statistics(Mode.INFER, 2)).numpy().reshape(2, -1, 3)
    np.testing.assert_allclose(by_clip.mean(axis=1), 0.0, atol=1e-5)
    np.testing.assert_allclose(by_clip.std(axis=1), 1.0, atol=1e-4)
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(3))
    layer(maps, statistics=Statistics(Mode.LEARN, 2))
    clips = maps.numpy().reshape(2, -1, 3)
    np.testing.assert_allclose(
        layer.moving_mean, (1 - MOMENTUM) * clips.mean(axis=(0, 1)), rtol=1e-5
    )
    variance = MOMENTUM + (1 - MOMENTUM) * clips.var(axis=1).mean(axis=0)
    np.testing.assert_allclose(layer.moving_variance, variance, rtol=1e-5)
    generated = layer(maps, statistics=Statistics(Mode.GENERATE, 2))
    expected = (maps - layer.moving_mean) / np.sqrt(variance + 1e-5)
    np.testing.assert_allclose(generated, expected, rtol=1e-4, atol=1e-5)


def test_the_network_of_a_linear_transition_sees_states_within_bounds():
    """What it adds is bounded, so that no roll-out explodes by it: at most that of a tanh of 1."""
    config = ModelConfig(state_size=3, noise_size=2, transition_hidden=(4,))
    transition = build_transition(config)
    random = np.random.default_rng(0)
    for variable in transition.network.trainable_variables:
        variable.assign(random.standard_normal(variable.shape))
    noise = tf.zeros([1, 2])
    directions = np.sign(random.standard_normal((1, 3)))
    near, far, farther = (
        transition(tf.constant(scale * directions, tf.float32), noise) for scale in (0.1, 1e3, 1e6)
    )
    np.testing.assert_allclose(far, farther, rtol=1e-6)
    assert (near.numpy() != far.numpy()).any()


@pytest.mark.parametrize("shift", [-0.49, 0.0, 0.49])
def test_frames_are_rounded_to_the_nearest_level_and_clipped(shift):
    levels = np.arange(256)
    frames = ((levels + shift) / 127.5 - 1.0).astype(np.float32)
    np.testing.assert_array_equal(to_pixels(frames), levels)
    np.testing.assert_array_equal(
        to_pixels(np.array([-7.0, 1.01, 50.0], np.float32)), [0, 255, 255]
    )
