"""The transition at the low size: shares, logits, steps, and how often moments are chosen."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax
from scipy.stats import norm

from tf_dyngen.model.attention.balance import NUM_RECENT, RECENT_PENALTY
from tf_dyngen.model.attention.moments import MomentTransition, gumbel_of, noise_of
from tf_dyngen.model.attention.parts import share_out

SIZE, NUM_MOMENTS = (4, 6), 7


@pytest.fixture(scope="module", params=[False, True])
def transition(request):
    """Two by two parts, with scales, bonuses and biases that are all different."""
    found = MomentTransition(
        4, 24, NUM_MOMENTS, apart=request.param, retention=0.6, temperature=1.5
    )
    found.windows.assign(share_out(SIZE, 2))
    random = np.random.default_rng(0)
    for variable in (found.scale, found.bonus, found.bias):
        variable.assign(random.uniform(0.5, 2.0, variable.shape))
    return found


def draw(*shape, seed=0):
    return np.random.default_rng(seed).random(shape).astype(np.float32)


LOW = draw(NUM_MOMENTS, 24, 3, seed=1)
GOES_ON = np.array([True, True, False, True, True, True, False])


def expected_logit(transition, state, followed, part, moment):
    if not GOES_ON[moment]:
        return -1e9
    window = transition.windows.numpy()[part][:, None] if transition.is_apart else 1.0
    distance = float((window * np.square(state - LOW[moment])).sum())
    logit = float(transition.bias[part, moment]) - distance / (1.5 * float(transition.scale[part]))
    if moment == followed:
        return logit + float(transition.bonus[part, moment])
    # Shown in the last frames, or the frame that comes next anyhow.
    if followed - NUM_RECENT <= moment <= followed + 1:
        return logit - RECENT_PENALTY
    return logit


def test_logits_are_distances_bonus_bias_and_penalty(transition):
    state = draw(2, 24, 3, seed=2)
    moments = np.array([[0, 3, 5, 4], [1, 1, 3, 0]], np.int32)
    found = transition.logits(state, moments, LOW, GOES_ON).numpy()
    for video, part, moment in np.ndindex(*found.shape):
        expected = expected_logit(transition, state[video], moments[video, part], part, moment)
        np.testing.assert_allclose(found[video, part, moment], expected, rtol=1e-5, atol=1e-4)


def test_the_gradient_of_logits_by_the_state_is_that_of_differences(transition):
    state = draw(2, 24, 3, seed=2).astype(np.float64)
    moments, direction = np.array([[0, 3, 5, 4], [1, 1, 3, 0]], np.int32), draw(2, 24, 3, seed=3)
    counted = np.random.default_rng(4).standard_normal((2, 4, NUM_MOMENTS)).astype(np.float32)
    everywhere = np.ones(NUM_MOMENTS, bool)

    def value(point):
        logits = transition.logits(tf.cast(point, tf.float32), moments, LOW, everywhere)
        return tf.reduce_sum(counted * logits)

    with tf.GradientTape() as tape:
        point = tf.constant(state, tf.float32)
        tape.watch(point)
        found = value(point)
    slope = float(tf.reduce_sum(tape.gradient(found, point) * direction))
    step = 1e-2
    around = [float(value(state + sign * step * direction)) for sign in (-1, 1)]
    # Squared distances: central differences are exact but for rounding.
    np.testing.assert_allclose(slope, (around[1] - around[0]) / (2 * step), rtol=2e-3, atol=2e-2)


def test_a_step_follows_the_moments_that_noise_chooses(transition):
    state = draw(2, 24, 3, seed=2)
    moments = np.array([[0, 3, 5, 4], [1, 1, 3, 0]], np.int32)
    # Noise that leaves no doubt.
    wanted = np.array([[3, 0, 4, 1], [5, 3, 1, 0]])
    noise = 1e4 * np.eye(NUM_MOMENTS, dtype=np.float32)[wanted]
    following, chosen = transition(state, moments, noise, LOW, GOES_ON)
    np.testing.assert_array_equal(chosen, wanted + 1)
    windows = share_out(SIZE, 2)
    expected = np.zeros((2, 24, 3))
    for video, pixel, part in np.ndindex(2, 24, 4):
        moment = wanted[video, part]
        moved = LOW[moment + 1, pixel] + 0.6 * (state[video, pixel] - LOW[moment, pixel])
        expected[video, pixel] += windows[part, pixel] * moved
    np.testing.assert_allclose(following, expected, atol=1e-5)


def test_noise_of_any_size_never_leads_to_a_moment_that_ends(transition):
    state, moments = draw(1, 24, 3), np.zeros((1, 4), np.int32)
    noise = np.where(GOES_ON, 0.0, 100.0).astype(np.float32)
    noise = np.broadcast_to(noise, (1, 4, NUM_MOMENTS))
    _, chosen = transition(state, moments, noise, LOW, GOES_ON)
    assert GOES_ON[np.asarray(chosen) - 1].all()


def test_where_a_state_is_its_moment_it_stays_on_the_clip(transition):
    noise = np.full((1, 4, NUM_MOMENTS), 0.0, np.float32)
    noise[..., 3] = 1e4
    state, _ = transition(LOW[3:4], np.full((1, 4), 3, np.int32), noise, LOW, GOES_ON)
    np.testing.assert_allclose(state[0], LOW[4], atol=1e-6)


def test_gumbel_variables_have_the_quantiles_of_the_noise():
    noise = np.array([-8.0, -3.0, -0.5, 0.0, 0.5, 3.0, 5.5, 8.0], np.float32)
    expected = -np.log(-norm.logcdf(noise.astype(np.float64)))
    np.testing.assert_allclose(gumbel_of(noise), expected, rtol=0.006)
    np.testing.assert_allclose(gumbel_of(noise[:6]), expected[:6], rtol=1e-4)


def test_noise_of_a_gumbel_variable_gives_at_least_that():
    noise = np.array([-3.0, 0.0, 0.7, 3.0, 5.5, 9.0], np.float32)
    again = noise_of(gumbel_of(noise)).numpy()
    np.testing.assert_allclose(again[:4], noise[:4], atol=2e-3)
    assert (again[4:] >= noise[4:]).all()


def test_hard_choices_are_draws_of_the_softmax(transition):
    state, moments = draw(1, 24, 3, seed=2), np.array([[0, 3, 5, 4]], np.int32)
    logits = transition.logits(state, moments, LOW, GOES_ON).numpy()[0]
    number = 4000
    noise = np.random.default_rng(5).standard_normal((number, 4, NUM_MOMENTS)).astype(np.float32)
    states, repeated = np.repeat(state, number, axis=0), np.repeat(moments, number, axis=0)
    _, following = transition(states, repeated, noise, LOW, GOES_ON)
    for part in range(4):
        counts = np.bincount(np.asarray(following)[:, part] - 1, minlength=NUM_MOMENTS) / number
        expected = softmax(logits[part])
        errors = np.sqrt(expected * (1 - expected) / number)
        assert (np.abs(counts - expected) <= 4 * errors + 1e-6).all()


def test_gradients_pass_noise_of_any_size():
    noise = tf.Variable([-30.0, -8.0, -1.0, 0.0, 1.0, 5.0, 30.0])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(gumbel_of(noise))
    gradient = tape.gradient(total, noise).numpy()
    step = 0.01
    around = [gumbel_of(np.array([2.0 + sign * step], np.float32)).numpy() for sign in (-1, 1)]
    assert np.isfinite(gradient).all()
    slope = float((around[1] - around[0])[0]) / (2 * step)
    with tf.GradientTape() as tape:
        point = tf.constant([2.0])
        tape.watch(point)
        value = gumbel_of(point)
    np.testing.assert_allclose(tape.gradient(value, point), [slope], rtol=0.01)
