"""Labelled grids: every cell where it belongs, magnified, the rest as it was."""

import numpy as np
import pytest

from tf_dyngen.video.grid import LabelledGrid


@pytest.mark.parametrize("channels", [1, 3])
def test_cells_stand_in_rows_and_columns(channels):
    grid = LabelledGrid(["", "one", "x" * 500], ["", "two"], (64, 40))
    random = np.random.default_rng(0)
    cells = [random.integers(0, 200, (3, 64, 40, channels), np.uint8) for _ in range(5)]
    drawn = grid.draw([[None, cells[0]], cells[1:3], cells[3:5]])
    assert drawn.shape == (3, *grid.size, 3)
    assert not any(side % 2 for side in grid.size)
    places = [place(drawn, np.broadcast_to(cell, (3, 64, 40, 3))) for cell in cells]
    (top, left), *_ = places
    height, width = places[4][0] - places[2][0], places[2][1] - places[1][1]
    assert height > 128
    assert width > 80
    rows, columns = [top + i * height for i in (0, 1, 1, 2, 2)], [left, left - width, left] * 2
    assert places == list(zip(rows, [left, *columns[1:3], *columns[1:3]], strict=True))
    # Nothing is drawn where nothing is shown.
    assert (drawn[:, top : top + 128, left - width : left - 5] == 255).all()
    names = drawn[0, :, : places[1][1]]
    assert (names[places[1][0] : places[3][0]] < 100).any()


def place(drawn, cell):
    """Where a cell, twice as large, stands in frames: (top, left)."""
    large = cell.repeat(2, axis=1).repeat(2, axis=2)
    height, width = large.shape[1:3]
    corners = np.argwhere((drawn[0] == large[0, 0, 0]).all(axis=-1)).tolist()
    found = [
        (top, left)
        for top, left in corners
        if np.array_equal(drawn[:, top : top + height, left : left + width], large)
    ]
    assert len(found) == 1
    return found[0]


def test_a_long_name_is_cut_off_and_changes_no_cell():
    short, long = (LabelledGrid([""], [name], (64, 64)) for name in ("a", "W" * 90))
    assert short.size == long.size
    empty = np.zeros([1, 64, 64, 3], np.uint8)
    # The band above holds the name, up to the cell's width and no further.
    ink = (long.draw([[empty]])[0, :18] < 128).any(axis=(0, 2)).nonzero()[0]
    assert ink.max() - ink.min() < 128
