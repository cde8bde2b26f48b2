"""What a trained model makes of the clips it has learned, and which of it is like a new clip."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.video.clips import to_model_range, to_uint8

FRAMES_AT_A_TIME = 16


class KnownClip(NamedTuple):
    """What a model makes of a clip it has learned.

    latents: leaves [1, ...]. states: [T, S]. frames: [T, H, W, C] uint8.
    """

    latents: Latents
    states: tf.Tensor
    frames: np.ndarray


def known_clip(generator: Generator, latents: Latents, num_frames: int) -> KnownClip:
    """Plays the first frames, at most `num_frames`, of a clip's latents, leaves [1, ...]."""
    latents = latents._replace(noise=latents.noise[:, :num_frames])
    states = generator.rollout(latents.initial_state, latents.noise)
    pieces = [
        generator.emit(states[:, start : start + FRAMES_AT_A_TIME], latents.appearance).numpy()
        for start in range(0, states.shape[1], FRAMES_AT_A_TIME)
    ]
    return KnownClip(latents, states[0], to_uint8(np.concatenate(pieces, axis=1)[0]))


def spread(known: Sequence[KnownClip]) -> float:
    """Returns the mean squared difference of all frames from their mean, in the range [-1, 1]."""
    num_frames = sum(len(clip.frames) for clip in known)
    mean = sum(to_model_range(clip.frames).sum(axis=0, dtype=float) for clip in known) / num_frames
    squares = sum(np.square(to_model_range(clip.frames) - mean).sum(axis=0) for clip in known)
    return float(np.mean(squares) / num_frames)


def similar_stretches(known: Sequence[KnownClip], frames: np.ndarray, number: int) -> list[Latents]:
    """Finds the stretches of known clips that look most like a clip.

    Args:
      known: the best stretch of each comes first, then the second best of each, and so on.
      frames: of the clip, [T, H, W, C] float32 in [-1, 1].
      number: the most to find.
    Returns: latents of T frames each, leaves [1, ...]; a stretch that ends early, which shows half
      of the clip at least, goes on with noise 0.
    """
    found = []
    for clip in known:
        distances = _distances_by_start(to_model_range(clip.frames), frames)
        best = np.argsort(distances, kind="stable")[:number]
        found += [(rank, distances[start], clip, start) for rank, start in enumerate(best)]
    found.sort(key=lambda stretch: stretch[:2])
    return [_stretch(clip, int(start), len(frames)) for *_, clip, start in found[:number]]


def _distances_by_start(known: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Returns the mean squared difference of a clip from a known one that starts at each frame."""
    known, frames = known.reshape(len(known), -1), frames.reshape(len(frames), -1)
    squares = [np.einsum("td,td->t", each, each) for each in (known, frames)]
    pairs = squares[0][:, None] + squares[1] - 2.0 * known @ frames.T
    fewest = -(-min(pairs.shape) // 2)
    starts = range(len(known) - fewest + 1)
    return np.array([np.diagonal(pairs, -start).mean() for start in starts]) / frames.shape[1]


def _stretch(clip: KnownClip, start: int, num_frames: int) -> Latents:
    noise = clip.latents.noise[:, start : start + num_frames]
    missing = max(0, start + num_frames - len(clip.frames))
    before = clip.latents.initial_state if start == 0 else clip.states[start - 1][None]
    return Latents(tf.pad(noise, [[0, 0], [0, missing], [0, 0]]), before, clip.latents.appearance)
