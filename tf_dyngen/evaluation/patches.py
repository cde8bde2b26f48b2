"""Distance of the distributions of space-time patches of two videos."""

from typing import NamedTuple

import numpy as np

PATCH_FRAMES, PATCH_SIDE = 4, 8
NUM_PATCHES, NUM_DIRECTIONS = 6000, 256
# Small frames have few places, of which more patches would say nothing new.
PATCHES_A_PLACE = 16
# One draw of places and directions leaves a distance of real clips 10% of noise, eight 3%.
NUM_DRAWS = 8


class _Draw(NamedTuple):
    """directions [D, NUM_DIRECTIONS]; reference: its sorted projections on them; seed of places;
    length: of patches in frames.
    """

    directions: np.ndarray
    reference: np.ndarray
    seed: int
    length: int


class PatchDistance:
    """Sliced Wasserstein distance of space-time patches to those of a reference.

    Random patches of 4 frames x 8 x 8 pixels are taken from each side, at full size and after
    2x2 averaging, and projected on random unit directions; the distance is the mean absolute
    difference of the sorted projections (Rabin et al., SSVM 2011), averaged over the two scales.
    Where a frame is smaller than a patch, the patch is as large as the frame.

    Args:
      reference: frames [T, H, W, C] in [0, 1], T at least PATCH_FRAMES.
      num_draws: of places and directions.
      seed: of the draws.
      length: of the patches in frames.
    """

    def __init__(
        self,
        reference: np.ndarray,
        num_draws: int = NUM_DRAWS,
        seed: int = 0,
        length: int = PATCH_FRAMES,
    ):
        random = np.random.default_rng(seed)
        pyramid = _pyramid(reference)
        self._draws = [
            [_draw(video, random, length) for video in pyramid] for _ in range(num_draws)
        ]

    def __call__(self, frames: np.ndarray, draw: int | None = None) -> float:
        """Returns the distance of frames [T, H, W, C] of the reference's size, in pixel values.

        Args:
          frames: floats in [0, 1].
          draw: which one to measure by, counted round and round, so that the windows of a video
            take turns; the mean of all if None.
        """
        chosen = self._draws if draw is None else [self._draws[draw % len(self._draws)]]
        pyramid = _pyramid(frames)
        distances = [
            _distance(video, scale)
            for scales in chosen
            for video, scale in zip(pyramid, scales, strict=True)
        ]
        return float(np.mean(distances))


def patch_distance(frames: np.ndarray, reference: np.ndarray, seed: int = 0) -> float:
    """Returns the distance of two videos; see `PatchDistance`."""
    return PatchDistance(reference, seed=seed)(frames)


def _draw(reference: np.ndarray, random: np.random.Generator, length: int) -> _Draw:
    patches = _draw_patches(reference, random, length)
    directions = random.standard_normal((patches.shape[1], NUM_DIRECTIONS), np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    return _Draw(directions, _project(patches, directions), int(random.integers(2**31)), length)


def _distance(frames: np.ndarray, draw: _Draw) -> float:
    patches = _draw_patches(frames, np.random.default_rng(draw.seed), draw.length)
    return float(np.mean(np.abs(_project(patches, draw.directions) - draw.reference)))


def _project(patches: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Returns the sorted projections of patches [N, D], [NUM_DIRECTIONS, N]."""
    projections = directions.T @ patches.T
    projections.sort(axis=1)
    return projections


def _draw_patches(frames: np.ndarray, random: np.random.Generator, length: int) -> np.ndarray:
    """Returns patches [N, D] at random places, as many for all videos of one frame size."""
    sizes = np.array(frames.shape[:3])
    sides = np.minimum((length, PATCH_SIDE, PATCH_SIDE), sizes)
    places = sizes - sides + 1
    number = min(NUM_PATCHES, PATCHES_A_PLACE * int(places[1] * places[2]))
    corners = tuple(random.integers(0, side_places, number) for side_places in places)
    windows = np.lib.stride_tricks.sliding_window_view(frames, tuple(sides), axis=(0, 1, 2))
    return windows[corners].reshape(number, -1)


def _pyramid(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns frames and their averages over 2x2 pixels; an odd last row or column is left out."""
    frames = frames.astype(np.float32, copy=False)
    num_frames, height, width, channels = frames.shape
    even = frames[:, : height // 2 * 2, : width // 2 * 2]
    blocks = even.reshape(num_frames, height // 2, 2, width // 2, 2, channels)
    return frames, blocks.mean(axis=(2, 4))
