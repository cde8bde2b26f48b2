"""New video of patch nearest neighbours, a peer that needs no training either.

In the manner of Haim et al., "Diverse generation from a single video made possible", ECCV 2022,
written from the paper: the clip, small in space and time, is disturbed by noise; size by size every
patch is replaced by the nearest patch of the clip, and patches that overlap are averaged. A
patch of the clip that nothing resembles yet counts as nearer (completeness; Granot et al., "Drop
the GAN", CVPR 2022), so that all of the clip is used. Large sizes are searched by PatchMatch
(Barnes et al., 2009). Patches are compared by their principal components. Sizes, rounds and the
share that completeness has were chosen here, for 60 frames at 64x64 in half a minute.
"""

import itertools
from typing import NamedTuple

import numpy as np
import tensorflow as tf

# Frames, rows and columns of a patch.
PATCH = (3, 7, 7)
# From one size to the next smaller one; frames are made smaller until their shorter side is below.
SHRINK_SPACE, SHRINK_TIME, SHORTEST_SIDE = 0.75, 0.85, 20
FEWEST_FRAMES = 2 * PATCH[0]
NUM_ITERATIONS = 2
# The smaller, the more it counts that all of the clip is used.
COMPLETENESS = 0.1
NUM_COMPONENTS, MOST_FITTED = 24, 4000
# Pairs of patches up to which all are compared, and those that are held at a time.
MOST_PAIRS, PAIRS_AT_ONCE = 100_000_000, 20_000_000
# How far from the present match PatchMatch looks at random, in patches.
REACHES = (16, 4, 1)


class Found(NamedTuple):
    """Nearest patches: their positions, [t, h, w, 3] int32, and squared distances, [t, h, w]."""

    position: np.ndarray
    distance: np.ndarray


def generate(clip: np.ndarray, num_frames: int, seed: int = 0, noise: float = 1.0) -> np.ndarray:
    """Returns new frames [num_frames, H, W, C] in [0, 1].

    Args:
      clip: frames [T, H, W, C] in [0, 1]; T and both sides not shorter than a patch.
      num_frames: how many; more than a patch has. The clip is repeated at the smallest size where
        it is shorter.
      seed: of the noise, of the moment that comes first, and of the search.
      noise: its standard deviation, over that of the smallest clip.
    Raises: ValueError where there is no room for a patch.
    """
    if min(clip.shape[:3]) < max(PATCH) or num_frames < PATCH[0]:
        raise ValueError(f"a clip {clip.shape} or a video of {num_frames} frames has no patches")
    random = np.random.default_rng(seed)
    sizes = _sizes(clip.shape[:3])
    frames, coarser, found, back = clip, clip, None, None
    for level, size in enumerate(sizes):
        values = resize(clip, size) if size != clip.shape[:3] else clip
        length = max(PATCH[0], round(num_frames * size[0] / len(clip)))
        length = num_frames if level == len(sizes) - 1 else length
        if level == 0:
            moments = (random.integers(len(values)) + np.arange(length)) % len(values)
            frames = values[moments]
            frames = frames + noise * values.std() * random.standard_normal(frames.shape)
            keys = values
        else:
            frames, keys = resize(frames, (length, *size[1:])), resize(coarser, size)
        for _ in range(NUM_ITERATIONS):
            frames, found, back = _improve(frames, keys, values, (found, back), random)
            keys = values
        coarser = values
    return np.clip(frames, 0.0, 1.0).astype(np.float32)


def _sizes(size: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Returns frames, height and width of all levels, the smallest first."""
    sizes = [tuple(size)]
    while True:
        length, *sides = sizes[0]
        smaller = [round(side * SHRINK_SPACE) for side in sides]
        if min(sides) < SHORTEST_SIDE or min(smaller) < PATCH[1]:
            return sizes
        sizes.insert(0, (max(min(length, FEWEST_FRAMES), round(length * SHRINK_TIME)), *smaller))


def resize(frames: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Returns frames [T, H, W, C] at another number of frames, height and width, float32."""
    length, height, width = size
    channels = frames.shape[-1]
    resized = tf.image.resize(frames, (height, width), antialias=True)
    flat = tf.reshape(resized, [1, len(frames), height * width * channels, 1])
    flat = tf.image.resize(flat, (length, height * width * channels), antialias=True)
    return tf.reshape(flat, [length, height, width, channels]).numpy()


def _improve(frames, keys, values, matches, random):
    """Replaces all patches of frames by those of `values` where `keys` are nearest.

    Returns: the frames, and the matches of their patches and back, from which the next search
      begins; `matches` are those of the last one.
    """
    asked, kept = describe(frames, keys)
    shape, others = asked.shape[:3], kept.shape[:3]
    found, back = (
        _stretch(match, own, other)
        for match, own, other in zip(matches, (shape, others), (others, shape), strict=True)
    )
    back = search(kept, asked, np.ones(shape, np.float32), back, random)
    weights = 1.0 / (COMPLETENESS * max(float(np.median(back.distance)), 1e-6) + back.distance)
    found = search(asked, kept, weights, found, random)
    return put_together(values, found.position), found.position, back.position


def describe(*videos: np.ndarray) -> list[np.ndarray]:
    """Returns principal components of the patches of videos, [t, h, w, d] float32 each.

    The components are those of the last video's patches.
    """
    windows = np.lib.stride_tricks.sliding_window_view(videos[-1], PATCH, axis=(0, 1, 2))
    places = np.unravel_index(
        np.linspace(0, windows[..., 0, 0, 0, 0].size - 1, MOST_FITTED).astype(int),
        windows.shape[:4],
    )
    chosen = np.unique(np.stack(places[:3], axis=1), axis=0)
    # [n, C, *PATCH]
    rows = windows[chosen[:, 0], chosen[:, 1], chosen[:, 2]].astype(np.float64)
    covariance = np.cov(rows.reshape(len(rows), -1).T)
    _, vectors = np.linalg.eigh(covariance)
    kernel = vectors[:, ::-1][:, :NUM_COMPONENTS].reshape(*rows.shape[1:], -1)
    kernel = kernel.transpose(1, 2, 3, 0, 4).astype(np.float32)
    return [
        tf.nn.conv3d(video[None].astype(np.float32), kernel, [1] * 5, "VALID")[0].numpy()
        for video in videos
    ]


def search(asked, kept, weights, start, random) -> Found:
    """Finds for each patch the one whose squared distance times weight is least.

    Args:
      asked, kept: components [t, h, w, d].
      weights: of those kept, [t, h, w].
      start: positions from which PatchMatch begins.
      random: a generator of random numbers.
    """
    if asked[..., 0].size * kept[..., 0].size <= MOST_PAIRS:
        return _search_all(asked, kept, weights)
    best, score = start, _distance(asked, kept, start) * _at(weights, start)
    for axis, step in itertools.product(range(3), (1, -1)):
        # What the patch before or after shows goes on to this one.
        moved = np.roll(best, step, axis=axis)
        moved[..., axis] += step
        best, score = _better(asked, kept, weights, moved, best, score)
    for reach in REACHES:
        moved = best + random.integers(-reach, reach + 1, best.shape, dtype=np.int32)
        best, score = _better(asked, kept, weights, moved, best, score)
    return Found(best, _distance(asked, kept, best))


def _search_all(asked, kept, weights) -> Found:
    """Compares every patch with every other."""
    rows, others = asked.reshape(-1, asked.shape[-1]), kept.reshape(-1, kept.shape[-1])
    squares, weight = np.square(others).sum(axis=1), weights.ravel()
    step = max(1, PAIRS_AT_ONCE // len(others))
    nearest = []
    for first in range(0, len(rows), step):
        some = rows[first : first + step]
        distances = squares - 2.0 * some @ others.T + np.square(some).sum(axis=1)[:, None]
        nearest.append((np.maximum(distances, 0.0) * weight).argmin(axis=1))
    index = np.unravel_index(np.concatenate(nearest), kept.shape[:3])
    position = np.stack(index, axis=-1).astype(np.int32).reshape(*asked.shape[:3], 3)
    return Found(position, _distance(asked, kept, position))


def _better(asked, kept, weights, moved, best, score):
    """Returns the better one of two matches of each patch, and its score."""
    moved = np.clip(moved, 0, np.array(kept.shape[:3], np.int32) - 1)
    other = _distance(asked, kept, moved) * _at(weights, moved)
    is_better = other < score
    return np.where(is_better[..., None], moved, best), np.where(is_better, other, score)


def _distance(asked, kept, position) -> np.ndarray:
    return np.square(asked - _at(kept, position)).sum(axis=-1)


def _at(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Returns values [t, h, w, ...] at positions [..., 3]."""
    return values.reshape(-1, *values.shape[3:]).take(_flat(values, position), axis=0)


def _flat(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Returns positions as single numbers: those of flattened values [t * h * w, ...]."""
    _, height, width = values.shape[:3]
    return (position[..., 0] * height + position[..., 1]) * width + position[..., 2]


def _stretch(position, shape: tuple[int, ...], others: tuple[int, ...]) -> np.ndarray:
    """Returns matches of a smaller size as they are at a larger one; None: the same place.

    Args:
      position: [t, h, w, 3], or None.
      shape: of those that ask, now; others: of those that are found, now.
    """
    places = np.moveaxis(np.indices(shape), 0, -1)
    if position is None:
        moved = places
    else:
        ratio = np.array(shape) / np.array(position.shape[:3])
        coarse = np.minimum((places / ratio).astype(int), np.array(position.shape[:3]) - 1)
        shift = _at(position, coarse) - coarse
        moved = places + np.rint(shift * ratio)
    return np.clip(moved, 0, np.array(others) - 1).astype(np.int32)


def put_together(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Returns the mean of the patches of `values` [T, H, W, C] at positions [t, h, w, 3]."""
    shape = position.shape[:3]
    size = [length + side - 1 for length, side in zip(shape, PATCH, strict=True)]
    total = np.zeros((*size, values.shape[-1]), np.float32)
    count = np.zeros((*size, 1), np.float32)
    flat, first_pixel = values.reshape(-1, values.shape[-1]), _flat(values, position)
    for offset in np.ndindex(*PATCH):
        place = tuple(
            slice(first, first + length) for first, length in zip(offset, shape, strict=True)
        )
        total[place] += flat.take(first_pixel + _flat(values, np.array(offset)), axis=0)
        count[place] += 1.0
    return total / count
