"""Synthesis: streamed equals whole to the bit, seeds name videos, loops close."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.errors import UserError
from tf_dyngen.inference.video_draws import BLOCK, draw_noise_block
from tf_dyngen.model.generator import build_generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.tasks.synthesize import Synthesizer


def make_generator(parameterisation="linear_backbone", memory=0.9):
    settings = {
        "model.parameterisation": parameterisation,
        "model.normalization": parameterisation == "paper",
        "model.appearance_size": 2,
    }
    generator = build_generator(override(presets.load("smoke"), settings))
    random = np.random.default_rng(1)
    for variable in generator.emission.trainable_variables:
        variable.assign(variable + 0.3 * random.standard_normal(variable.shape))
    if parameterisation == "linear_backbone":
        size = generator.latent_sizes.state
        rotation, _ = np.linalg.qr(random.standard_normal((size, size)))
        generator.transition.transition_matrix.assign(memory * rotation)
        generator.transition.noise_gain.assign(np.sqrt(1 - memory**2) * np.eye(size))
    else:
        for variable in generator.transition.trainable_variables:
            variable.assign(variable + 0.3 * random.standard_normal(variable.shape))
    return generator


@pytest.fixture(scope="module", params=["linear_backbone", "paper"])
def synthesizer(request):
    return Synthesizer(make_generator(request.param))


def video(synthesizer, num_frames, **settings):
    return np.concatenate(list(synthesizer.synthesize(num_frames=num_frames, **settings)))


def test_a_video_is_uint8_and_moves(synthesizer):
    frames = video(synthesizer, 2 * BLOCK + 7, seed=3)
    assert frames.shape == (2 * BLOCK + 7, 16, 16, 3)
    assert frames.dtype == np.uint8
    assert np.all(np.any(frames[1:] != frames[:-1], axis=(1, 2, 3)))


@pytest.mark.parametrize("length", [1, 7, BLOCK, 50])
def test_streamed_in_any_chunking_is_the_whole_to_the_bit(synthesizer, length):
    whole = video(synthesizer, 67, seed=3)
    for start in range(0, 67 if length > 1 else 5, length):
        num_frames = min(length, 67 - start)
        piece = video(synthesizer, num_frames, seed=3, first_frame=start)
        np.testing.assert_array_equal(piece, whole[start : start + num_frames])


def test_the_seed_names_the_video(synthesizer):
    first = video(synthesizer, 10, seed=3)
    np.testing.assert_array_equal(first, video(synthesizer, 10, seed=3))
    assert np.mean(first != video(synthesizer, 10, seed=4)) > 0.5


def test_frames_are_the_models(synthesizer):
    generator = synthesizer._generator
    random = np.random.default_rng(0)
    sizes = generator.latent_sizes
    latents = Latents(
        tf.constant(random.standard_normal((1, 41, sizes.noise)), tf.float32),
        tf.constant(random.standard_normal((1, sizes.state)), tf.float32),
        tf.constant(random.standard_normal((1, sizes.appearance)), tf.float32),
    )
    frames = np.concatenate(list(synthesizer.render(latents, 41)))
    expected = (generator(latents)[0][0].numpy() + 1.0) * 127.5
    assert frames.shape == expected.shape
    assert np.abs(frames - expected).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("num_frames", [1, BLOCK, 67])
def test_backwards_the_same_frames_come_from_the_last_to_the_first(synthesizer, num_frames):
    forwards = video(synthesizer, num_frames, seed=3)
    np.testing.assert_array_equal(
        video(synthesizer, num_frames, seed=3, backwards=True)[::-1], forwards
    )
    piece = video(synthesizer, num_frames, seed=3, first_frame=40, backwards=True)
    whole = video(synthesizer, 40 + num_frames, seed=3)
    np.testing.assert_array_equal(piece[::-1], whole[40:])


def test_a_loop_backwards_is_the_loop_from_its_end(synthesizer):
    loop = video(synthesizer, 45, seed=5, loop=True).astype(int)
    turned = video(synthesizer, 45, seed=5, loop=True, backwards=True).astype(int)
    # Another place in the batch may round a level otherwise.
    assert np.abs(turned[::-1] - loop).max() <= 1


@pytest.mark.parametrize("first_frame", [0, 11, 40])
def test_a_clips_motion_from_any_of_its_frames_on(synthesizer, first_frame):
    random = np.random.default_rng(0)
    sizes = synthesizer._generator.latent_sizes
    latents = Latents(
        tf.constant(random.standard_normal((1, 41, sizes.noise)), tf.float32),
        tf.constant(random.standard_normal((1, sizes.state)), tf.float32),
        tf.constant(random.standard_normal((1, sizes.appearance)), tf.float32),
    )
    whole = np.concatenate(list(synthesizer.go_on(latents, num_frames=90, seed=1)))
    how = {"num_frames": 90 - first_frame, "seed": 1, "first_frame": first_frame}
    for backwards, expected in ((False, whole[first_frame:]), (True, whole[first_frame:][::-1])):
        found = np.concatenate(list(synthesizer.go_on(latents, backwards=backwards, **how)))
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("num_frames", [2, 24, BLOCK, 45])
def test_the_join_of_a_loop_is_no_bigger_than_the_steps_around_it(synthesizer, num_frames):
    frames = video(synthesizer, num_frames, seed=5, loop=True).astype(float)
    assert len(frames) == num_frames
    steps = np.sqrt(np.mean(np.diff(frames, axis=0) ** 2, axis=(1, 2, 3)))
    join = np.sqrt(np.mean((frames[0] - frames[-1]) ** 2))
    assert join <= 1.2 * steps.max()
    assert steps.max() > 0


def test_a_loop_of_a_forgetting_model_follows_its_own_dynamics():
    generator = make_generator(memory=0.9)
    synthesizer = Synthesizer(generator)
    states = np.concatenate(list(synthesizer._loop(60, seed=2, variety=0.5)))[:60]
    noise = tf.concat([draw_noise_block(2, i, generator.latent_sizes.noise) for i in (0, 1)], 1)
    following = generator.rollout(states[-1:], noise)[0]
    # The orbit closes on itself: from its last state, the same noise leads through it again.
    np.testing.assert_allclose(following[:60], states, atol=1e-3)


def test_a_loop_closes_even_where_the_model_never_forgets():
    synthesizer = Synthesizer(make_generator(memory=0.9999))
    states = np.concatenate(list(synthesizer._loop(40, seed=2, variety=0.5)))[:40]
    steps = np.linalg.norm(np.diff(states, axis=0), axis=1)
    assert np.linalg.norm(states[0] - states[-1]) <= 1.2 * steps.max()


def test_a_loop_of_one_frame_is_refused(synthesizer):
    with pytest.raises(UserError, match="at least 2"):
        list(synthesizer.synthesize(num_frames=1, seed=0, loop=True))
