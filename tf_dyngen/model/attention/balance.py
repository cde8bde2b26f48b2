"""How often parts leave and enter moments: found by what the clip's moments are like.

The moments followed are a Markov chain whose transition probabilities are the softmax of logits. A
bonus for the moment that is followed sets how often it is left; a bias of each moment sets how
often it is entered, so that all are shown equally often. Without it, what is like much else would
be shown more often than in the clip.
"""

import numpy as np
from scipy.special import softmax

# What a moment's logit is lowered by where it has just been shown, or comes next anyhow.
RECENT_PENALTY = 3.0
NUM_RECENT = 3
NEVER = -1e9
# Rounds in which biases and bonus are found: fewer where there are many moments.
MOST_EXPONENTIALS, FEWEST_ROUNDS, MOST_ROUNDS = 100_000_000, 20, 150
# What is kept of a bias from round to round: below 1, so that a moment that is like no other, or a
# clip's first, need not be entered as often as the rest.
KEPT = 0.95
# The least by which the logit of the moment that is followed is above all others.
LEAST_MARGIN = 0.2
SMALLEST_SHARE = 1e-9
# Of the trial of several parts: videos at once, rounds, and frames a round, fewer where there are
# many moments; how often each moment is taken to have been chosen besides, so that the chance of
# few draws is not taken for a bias.
NUM_VIDEOS, NUM_ROUNDS, SEED, FLOOR = 24, 8, 0, 5.0
MOST_DRAWS, FEWEST_FRAMES, MOST_FRAMES = 30_000_000, 40, 150


def balance(
    logits: np.ndarray, goes_on: np.ndarray, switch: float
) -> tuple[np.ndarray, np.ndarray]:
    """Finds bonuses and biases of one part, in closed form.

    The biases scale the columns of the transition matrix until each has the same sum (Sinkhorn and
    Knopp, 1967), so that the stationary distribution is uniform.

    Args:
      logits: [M, M], of all moments (columns) where the state is a moment of the clip (rows).
      goes_on: [M] bool.
      switch: probability with which the moment that is followed is to be left.
    Returns: the bonus of each moment, [M], one number but where a moment could not be left
      otherwise than by force: without noise the moment that is followed always goes on. The bias of
      each moment, [M].
    """
    number = len(logits)
    bias = np.zeros(number)
    if not goes_on.any():
        return np.zeros(number), bias
    reached = _reached(goes_on)
    weights, wanted = reached / reached.sum(), 1.0 / goes_on.sum()
    scores = np.where(goes_on, logits - _penalties(np.arange(number), number), NEVER)
    own = np.arange(number)
    stays = weights * goes_on
    bonus = _log_odds(1.0 - switch)
    for _ in range(int(np.clip(MOST_EXPONENTIALS // number**2, FEWEST_ROUNDS, MOST_ROUNDS))):
        disturbed = scores + bias
        disturbed[own, own] += bonus
        shares = softmax(disturbed, axis=1)
        bias = _balanced(bias, weights @ shares, wanted, goes_on)
        stayed = stays @ shares[own, own] / max(stays.sum(), SMALLEST_SHARE)
        bonus = max(bonus + _log_odds(1.0 - switch) - _log_odds(stayed), 0.0)
    return _at_least(bonus, scores, bias, goes_on), bias


def balance_parts(
    distances: np.ndarray,
    goes_on: np.ndarray,
    switch: float,
    found: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Finds bonuses and biases of several parts, by a trial.

    A picture whose parts follow different moments is none of the clip, and its parts are drawn to
    each other's moments: they would leave their own more often than one part does. The trial keeps
    nothing of the difference between a picture and its moments.

    Args:
      distances: [K, M, M], of moments within each part's window, in units of the temperature.
      goes_on: [M] bool.
      switch: probability with which the moment that is followed is to be left.
      found: bonuses and biases [M] of one part, to begin with.
    Returns: bonuses and biases, [K, M] each.
    """
    num_parts, number = distances.shape[:2]
    bonus = np.full(num_parts, float(found[0].min(where=goes_on, initial=np.inf)))
    bias = np.tile(found[1], (num_parts, 1))
    if num_parts == 1 or not goes_on.any():
        return np.tile(found[0], (num_parts, 1)), bias
    random = np.random.default_rng(SEED)
    moments = random.choice(np.flatnonzero(_reached(goes_on)), NUM_VIDEOS)
    moments = np.tile(moments[:, None], (1, num_parts))
    a_frame = NUM_VIDEOS * num_parts * number * NUM_ROUNDS
    num_frames = int(np.clip(MOST_DRAWS // a_frame, FEWEST_FRAMES, MOST_FRAMES))
    rows, parts = np.arange(NUM_VIDEOS)[:, None], np.arange(num_parts)
    for _ in range(NUM_ROUNDS):
        counts = np.full((num_parts, number), FLOOR)
        stayed, could_stay = np.zeros(num_parts), np.zeros(num_parts)
        for _ in range(num_frames):
            apart = distances[parts, moments].sum(axis=1, keepdims=True)
            logits = bias - apart - _penalties(moments, number)
            logits[rows, parts, moments] += bonus
            logits = np.where(goes_on, logits, NEVER)
            logits += random.gumbel(size=logits.shape)
            chosen = logits.argmax(axis=2)
            np.add.at(counts, (parts, chosen), 1.0)
            stayed += ((chosen == moments) & goes_on[moments]).sum(axis=0)
            could_stay += goes_on[moments].sum(axis=0)
            moments = chosen + 1
        shares = counts / counts.sum(axis=1, keepdims=True)
        bias = _balanced(bias, shares, 1.0 / goes_on.sum(), goes_on)
        wanted = _log_odds(1.0 - switch)
        bonus = np.maximum(bonus + wanted - _log_odds(stayed / np.maximum(could_stay, 1.0)), 0.0)
    scores = -distances.sum(axis=0) - _penalties(np.arange(number), number)
    scores = np.where(goes_on, scores, NEVER)
    each = [
        _at_least(part, scores, biases, goes_on) for part, biases in zip(bonus, bias, strict=True)
    ]
    return np.stack(each), bias


def _reached(goes_on: np.ndarray) -> np.ndarray:
    """Returns [M] bool: which moments follow another."""
    return np.concatenate([[False], goes_on[:-1]])


def _penalties(moments: np.ndarray, number: int) -> np.ndarray:
    """Returns what the logits [..., M] of moments near those that are followed are lowered by."""
    ago = moments[..., None] - np.arange(number)
    return RECENT_PENALTY * ((ago >= -1) & (ago <= NUM_RECENT) & (ago != 0))


def _balanced(
    bias: np.ndarray, entered: np.ndarray, wanted: float, goes_on: np.ndarray
) -> np.ndarray:
    """Returns the biases of the next round, of how often moments were chosen in this one."""
    corrected = bias + np.log(wanted / np.maximum(entered, SMALLEST_SHARE))
    return np.where(goes_on, KEPT * corrected, 0.0)


def _at_least(bonus: float, scores: np.ndarray, bias: np.ndarray, goes_on: np.ndarray):
    """Returns bonuses [M] with which, without noise, all moments [M, M] go on."""
    own = np.arange(len(scores))
    biased = scores + bias
    others = biased.copy()
    others[own, own] = NEVER
    least = others.max(axis=1) + LEAST_MARGIN - biased[own, own]
    return np.where(goes_on, np.maximum(bonus, least), 0.0)


def _log_odds(share):
    inside = np.clip(share, SMALLEST_SHARE, 1.0 - SMALLEST_SHARE)
    return np.log(inside) - np.log1p(-inside)
