"""Videos that no one wants: what a figure of merit must tell from a good synthesis.

Each takes training frames [T, H, W, C] in [0, 1], a number of frames and a seed, and returns so
many frames.
"""

from collections.abc import Callable

import numpy as np


def frozen_frame(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Shows the first frame all the time."""
    del seed
    return np.repeat(training[:1], num_frames, axis=0)


def mean_frame(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Shows the mean of all frames all the time."""
    del seed
    return np.repeat(training.mean(axis=0, keepdims=True), num_frames, axis=0)


def shuffled_frames(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Shows the training frames in random order, all of them once in every round."""
    random = np.random.default_rng(seed)
    rounds = -(-num_frames // len(training))
    order = np.concatenate([random.permutation(len(training)) for _ in range(rounds)])
    return training[order[:num_frames]]


def white_noise(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Draws every pixel on its own, with the mean and variance of all pixels."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((num_frames, *training.shape[1:]), np.float32)
    return np.clip(training.mean() + training.std() * noise, 0.0, 1.0)


Baseline = Callable[[np.ndarray, int, int], np.ndarray]
SIMPLE_BASELINES: dict[str, Baseline] = {
    "frozen frame": frozen_frame,
    "mean frame": mean_frame,
    "shuffled frames": shuffled_frames,
    "white noise": white_noise,
}
