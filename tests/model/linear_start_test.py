"""The linear start against a linear dynamic texture written independently, with NumPy's SVD."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.model.generator import build_generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.linear_start import (
    chain_start,
    fit_linear_dynamic_texture,
    project_components,
    start_linear_backbone,
)
from tf_dyngen.model.pixel_bounds import MARGIN, SATURATION, PixelBounds

SIZE = 5


def travelling_waves(num_frames=30, height=12, width=16, channels=3, seed=0):
    random = np.random.default_rng(seed)
    time_, row, column = np.ogrid[:num_frames, :height, :width]
    frames = np.zeros((num_frames, height, width, channels), np.float32)
    for _ in range(7):
        a, b, c, phase = random.uniform(-1, 1, 4)
        wave = np.sin(a * row + b * column + c * time_ + 6 * phase)
        frames += random.uniform(0.05, 0.2, channels) * wave[..., None]
    return np.clip(frames + 0.02 * random.standard_normal(frames.shape), -1, 1).astype(np.float32)


def started_generator(clips, **changes):
    _, height, width, channels = clips[0].shape
    settings = {
        "video.height": height,
        "video.width": width,
        "video.channels": channels,
        "model.state_size": SIZE,
        "model.noise_size": SIZE,
        **changes,
    }
    config = override(presets.load("smoke"), settings)
    generator = build_generator(config)
    texture = fit_linear_dynamic_texture(clips, config.model.state_size, config.model.noise_size)
    start_linear_backbone(generator, texture)
    return generator, texture


def independent_texture(frames, size):
    """Doretto's texture by a plain SVD and a loop over time; Yule-Walker dynamics."""
    pixels = np.arctanh(np.clip(frames, -SATURATION, SATURATION)).reshape(len(frames), -1)
    mean = pixels.mean(axis=0)
    left, values, right = np.linalg.svd(pixels - mean, full_matrices=False)
    scale = np.sqrt(len(frames))
    states = left[:, :size] * scale
    loading = right[:size] * values[:size, None] / scale
    a = sum(np.outer(states[t + 1], states[t]) for t in range(len(frames) - 1)) / len(frames)
    values, vectors = np.linalg.eigh(np.eye(size) - a @ a.T)
    b = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
    return mean, loading, states, a, b


def test_start_generates_the_frames_of_the_linear_dynamic_texture():
    clip = travelling_waves()
    generator, _ = started_generator([clip])
    mean, loading, _, a, b = independent_texture(clip.astype(np.float64), SIZE)
    # Principal components are defined up to sign: take the fitted signs.
    signs = np.sign(np.sum(loading * generator.emission.loading.numpy(), axis=1))
    noise = np.random.default_rng(1).standard_normal((20, SIZE))
    state = np.random.default_rng(2).standard_normal(SIZE)
    latents = Latents(
        tf.constant(noise[None], tf.float32),
        tf.constant(state[None], tf.float32),
        tf.zeros([1, 0]),
    )
    frames = generator(latents)[0][0].numpy()
    state = state * signs
    for time_ in range(20):
        state = a @ state + b @ (noise[time_] * signs)
        expected = np.tanh(mean + state @ loading).reshape(clip.shape[1:])
        np.testing.assert_allclose(frames[time_], expected, atol=2e-5)


def test_chain_start_reproduces_the_projected_clip():
    clip = travelling_waves()
    generator, texture = started_generator([clip])
    mean, loading, states, _, _ = independent_texture(clip.astype(np.float64), SIZE)
    noise, initial_state = chain_start(texture, clip)
    latents = Latents(
        tf.constant(noise[None], tf.float32),
        tf.constant(initial_state[None], tf.float32),
        tf.zeros([1, 0]),
    )
    projected = np.tanh(mean + states @ loading).reshape(clip.shape)
    np.testing.assert_allclose(generator(latents)[0][0], projected, atol=2e-4)


def test_states_are_white_and_dynamics_stable():
    clips = [travelling_waves(), travelling_waves(20, seed=1)]
    texture = fit_linear_dynamic_texture(clips, SIZE, SIZE)
    states = np.concatenate([project_components(texture, clip) for clip in clips])
    np.testing.assert_allclose(states.T @ states / 50, np.eye(SIZE), atol=1e-4)
    np.testing.assert_allclose(states.mean(axis=0), 0.0, atol=1e-4)
    a, b = texture.dynamics.transition, texture.dynamics.noise_gain
    np.testing.assert_allclose(a @ a.T + b @ b.T, np.eye(SIZE), atol=1e-8)
    assert np.linalg.norm(a, 2) <= 1.0


def test_a_clip_that_was_not_fitted_is_projected_too():
    texture = fit_linear_dynamic_texture([travelling_waves(seed=3)], SIZE, SIZE)
    other = travelling_waves(20, seed=4)
    pixels = np.arctanh(np.clip(other, -SATURATION, SATURATION)).reshape(20, -1) - texture.mean
    expected = np.linalg.lstsq(texture.loading, pixels.T, rcond=None)[0].T
    np.testing.assert_allclose(project_components(texture, other), expected, atol=1e-4)


@pytest.mark.parametrize("noise_size", [3, SIZE, 8])
def test_other_noise_sizes(noise_size):
    clip = travelling_waves()
    generator, texture = started_generator([clip], **{"model.noise_size": noise_size})
    noise, initial_state = chain_start(texture, clip)
    assert noise.shape == (30, noise_size)
    gain = generator.transition.noise_gain.numpy().T
    dynamics = fit_linear_dynamic_texture([clip], SIZE, SIZE).dynamics
    full = dynamics.noise_gain @ dynamics.noise_gain.T
    kept = np.sort(np.linalg.eigvalsh(full))[::-1][:noise_size].sum()
    np.testing.assert_allclose(np.trace(gain @ gain.T), kept, rtol=1e-5)
    latents = Latents(
        tf.constant(noise[None], tf.float32),
        tf.constant(initial_state[None], tf.float32),
        tf.zeros([1, 0]),
    )
    assert np.isfinite(generator(latents)[0]).all()


@pytest.mark.parametrize("frames", [2, 3])
def test_short_clips_have_components_without_influence(frames):
    texture = fit_linear_dynamic_texture([travelling_waves(frames)], SIZE, SIZE)
    assert np.isfinite(texture.loading).all()
    np.testing.assert_array_equal(texture.loading[:, frames - 1 :], 0.0)


def test_a_still_clip_has_a_mean_and_no_motion():
    still = np.repeat(travelling_waves(1), 8, axis=0)
    texture = fit_linear_dynamic_texture([still], SIZE, SIZE)
    np.testing.assert_array_equal(texture.loading, 0.0)
    np.testing.assert_allclose(np.tanh(texture.mean), still[0].ravel(), atol=1e-5)


def test_the_first_component_has_the_largest_eigenvalue_of_the_gram_matrix():
    frames = np.random.default_rng(0).uniform(-1, 1, (600, 40, 40, 3)).astype(np.float32)
    texture = fit_linear_dynamic_texture([frames], SIZE, SIZE)
    gram_value = np.sum(texture.loading[:, 0].astype(np.float64) ** 2) * 600
    pixels = np.arctanh(np.clip(frames, -SATURATION, SATURATION)).reshape(600, -1)
    pixels -= pixels.mean(axis=0)
    largest = np.linalg.eigvalsh(pixels @ pixels.T)[-1]
    assert gram_value == pytest.approx(largest, rel=1e-3)


def test_bounded_pixels_start_as_the_clip_and_stay_within_their_bounds():
    config = override(presets.load("smoke"), {"model.state_size": 16, "model.noise_size": 8})
    clip = travelling_waves(12, 16, 16, seed=5)
    clip[:, :, 8:] = 0.3  # Half of it stands still.
    texture = fit_linear_dynamic_texture([clip], 16, 8, bounded=True)
    generator = build_generator(config)
    start_linear_backbone(generator, texture)
    noise, initial_state = (
        tf.constant(part[None], tf.float32) for part in chain_start(texture, clip)
    )
    frames = generator(Latents(noise, initial_state, tf.zeros([1, 0])))[0][0].numpy()
    assert np.mean(np.square(frames - clip)) < 0.1 * np.mean(np.var(clip, axis=0))
    wild = generator(Latents(50.0 * noise, 50.0 * initial_state, tf.zeros([1, 0])))[0][0].numpy()
    bounds = PixelBounds.of_clips([clip])
    excess = np.abs(wild.reshape(12, -1) - bounds.centre) - bounds.reach
    assert excess.max() < 1e-6
    assert excess.max() > -0.01
    assert np.abs(wild[:, :, 8:] - 0.3).max() < 1.01 * MARGIN


def test_bounded_components_are_the_least_squares_in_pixels():
    texture = fit_linear_dynamic_texture([travelling_waves(seed=3)], SIZE, SIZE, bounded=True)
    other = travelling_waves(20, seed=4)
    reach = texture.bounds.reach[:, None]
    pixels = (texture.bounds.unbend(other) - texture.mean).T
    expected = np.linalg.lstsq(reach * texture.loading, reach * pixels, rcond=None)[0].T
    np.testing.assert_allclose(project_components(texture, other), expected, atol=1e-4)
