"""Sizes at which the attention model sees a clip, and the grids of places in its frames."""

from typing import NamedTuple

import numpy as np

# The shorter side, in pixels, above which frames are halved once more to make the low frames.
SHORTEST_LOW_SIDE = 24
LARGE_PATCH, SMALL_PATCH = 16, 8
# Frames with a shorter side below this have small patches.
SHORTEST_SIDE_OF_LARGE_PATCH = 48
PLACES_A_PATCH = 4
# Low frames of the state: of the last frame, of the one shown, and of the next.
NUM_LOW = 3
# What a place's source is made of: time, top and left.
SOURCE_SIZE = 3


class Grid(NamedTuple):
    """Places of patches in frames of one size.

    height, width: of the frames, in pixels.
    patch: side of a patch in pixels; stride: from one place to the next.
    factor: how many times larger the finest frames are.
    """

    height: int
    width: int
    patch: int
    stride: int
    factor: int

    @property
    def rows(self) -> int:
        """Number of rows of places."""
        return (self.height - self.patch) // self.stride + 1

    @property
    def columns(self) -> int:
        """Number of columns of places."""
        return (self.width - self.patch) // self.stride + 1

    @property
    def num_places(self) -> int:
        """P, the number of places."""
        return self.rows * self.columns

    @property
    def tops(self) -> np.ndarray:
        """First pixel row of each place, [P] int32."""
        return np.repeat(np.arange(self.rows) * self.stride, self.columns).astype(np.int32)

    @property
    def lefts(self) -> np.ndarray:
        """First pixel column of each place, [P] int32."""
        return np.tile(np.arange(self.columns) * self.stride, self.rows).astype(np.int32)

    def pixels(self, step: int = 1) -> np.ndarray:
        """Returns the pixels of each patch, every `step`, in a flattened frame: [P, n] int32."""
        inner = np.arange(0, self.patch, step)
        rows = self.tops[:, None, None] + inner[:, None]
        columns = self.lefts[:, None, None] + inner
        return (rows * self.width + columns).reshape(self.num_places, -1).astype(np.int32)


class Layout(NamedTuple):
    """All sizes of a model.

    height, width, channels: of its frames.
    factor: how many times smaller low frames are; grids: coarse to fine, the last of full size.
    """

    height: int
    width: int
    channels: int
    factor: int
    grids: tuple[Grid, ...]

    @property
    def padded(self) -> tuple[int, int]:
        """Height and width of the frames in memory, multiples of what the grids need."""
        return self.grids[-1].height, self.grids[-1].width

    @property
    def low(self) -> tuple[int, int]:
        """Height and width of low frames."""
        height, width = self.padded
        return height // self.factor, width // self.factor


def layout_of(height: int, width: int, channels: int) -> Layout:
    """Returns the sizes for frames [height, width, channels].

    Frames are halved until their shorter side is below twice SHORTEST_LOW_SIDE; the coarsest grid
    is that of frames twice as large as these low frames, each finer one of twice its size.
    """
    shorter = min(height, width)
    factor = 1
    while shorter // (2 * factor) >= SHORTEST_LOW_SIDE:
        factor *= 2
    patch = LARGE_PATCH if shorter >= SHORTEST_SIDE_OF_LARGE_PATCH else SMALL_PATCH
    stride = patch // PLACES_A_PATCH
    multiple = stride * max(factor // 2, 1)
    padded = [-(-side // multiple) * multiple for side in (height, width)]
    grids, scale = [], max(factor // 2, 1)
    while scale:
        grids.append(Grid(padded[0] // scale, padded[1] // scale, patch, stride, scale))
        scale //= 2
    return Layout(height, width, channels, factor, tuple(grids))


def state_widths(layout: Layout, num_parts: int, num_fading: int) -> list[int]:
    """Returns the widths of what a packed state holds: moments, low frames, sources."""
    height, width = layout.low
    grids = [*layout.grids, *layout.grids[-1:] * num_fading]
    places = [grid.num_places for grid in grids for _ in range(SOURCE_SIZE)]
    return [num_parts, NUM_LOW * height * width * layout.channels, *places]


def state_bounds(
    layout: Layout, num_moments: int, widths: list[int]
) -> list[tuple[int, float, float]]:
    """Returns (width, lowest, highest) of each leaf of a packed state, in their order.

    Args:
      layout: of the model.
      num_moments: M, frames in its memory.
      widths: see `state_widths`.
    """
    bounds: list[tuple[float, float]] = [(0.0, num_moments - 1.0), (-np.inf, np.inf)]
    num_sets = (len(widths) - len(bounds)) // SOURCE_SIZE
    fading = layout.grids[-1:] * (num_sets - len(layout.grids))
    for grid in (*layout.grids, *fading):
        last_top, last_left = grid.height - grid.patch, grid.width - grid.patch
        bounds += [(-num_moments, num_moments - 1.0), (0.0, last_top), (0.0, last_left)]
    return [(width, *pair) for width, pair in zip(widths, bounds, strict=True)]
