"""The transition at the low size: shares, logits, steps, and how often moments are chosen."""

import numpy as np
import pytest

from tf_dyngen.model.attention.moments import (
    NUM_RECENT,
    RECENT_PENALTY,
    MomentTransition,
    balance,
    share_out,
)

SIZE, NUM_MOMENTS = (4, 6), 7


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("size", [(16, 16), (17, 21)])
def test_parts_add_up_to_the_picture(size, parts):
    windows = share_out(size, parts, 0.0).windows
    assert windows.shape == (parts**2, size[0] * size[1])
    assert windows.min() >= 0.0
    np.testing.assert_allclose(windows.sum(axis=0), 1.0, atol=1e-6)
    # Each has its share of the pixels: the border is a straight line, or a pixel's half beside it.
    share = size[0] * size[1] / parts**2
    np.testing.assert_allclose(windows.sum(axis=1), share, atol=0.5 * sum(size))


def test_surroundings_count_as_much_as_asked():
    parts = share_out((16, 16), 2, 0.3)
    np.testing.assert_allclose(parts.contexts[parts.windows == 1.0], 1.0, atol=1e-6)
    np.testing.assert_allclose(parts.contexts[parts.windows == 0.0], 0.3, atol=1e-6)
    np.testing.assert_array_equal(share_out((16, 16), 2, 0.0).contexts, parts.windows)


@pytest.fixture(scope="module")
def transition():
    """Two by two parts, with scales, bonuses and biases that are all different."""
    found = MomentTransition(share_out(SIZE, 2, 0.4), NUM_MOMENTS, retention=0.6, temperature=1.5)
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
    context = share_out(SIZE, 2, 0.4).contexts[part]
    distance = sum(
        float(context[pixel]) * float(np.square(state[pixel] - LOW[moment, pixel]).sum())
        for pixel in range(24)
    )
    logit = float(transition.bias[part, moment]) - distance / (1.5 * float(transition.scale[part]))
    if moment == followed:
        return logit + float(transition.bonus[part])
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


def test_a_step_follows_the_moments_that_noise_chooses(transition):
    state = draw(2, 24, 3, seed=2)
    moments = np.array([[0, 3, 5, 4], [1, 1, 3, 0]], np.int32)
    # Noise that leaves no doubt.
    wanted = np.array([[3, 0, 4, 1], [5, 3, 1, 0]])
    noise = 1e4 * np.eye(NUM_MOMENTS, dtype=np.float32)[wanted]
    following, chosen = transition(state, moments, noise, LOW, GOES_ON)
    np.testing.assert_array_equal(chosen, wanted + 1)
    windows = share_out(SIZE, 2, 0.4).windows
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


def crowded_logits(number=40):
    """Moments in ten dimensions: those in the middle are like many, those far out like none."""
    random = np.random.default_rng(3)
    places = random.standard_normal((number, 10)) * random.uniform(0, 0.8, (number, 1))
    return -np.square(places[:, None] - places).sum(axis=2)


# Of the tests, and of the calibration where there are so few moments.
NUM_DRAWS, CALIBRATING_DRAWS = 2000, 200


def choices(logits, goes_on, bonus, bias):
    """Returns the moments chosen from states that are all moments, [NUM_DRAWS, M]."""
    number = len(logits)
    ago = np.arange(number)[:, None] - np.arange(number)
    recent = (ago >= -1) & (ago <= NUM_RECENT) & (ago != 0)
    scores = logits - RECENT_PENALTY * recent + bias + bonus * np.eye(number)
    scores = np.where(goes_on, scores, -1e9)
    noise = np.random.default_rng(4).standard_normal((NUM_DRAWS, number, number))
    return (scores + noise).argmax(axis=2)


@pytest.mark.parametrize("switch", [0.05, 0.3])
def test_moments_are_left_as_often_as_asked(switch):
    logits, goes_on = crowded_logits(), np.arange(40) != 39
    chosen = choices(logits, goes_on, *balance(logits, goes_on, switch))
    left = (chosen != np.arange(40))[:, goes_on].mean()
    # Draws of the calibration and of the test, of 39 moments each.
    jumps = switch * 39 / (1 / CALIBRATING_DRAWS + 1 / NUM_DRAWS)
    np.testing.assert_allclose(left, switch, rtol=4 / np.sqrt(jumps))


@pytest.mark.parametrize("switch", [0.05, 0.3])
def test_moments_are_entered_as_often_as_they_are_left(switch):
    """Else those in the middle would be shown more often than the others."""
    logits, goes_on = crowded_logits(), np.arange(40) != 39
    bonus, bias = balance(logits, goes_on, switch)

    def surplus(bias):
        """Entries beyond exits of each moment, in standard errors of both."""
        chosen = choices(logits, goes_on, bonus, bias)
        jumps = chosen != np.arange(40)
        entered = np.bincount(chosen[jumps], minlength=40)[goes_on]
        left = jumps.sum(axis=0)[goes_on]
        # The last moment is always left, and all have their share of that.
        expected = left * entered.sum() / left.sum()
        # Numbers of times are uncertain by their roots: in the calibration, of fewer draws, and
        # here. One time in the calibration is as many here as it has fewer draws.
        ratio = NUM_DRAWS / CALIBRATING_DRAWS
        errors = np.sqrt((entered + expected + ratio) * (1 + ratio))
        return np.abs(entered - expected) / errors

    assert surplus(bias).max() < 4
    if switch > 0.1:
        # Of few jumps, what is wrong without the bias is too little to be seen.
        assert surplus(0.0).max() > 4


def test_a_moment_that_ends_is_never_chosen():
    logits, goes_on = crowded_logits(), np.arange(40) % 10 != 9
    bonus, bias = balance(logits, goes_on, 0.1)
    assert goes_on[choices(logits, goes_on, bonus, bias)].all()
