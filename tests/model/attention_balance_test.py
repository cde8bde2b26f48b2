"""How often moments are left and entered: of one part in closed form, of several by a trial."""

import numpy as np
import pytest
from scipy.special import softmax

from tf_dyngen.model.attention.balance import (
    NUM_RECENT,
    RECENT_PENALTY,
    balance,
    balance_parts,
)


def crowded_logits(number=40):
    """Moments in ten dimensions: those in the middle are like many, those far out like none."""
    random = np.random.default_rng(3)
    places = random.standard_normal((number, 10)) * random.uniform(0, 0.8, (number, 1))
    return -np.square(places[:, None] - places).sum(axis=2)


def transition_matrix(logits, goes_on, bonus, bias):
    """Returns the probabilities [M, M] of moments chosen from states that are all moments."""
    number = len(logits)
    ago = np.arange(number)[:, None] - np.arange(number)
    recent = (ago >= -1) & (ago <= NUM_RECENT) & (ago != 0)
    scores = logits - RECENT_PENALTY * recent + bias + np.diag(bonus)
    return softmax(np.where(goes_on, scores, -1e9), axis=1)


def shown_shares(chosen):
    """Returns the stationary distribution over the moments that follow those chosen."""
    number = len(chosen)
    following = np.zeros_like(chosen)
    following[:, 1:] = chosen[:, :-1]
    values, vectors = np.linalg.eig(following.T)
    shares = np.abs(vectors[:, np.abs(values - 1.0).argmin()].real)
    assert len(shares) == number
    return shares / shares.sum()


@pytest.mark.parametrize("switch", [0.05, 0.3])
def test_moments_are_left_as_often_as_asked(switch):
    logits, goes_on = crowded_logits(), np.arange(40) != 39
    chosen = transition_matrix(logits, goes_on, *balance(logits, goes_on, switch))
    # The first moment follows none.
    left = 1.0 - np.diag(chosen)[1:-1].mean()
    np.testing.assert_allclose(left, switch, rtol=0.02)


@pytest.mark.parametrize("switch", [0.05, 0.3])
def test_all_moments_are_shown_equally_often(switch):
    """Else those in the middle would be shown more often than the others."""
    logits, goes_on = crowded_logits(), np.arange(40) != 39
    bonus, bias = balance(logits, goes_on, switch)
    shares = shown_shares(transition_matrix(logits, goes_on, bonus, bias))
    # The first is shown after none, and those after it would be entered by force.
    assert (shares[1:] * 39 > 0.45).all()
    np.testing.assert_allclose(shares[6:] * 39, 1.0, atol=0.3)
    unbiased = shown_shares(transition_matrix(logits, goes_on, bonus, 0.0))
    assert (unbiased[1:] * 39 < 0.2).any()


def test_without_noise_the_moment_that_is_followed_goes_on():
    # Two groups of moments that are far apart, each left by its ends alone.
    places = np.where(np.arange(40) < 20, 0.0, 6.0) + 0.1 * np.arange(40)
    logits, goes_on = -np.square(places[:, None] - places), np.arange(40) != 39
    chosen = transition_matrix(logits, goes_on, *balance(logits, goes_on, 0.3))
    np.testing.assert_array_equal(chosen[:-1].argmax(axis=1), np.arange(39))


def test_a_moment_that_ends_is_never_chosen():
    logits, goes_on = crowded_logits(), np.arange(40) % 10 != 9
    bonus, bias = balance(logits, goes_on, 0.1)
    chosen = transition_matrix(logits, goes_on, bonus, bias)
    assert chosen[:, ~goes_on].max() == 0.0


def four_parts(number=30):
    """Distances [4, M, M] of moments in four parts of a picture that have little in common."""
    places = np.random.default_rng(6).standard_normal((4, number, 6)) * 0.5
    return np.square(places[:, :, None] - places[:, None]).sum(axis=3)


def follow(distances, goes_on, bonus, bias, num_frames=400, num_videos=50):
    """Returns the moments [T, B, K] that parts follow, by a plain loop over the definition."""
    random = np.random.default_rng(7)
    num_parts, number = bias.shape
    moments = np.tile(random.integers(1, number, (num_videos, 1)), (1, num_parts))
    path = [moments]
    for _ in range(num_frames):
        logits = np.zeros((num_videos, num_parts, number))
        for part in range(num_parts):
            for other in range(num_parts):
                logits[:, part] -= distances[other, moments[:, other]]
            ago = moments[:, part, None] - np.arange(number)
            logits[:, part] -= RECENT_PENALTY * ((ago >= -1) & (ago <= NUM_RECENT) & (ago != 0))
            logits[:, part] += np.where(ago == 0, bonus[part], 0.0) + bias[part]
        logits = np.where(goes_on, logits, -1e9) + random.gumbel(size=logits.shape)
        moments = logits.argmax(axis=2) + 1
        path.append(moments)
    return np.stack(path)


def test_parts_that_follow_different_moments_leave_them_as_often_as_asked():
    distances, goes_on = four_parts(), np.arange(30) != 29
    one = balance(-distances.sum(axis=0), goes_on, 0.1)
    as_one = np.tile(one[0], (4, 1)), np.tile(one[1], (4, 1))

    def left(bonus, bias):
        path = follow(distances, goes_on, bonus, bias)[100:]
        usable = goes_on[path[:-1]]
        return (np.diff(path, axis=0) != 1)[usable].mean()

    np.testing.assert_allclose(left(*balance_parts(distances, goes_on, 0.1, one)), 0.1, rtol=0.2)
    assert left(*as_one) > 0.15


def test_all_moments_of_all_parts_are_shown_about_equally_often():
    distances, goes_on = four_parts(), np.arange(30) != 29
    one = balance(-distances.sum(axis=0), goes_on, 0.1)
    bonus, bias = balance_parts(distances, goes_on, 0.1, one)
    path = follow(distances, goes_on, bonus, bias)[100:]
    for part in range(4):
        shares = (
            np.bincount(path[:, :, part].ravel(), minlength=30)[1:] * 29 / path[:, :, part].size
        )
        assert 0.3 < shares.min() < shares.max() < 1.7


def test_chance_of_few_draws_is_no_bias():
    """Of many moments each is seldom chosen in the trial."""
    distances, goes_on = four_parts(500), np.arange(500) != 499
    one = balance(-distances.sum(axis=0), goes_on, 0.1)
    bonus, bias = balance_parts(distances, goes_on, 0.1, one)
    followed = follow(distances, goes_on, bonus, bias, num_frames=150, num_videos=20)[50:, :, 0]
    shares = np.bincount(followed.ravel(), minlength=500) / followed.size
    # The number of moments that would give this entropy if all were shown equally often.
    effective = np.exp(-(shares * np.log(shares + 1e-12)).sum())
    assert effective > 0.75 * 499


def test_a_single_part_keeps_what_was_found():
    logits, goes_on = crowded_logits(), np.arange(40) != 39
    found = balance(logits, goes_on, 0.1)
    bonus, bias = balance_parts(-logits[None], goes_on, 0.1, found)
    np.testing.assert_array_equal(bonus[0], found[0])
    np.testing.assert_array_equal(bias[0], found[1])
