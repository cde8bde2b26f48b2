"""Video textures: the clip played on, with jumps between moments that look alike.

Schoedl, Szeliski, Salesin and Essa, "Video textures", SIGGRAPH 2000: distances of frames, filtered
so that motion is kept; the anticipated future cost, which leads away from dead ends; random
transitions of a probability that falls with the cost; and cross-fading at the jumps.
"""

import numpy as np

from tf_dyngen.evaluation.novelty import squared_distances, thumbnail

# Frames on each side, with binomial weights, whose distances are taken with a pair's.
FILTER_REACH = 2
# The weight of the future cost, the exponent of the trade between one bad and many good jumps.
FUTURE_WEIGHT, EXPONENT = 0.99, 2.0
# Of the mean distance: how much worse a jump may be; as in the paper, a small multiple of it.
TEMPERATURE = 0.02
# Frames over which jumps are cross-faded; and those that are played after a jump before another.
FADE = 4
FEWEST_FRAMES = 2 * FILTER_REACH + 3


def synthesize(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Returns frames of the clip in an order that can go on for ever.

    Args:
      training: frames [T, H, W, C] in [0, 1]; of fewer than FEWEST_FRAMES, the clip is repeated.
      num_frames: to make.
      seed: of the transitions.
    """
    if len(training) < FEWEST_FRAMES:
        return training[np.arange(num_frames) % len(training)]
    probabilities = transition_probabilities(training)
    random = np.random.default_rng(seed)
    last = len(training) - FILTER_REACH
    moment = int(random.integers(FILTER_REACH, last))
    frames, old, since = [], moment, FADE
    for _ in range(num_frames):
        weight = min(1.0, (since + 1) / (FADE + 1))
        frames.append(weight * training[moment] + (1.0 - weight) * training[old])
        following = int(random.choice(len(training), p=probabilities[moment]))
        since += 1
        # What was played before a jump is played on while it fades, as far as it goes.
        old = min(old + 1, len(training) - 1)
        if following != moment + 1:
            old, since = min(moment + 1, len(training) - 1), 0
        moment = following
    return np.stack(frames).astype(training.dtype)


def transition_probabilities(training: np.ndarray) -> np.ndarray:
    """Returns the probability of showing frame j after frame i, [T, T]; rows sum to one."""
    small = thumbnail(np.rint(training * 255.0).astype(np.uint8))
    distances = np.sqrt(squared_distances(small, small))
    filtered = _filter_diagonally(distances)
    usual = filtered[np.isfinite(filtered)].mean()
    costs = _anticipate(filtered, usual)
    # After i comes j where j looks like the frame that follows i.
    following = np.full_like(costs, np.inf)
    following[:-1] = costs[1:]
    # The last frames with a cost of their own have no follower with one: they jump as they do.
    last = len(training) - FILTER_REACH - 1
    following[last:] = costs[last]
    following[:FILTER_REACH] = costs[FILTER_REACH]
    lowest = following.min(axis=1, keepdims=True)
    weights = np.exp(-(following - lowest) / max(TEMPERATURE * usual, 1e-9))
    return weights / weights.sum(axis=1, keepdims=True)


def _filter_diagonally(distances: np.ndarray) -> np.ndarray:
    """Returns binomially weighted distances of pairs and their neighbours in time; inf at ends."""
    binomial = np.array([1.0])
    for _ in range(2 * FILTER_REACH):
        binomial = np.convolve(binomial, [0.5, 0.5])
    length = len(distances)
    inner = slice(FILTER_REACH, length - FILTER_REACH)
    filtered = np.full_like(distances, np.inf)
    size = length - 2 * FILTER_REACH
    filtered[inner, inner] = sum(
        weight * distances[step : step + size, step : step + size]
        for step, weight in enumerate(binomial)
    )
    return filtered


def _anticipate(distances: np.ndarray, usual: float) -> np.ndarray:
    """Returns distances with the least cost of what must follow: Q-learning of the paper.

    D''_ij = D'_ij^p + alpha min_k D''_jk, where the row of a frame is what may follow it.
    """
    inner = slice(FILTER_REACH, len(distances) - FILTER_REACH)
    own = (distances[inner, inner] / max(usual, 1e-9)) ** EXPONENT
    costs, size = own.copy(), len(own)
    for _ in range(1000):
        # After j, what looks like frame j + 1 follows; after the last one only a jump can.
        least = costs.min(axis=1)
        ahead = np.append(least[1:], own[-1][: size - 1].min() + least.max())
        updated = own + FUTURE_WEIGHT * ahead[None, :]
        if np.abs(updated - costs).max() < 1e-6:
            break
        costs = updated
    result = np.full_like(distances, np.inf)
    result[inner, inner] = costs * usual
    return result
