"""Videos that no one wants: what figures must tell from a good synthesis.

Each takes frames [T, H, W, C] in [0, 1], a number of frames and a seed, and returns so many frames.
"""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

TILE_SIDE = 8
STRANGE_SHARE = 0.02
# Frames between jumps, and frames over which moments are cross-faded.
JUMP_EVERY, FADE = 16, 6


def frozen_frame(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Shows the first frame all the time."""
    del seed
    return np.repeat(training[:1], num_frames, axis=0)


def mean_frame(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Shows the mean of all frames all the time."""
    del seed
    return np.repeat(training.mean(axis=0, keepdims=True), num_frames, axis=0)


def shuffled_frames(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Shows the frames in random order, all of them once in every round."""
    random = np.random.default_rng(seed)
    rounds = -(-num_frames // len(training))
    order = np.concatenate([random.permutation(len(training)) for _ in range(rounds)])
    return training[order[:num_frames]]


def white_noise(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Draws every pixel on its own, with the mean and variance of all pixels."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((num_frames, *training.shape[1:]), np.float32)
    return np.clip(training.mean() + training.std() * noise, 0.0, 1.0)


def repeated(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Plays the clip again and again."""
    del seed
    return training[np.arange(num_frames) % len(training)]


def every_second_frame(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Plays twice as fast: the even frames, then the odd ones, and again."""
    return repeated(np.concatenate([training[::2], training[1::2]]), num_frames, seed)


def backwards(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Plays from the end to the start, again and again."""
    return repeated(training[::-1], num_frames, seed)


def blurred(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Blurs by a Gaussian bell of one pixel."""
    return gaussian_filter(repeated(training, num_frames, seed), (0.0, 1.0, 1.0, 0.0))


def strange_colours(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Gives 2% of the pixels any colour."""
    random = np.random.default_rng(seed)
    frames = repeated(training, num_frames).copy()
    chosen = random.random(frames.shape[:3]) < STRANGE_SHARE
    frames[chosen] = random.random((int(chosen.sum()), frames.shape[-1]))
    return frames


def cross_faded_jumps(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Jumps to any moment every 16 frames, cross-faded over 6."""
    random = np.random.default_rng(seed)
    every, fade = min(JUMP_EVERY, len(training)), min(FADE, len(training) // 2)
    weights = (np.arange(1, fade + 1) / (fade + 1))[:, None, None, None]
    pieces, before = [], None
    for _ in range(-(-num_frames // every)):
        moment = int(random.integers(max(1, len(training) - every - fade + 1)))
        piece = training[(moment + np.arange(every + fade)) % len(training)].copy()
        if before is not None:
            piece[:fade] = weights * piece[:fade] + (1.0 - weights) * before
        pieces.append(piece[:every])
        before = piece[every:]
    return np.concatenate(pieces)[:num_frames]


def cut_up(training: np.ndarray, num_frames: int, seed: int = 0) -> np.ndarray:
    """Starts each tile of 8x8 pixels at a moment of its own."""
    random = np.random.default_rng(seed)
    frames = np.empty((num_frames, *training.shape[1:]), training.dtype)
    for top in range(0, training.shape[1], TILE_SIDE):
        for left in range(0, training.shape[2], TILE_SIDE):
            tile = np.s_[:, top : top + TILE_SIDE, left : left + TILE_SIDE]
            moments = (random.integers(len(training)) + np.arange(num_frames)) % len(training)
            frames[tile] = training[tile][moments]
    return frames


Baseline = Callable[[np.ndarray, int, int], np.ndarray]
SIMPLE_BASELINES: dict[str, Baseline] = {
    "frozen frame": frozen_frame,
    "mean frame": mean_frame,
    "shuffled frames": shuffled_frames,
    "white noise": white_noise,
}
# What else a calibration shows to be told: real frames with one thing wrong.
DEGRADED: dict[str, Baseline] = {
    **SIMPLE_BASELINES,
    "every second frame": every_second_frame,
    "backwards": backwards,
    "blurred": blurred,
    "strange colours": strange_colours,
    "cut-up": cut_up,
    "cross-faded jumps": cross_faded_jumps,
    "clip repeated": repeated,
}
