"""Sizes and grids of the attention model, by counting."""

import numpy as np
import pytest

from tf_dyngen.model.attention.layout import Grid, layout_of

SIZES = [(8, 8), (16, 16), (17, 21), (47, 90), (64, 64), (100, 130), (128, 128), (256, 448)]


@pytest.mark.parametrize("size", SIZES)
def test_places_cover_every_pixel_and_no_more(size):
    layout = layout_of(*size, 3)
    for grid in layout.grids:
        covered = np.zeros((grid.height, grid.width), bool)
        assert grid.num_places == len(grid.tops) == len(grid.lefts) > 0
        for top, left in zip(grid.tops, grid.lefts, strict=True):
            assert top + grid.patch <= grid.height
            assert left + grid.patch <= grid.width
            covered[top : top + grid.patch, left : left + grid.patch] = True
        assert covered.all()


@pytest.mark.parametrize("size", SIZES)
def test_each_grid_is_twice_as_large_as_the_one_before(size):
    layout = layout_of(*size, 3)
    for coarse, fine in zip(layout.grids, layout.grids[1:], strict=False):
        assert (fine.height, fine.width) == (2 * coarse.height, 2 * coarse.width)
        assert coarse.factor == 2 * fine.factor
        assert (fine.patch, fine.stride) == (coarse.patch, coarse.stride)
    assert layout.grids[-1].factor == 1


@pytest.mark.parametrize("size", SIZES)
def test_frames_are_padded_by_less_than_a_stride_of_the_coarsest_grid(size):
    layout = layout_of(*size, 3)
    coarse = layout.grids[0]
    for side, padded in zip(size, layout.padded, strict=True):
        assert side <= padded < side + coarse.stride * coarse.factor


@pytest.mark.parametrize("size", SIZES)
def test_low_frames_are_whole_parts_of_the_padded_ones(size):
    layout = layout_of(*size, 3)
    assert tuple(side * layout.factor for side in layout.low) == layout.padded
    if layout.factor > 1:
        # Once more and they would be smaller than wanted; padding adds less than a row.
        assert 24 <= min(size) // layout.factor < 48


def test_pixels_are_those_of_the_patch_row_by_row():
    grid = Grid(height=12, width=10, patch=4, stride=2, factor=1)
    for step in (1, 2):
        expected = [
            [
                (top + down) * 10 + left + right
                for down in range(0, 4, step)
                for right in range(0, 4, step)
            ]
            for top in (0, 2, 4, 6, 8)
            for left in (0, 2, 4, 6)
        ]
        np.testing.assert_array_equal(grid.pixels(step), expected)
