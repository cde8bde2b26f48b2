"""How the picture is shared out: grids, and regions that move apart."""

import itertools

import numpy as np
import pytest

from tf_dyngen.model.attention.parts import cut_apart, find_regions, share_out, windows_of


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("size", [(16, 16), (17, 21)])
def test_parts_add_up_to_the_picture(size, parts):
    windows = share_out(size, parts)
    assert windows.shape == (parts**2, size[0] * size[1])
    assert windows.min() >= 0.0
    np.testing.assert_allclose(windows.sum(axis=0), 1.0, atol=1e-6)
    # Each has its share of the pixels: the border is a straight line, or a pixel's half beside it.
    share = size[0] * size[1] / parts**2
    np.testing.assert_allclose(windows.sum(axis=1), share, atol=0.5 * sum(size))


def lamps(*places, num_frames=50, size=(12, 26), seed=0):
    """Low frames [M, h, w, 1] of round lamps that shine as they please on a dark ground."""
    random = np.random.default_rng(seed)
    rows, columns = np.ogrid[: size[0], : size[1]]
    frames = random.normal(0.1, 1e-3, (num_frames, *size))
    for row, column in places:
        shape = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 6.0)
        frames += random.random((num_frames, 1, 1)) * shape
    return frames[..., None].astype(np.float32)


def test_lamps_that_shine_apart_are_regions():
    places = ((6, 4), (6, 13), (6, 22))
    regions = find_regions(lamps(*places))
    assert regions.shape == (12, 26)
    assert sorted(np.unique(regions)) == [0, 1, 2]
    own = {int(regions[place]) for place in places}
    assert own == {0, 1, 2}
    # What shines of a lamp is all in its region.
    for row, column in places:
        around = regions[row - 1 : row + 2, column - 1 : column + 2]
        assert (around == regions[row, column]).all()


def test_lamps_that_shine_together_are_one_region():
    together = lamps((6, 5)) + lamps((6, 19)) - 0.1
    assert find_regions(together).max() == 0


def test_what_passes_holds_a_region_together():
    """Two lamps that shine as they please, and a third thing that passes from one to the other."""
    low = lamps((6, 4), (6, 22), num_frames=60)
    assert find_regions(low).max() == 1
    time, _, column, _ = np.ogrid[:60, :12, :26, :1]
    passing = 2 * np.exp(-((column - time * 2 % 26) ** 2) / 2.0)
    assert find_regions(low + passing.astype(np.float32)).max() == 0


def test_no_more_regions_than_asked_the_cheapest_cut_first():
    # The first two lamps shine into each other.
    regions = cut_apart(lamps((6, 2), (6, 5), (6, 19)), 2)
    assert sorted(np.unique(regions)) == [0, 1]
    assert regions[6, 2] == regions[6, 5] != regions[6, 19]


def test_what_stands_still_is_no_region_of_its_own():
    low = np.full((60, 12, 20, 1), 0.4, np.float32)
    random = np.random.default_rng(5)
    for columns in (np.s_[2:7], np.s_[13:18]):
        low[:, 3:8, columns] = random.random((60, 1, 1, 1))
    regions = find_regions(low)
    assert sorted(np.unique(regions)) == [0, 1]
    assert len(np.unique(regions[3:8, 2:7])) == len(np.unique(regions[3:8, 13:18])) == 1
    assert regions[5, 4] != regions[5, 15]


def test_a_picture_that_never_moves_is_one_region():
    assert find_regions(np.full((9, 8, 8, 3), 0.3, np.float32)).max() == 0


def test_a_cut_of_the_graph_costs_its_covariances():
    """A row of pixels: of all cuts, found by trial, the cheapest is made, at its own price."""
    low = np.random.default_rng(1).random((30, 1, 40, 2)).astype(np.float32)
    low[:, :, 1:] += low[:, :, :-1]
    moving = low - low.mean(axis=0)
    edges = np.zeros(39)
    for lag in range(-3, 4):
        for pixel in range(39):
            pairs = [
                (moving[time, 0, pixel] * moving[time + lag, 0, pixel + 1]).sum()
                for time in range(max(0, -lag), 30 - max(0, lag))
            ]
            edges[pixel] = max(edges[pixel], np.mean(pairs))
    edges += 1e-3 * edges.mean()
    weights = np.zeros(40)
    weights[1:] += edges
    weights[:-1] += edges
    prices = [
        edges[i] / weights[: i + 1].sum() + edges[i] / weights[i + 1 :].sum() for i in range(39)
    ]
    cheapest = int(np.argmin(prices))
    # The relaxation orders a chain from end to end.
    price = min(prices[i] for i in range(39))
    found = cut_apart(low, 2, price * 1.001)[0]
    assert [len(list(group)) for _, group in itertools.groupby(found)] == [
        cheapest + 1,
        39 - cheapest,
    ]
    assert cut_apart(low, 2, price * 0.999).max() == 0


def test_windows_of_regions_add_up_to_the_picture_and_have_soft_borders():
    regions = np.zeros((6, 8), int)
    regions[:, 3:] = 1
    windows = windows_of(regions, 2).reshape(2, 6, 8)
    np.testing.assert_allclose(windows.sum(axis=0), 1.0, atol=1e-6)
    np.testing.assert_allclose(windows[1, 2], [0, 0, 1 / 3, 2 / 3, 1, 1, 1, 1], atol=1e-6)


def test_regions_of_which_there_are_fewer_leave_empty_windows():
    windows = windows_of(np.zeros((4, 4), int), 3)
    np.testing.assert_array_equal(windows[0], 1.0)
    np.testing.assert_array_equal(windows[1:], 0.0)
