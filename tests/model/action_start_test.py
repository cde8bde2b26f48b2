"""The start for clips that differ in looks, on clips made of known looks and one motion."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.model.action_start import action_chain_start, fit_action_texture, start_actions
from tf_dyngen.model.emission import BilinearForms
from tf_dyngen.model.generator import build_generator
from tf_dyngen.model.latents import Latents

SIZES = {"state_size": 5, "appearance_size": 5, "bilinear_rank": 20}


def moving_blob(look, phase, num_frames=24, size=16):
    """A disc of the look's colour and size that circles before the look's background."""
    random = np.random.default_rng(look)
    colour, background = random.uniform(0.2, 0.8, 3), random.uniform(-0.8, -0.2, 3)
    radius = random.uniform(2.5, 3.5)
    angle = 2 * np.pi * np.arange(num_frames) / 12 + phase
    row, column = np.mgrid[:size, :size]
    down = row - 7.5 - 3 * np.sin(angle)[:, None, None]
    right = column - 7.5 - 3 * np.cos(angle)[:, None, None]
    disc = 1 / (1 + np.exp(2 * (np.hypot(down, right) - radius)))
    clip = background + disc[..., None] * (colour - background)
    return clip.astype(np.float32)


def started(clips, **changes):
    sizes = {**SIZES, **changes}
    settings = {f"model.{name}": value for name, value in sizes.items()}
    config = override(presets.load("smoke"), {**settings, "model.noise_size": 5})
    generator = build_generator(config)
    texture = fit_action_texture(clips, **sizes)
    start_actions(generator, texture)
    return generator, texture


def latents_of(*starts):
    noise, state, appearance = (np.stack(leaves) for leaves in zip(*starts, strict=True))
    leaves = (noise, state, appearance)
    return Latents(*(tf.constant(leaf, tf.float32) for leaf in leaves))


def pixels_of(frames):
    return np.arctanh(np.asarray(frames, np.float64)).reshape(len(frames), -1)


@pytest.fixture(scope="module")
def blobs():
    return [moving_blob(look, phase) for look, phase in enumerate(np.linspace(0, 5, 6))]


@pytest.fixture(scope="module")
def model(blobs):
    return started(blobs)


def test_mean_frames_are_exact(blobs, model):
    generator, texture = model
    for clip in blobs:
        noise, state, appearance = action_chain_start(texture, clip, 5)
        frames, _ = generator(latents_of((noise, state, appearance)))
        # With as many components of appearance as clips, nothing is left for what moves.
        np.testing.assert_allclose(
            pixels_of(frames[0].numpy()).mean(axis=0), pixels_of(clip).mean(axis=0), atol=2e-3
        )


def test_latents_are_white(blobs, model):
    generator, texture = model
    latents = latents_of(*(action_chain_start(texture, clip, 5) for clip in blobs))
    states = generator.rollout(latents.initial_state, latents.noise).numpy().reshape(-1, 5)
    np.testing.assert_allclose(states.T @ states / len(states), np.eye(5), atol=1e-3)
    scatter = latents.appearance.numpy().T @ latents.appearance.numpy() / len(blobs)
    np.testing.assert_allclose(scatter, np.eye(5), atol=1e-3)


def test_a_disc_that_circles_is_reconstructed_better_than_by_its_mean_frame(blobs, model):
    generator, texture = model
    for clip in blobs:
        frames, _ = generator(latents_of(action_chain_start(texture, clip, 5)))
        error = np.mean(np.square(frames[0] - clip))
        assert error < 0.2 * np.mean(np.square(clip.mean(axis=0) - clip))


def test_the_state_is_the_motion_and_not_the_look(model):
    _, texture = model
    same_phase = [action_chain_start(texture, moving_blob(look, 1.0), 5) for look in range(6)]
    other_phase = action_chain_start(texture, moving_blob(0, 1.0 + np.pi), 5)
    noises = np.stack([noise for noise, _, _ in same_phase])
    within = np.mean(np.square(noises - noises.mean(axis=0)))
    between = np.mean(np.square(noises.mean(axis=0) - other_phase[0]))
    assert within < 0.1 * between


def test_a_look_with_another_clips_motion_is_the_truth(blobs, model):
    generator, texture = model
    look, motion = blobs[1], blobs[4]
    noise, state, _ = action_chain_start(texture, motion, 5)
    appearance = action_chain_start(texture, look, 5)[2]
    frames, _ = generator(latents_of((noise, state, appearance)))
    truth = moving_blob(1, np.linspace(0, 5, 6)[4])
    error = np.mean(np.square(frames[0] - truth))
    assert error < 0.5 * min(np.mean(np.square(look - truth)), np.mean(np.square(motion - truth)))


def test_low_rank_leaves_rows_of_the_layer_unused_and_finite(blobs):
    generator, _ = started(blobs[:2], bilinear_rank=64)
    loading = generator.emission.bilinear.loading.numpy()
    assert np.isfinite(loading).all()
    assert not loading[-1].any()


@pytest.mark.parametrize("num_clips", [1, 2])
def test_few_clips(blobs, num_clips):
    generator, texture = started(blobs[:num_clips])
    frames, _ = generator(latents_of(action_chain_start(texture, blobs[0], 5)))
    assert np.isfinite(frames).all()


def test_without_products_the_states_load_alike_for_all_looks(blobs):
    generator, texture = started(blobs, bilinear_rank=0)
    assert generator.emission.bilinear is None
    assert texture.forms.size == 0


def test_still_clips_have_no_motion():
    stills = [np.repeat(moving_blob(look, 0.0)[:1], 6, axis=0) for look in range(3)]
    generator, texture = started(stills)
    for still in stills:
        frames, _ = generator(latents_of(action_chain_start(texture, still, 5)))
        np.testing.assert_allclose(frames[0], still, atol=2e-3)


def test_bilinear_forms_are_the_written_formula():
    layer = BilinearForms(rank=7, state_size=3, appearance_size=4, pixels=10)
    random = np.random.default_rng(0)
    for variable in layer.variables:
        variable.assign(random.standard_normal(variable.shape))
    states, appearance = random.standard_normal((5, 3)), random.standard_normal((5, 4))
    forms = layer.forms.numpy().reshape(3, 4, 7)
    expected = np.einsum("ns,na,sar,rd->nd", states, appearance, forms, layer.loading.numpy())
    got = layer(tf.constant(states, tf.float32), tf.constant(appearance, tf.float32))
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_checkpoints_restore_the_products(blobs, model, tmp_path):
    generator, texture = model
    path = tf.train.Checkpoint(generator=generator).write(str(tmp_path / "weights"))
    start = latents_of(action_chain_start(texture, blobs[2], 5))
    config = override(
        presets.load("smoke"),
        {**{f"model.{name}": value for name, value in SIZES.items()}, "model.noise_size": 5},
    )
    other = build_generator(config)
    tf.train.Checkpoint(generator=other).read(path).assert_existing_objects_matched()
    np.testing.assert_array_equal(other(start)[0], generator(start)[0])
