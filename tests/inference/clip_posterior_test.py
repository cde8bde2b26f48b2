"""Inference of clips and images against closed forms, and of what the model made itself."""

import numpy as np
import pytest

from tests.inference.linear_model import NOISE, NUM_FRAMES, OBSERVATION_STD, PIXELS, make_problem
from tests.model.small_generator import draw_latents, make_generator
from tf_dyngen import presets
from tf_dyngen.inference.clip_posterior import ClipInference
from tf_dyngen.inference.known_frames import known_clip
from tf_dyngen.model.generator import build_generator
from tf_dyngen.video.clips import to_model_range

pytestmark = pytest.mark.usefixtures("unoptimized")


def make_inference(generator, known, **settings):
    usual = {"num_chains": 4, "num_steps": 100, "window_length": 60, "precision": 400.0, "seed": 0}
    return ClipInference(generator, known, **(usual | settings))


def known_clips(generator, num_clips, num_frames):
    return [
        known_clip(generator, draw_latents(generator, 1, num_frames, seed), num_frames)
        for seed in range(num_clips)
    ]


def infer_linear(window_length):
    problem = make_problem()
    known = known_clips(problem.generator, 2, 6)
    precision = OBSERVATION_STD**-2
    inference = make_inference(
        problem.generator, known, num_steps=300, window_length=window_length, precision=precision
    )
    reports = []
    fit = inference.infer(problem.frames[0].astype(np.float32), lambda: reports.append(1))
    assert len(reports) == inference.num_moves(NUM_FRAMES)
    return problem, fit, len(reports)


def test_chains_end_at_the_mode_of_a_linear_model():
    problem, fit, num_reports = infer_linear(window_length=NUM_FRAMES)
    # The start is reported too.
    assert num_reports == 301
    found = np.concatenate([fit.latents.noise.numpy().ravel(), fit.latents.initial_state[0]])
    np.testing.assert_allclose(found, problem.mean, atol=1e-3)
    error = np.mean(np.square(problem.design @ problem.mean - problem.frames.ravel()))
    np.testing.assert_allclose(fit.error, error, rtol=1e-3)


def test_a_long_clip_is_inferred_window_by_window_from_the_state_carried_over():
    length = NUM_FRAMES // 2
    problem, fit, num_reports = infer_linear(window_length=length)
    assert num_reports == 2 * 301
    rows, columns = length * PIXELS, length * NOISE
    frames, design = problem.frames.ravel(), problem.design
    last = NUM_FRAMES * NOISE
    first = np.hstack([design[:rows, :columns], design[:rows, last:]])
    mode = solve(first, frames[:rows])
    # What the second window shows beyond what follows from the first is its own noise's.
    from_first = np.hstack([design[rows:, :columns], design[rows:, last:]]) @ mode
    second = solve(design[rows:, columns:last], frames[rows:] - from_first)
    found = fit.latents.noise.numpy().ravel()
    np.testing.assert_allclose(found, [*mode[:columns], *second], atol=1e-3)
    np.testing.assert_allclose(fit.latents.initial_state[0], mode[columns:], atol=1e-3)
    joint = np.concatenate([found, fit.latents.initial_state[0]])
    np.testing.assert_allclose(fit.error, np.mean((design @ joint - frames) ** 2), rtol=1e-4)


def solve(design, frames):
    weight = OBSERVATION_STD**-2
    precision = np.eye(design.shape[1]) + weight * design.T @ design
    return np.linalg.solve(precision, weight * design.T @ frames)


def test_an_image_is_a_clip_of_one_frame():
    generator = build_generator(presets.load("smoke"))
    random = np.random.default_rng(2)
    size = generator.latent_sizes.state
    # Frames of a thousandth, of which tanh is the identity up to a millionth.
    loading = 1e-3 * random.standard_normal((size, 768))
    memory = 0.8 * np.linalg.qr(random.standard_normal((size, size)))[0]
    generator.emission.loading.assign(loading)
    generator.transition.transition_matrix.assign(memory)
    generator.transition.noise_gain.assign(0.6 * np.eye(size))
    image = (1e-3 * random.standard_normal((16, 16, 3))).astype(np.float32)
    precision = 1e4
    known = known_clips(generator, 1, 5)
    fit = make_inference(generator, known, num_steps=500, precision=precision).infer(image[None])
    to_frame = np.vstack([memory, 0.6 * np.eye(size)]) @ loading
    posterior = np.eye(2 * size) + precision * to_frame @ to_frame.T
    mode = np.linalg.solve(posterior, precision * to_frame @ image.ravel())
    found = np.concatenate([fit.latents.initial_state[0], fit.latents.noise[0, 0]])
    # Where the image says nothing, precision 1, a block of precision 1 + 0.64 * 7.7 sets the pace:
    # a move takes 0.7^2 / 2 / 5.9, 4 %, of the way, 250 moves without noise leave less than 1e-4.
    np.testing.assert_allclose(found, mode, atol=1e-3)
    error = np.mean(np.square(mode @ to_frame - image.ravel()))
    np.testing.assert_allclose(fit.error, error, rtol=1e-3)


@pytest.mark.parametrize(("parameterisation", "num_frames"), [("linear_backbone", 6), ("paper", 1)])
def test_what_the_model_made_is_found_again(parameterisation, num_frames):
    generator = make_generator(parameterisation)
    known = known_clips(generator, 2, 10)
    frames = generator(draw_latents(generator, 1, num_frames, seed=5))[0].numpy()[0]
    inference = make_inference(generator, known, num_chains=8, num_steps=300)
    fit = inference.infer(frames)
    seen = np.concatenate([to_model_range(clip.frames) for clip in known])
    nearest = np.mean(np.square(seen[None] - frames[:, None]), axis=(2, 3, 4)).min(axis=1).mean()
    assert fit.error < 0.05 * nearest
    found = generator(fit.latents)[0].numpy()[0]
    np.testing.assert_allclose(np.mean(np.square(found - frames)), fit.error, rtol=1e-3)
    for leaf, other in zip(fit.latents, inference.infer(frames).latents, strict=True):
        np.testing.assert_array_equal(leaf, other)


def test_one_chain_starts_at_the_nearest_known_frame():
    generator = make_generator()
    known = known_clips(generator, 1, 6)
    inference = make_inference(generator, known, num_chains=1, num_steps=0)
    fit = inference.infer(to_model_range(known[0].frames[4:5]))
    np.testing.assert_array_equal(fit.latents.initial_state[0], known[0].states[3])
    # Frames are kept to half a level.
    assert fit.error < (0.5 / 127.5) ** 2


def test_no_move_makes_it_worse_than_where_it_started():
    generator = make_generator()
    known = known_clips(generator, 1, 6)
    frames = to_model_range(known[0].frames)
    # At a precision far from the truth the chains leave the place that they started from.
    errors = [
        make_inference(generator, known, num_steps=steps, precision=1e4).infer(frames).error
        for steps in (0, 3)
    ]
    assert errors[1] <= errors[0]
