"""Tables of figures: nothing is hidden, and grades are told by marks and words."""

import math

from tf_dyngen.evaluation.figure_tables import MOST_COLUMNS, tables
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.metrics import Estimate


def test_every_kind_has_a_column_and_the_real_one_is_in_every_table():
    row = {"look": Estimate(1.2, 0.1)}
    names = [f"kind {number}" for number in range(3 * MOST_COLUMNS)]
    made = tables({**dict.fromkeys(names, row), "real": row}, "real")
    assert all(table.columns[0] == "real" for table in made)
    assert all(len(table.columns) <= MOST_COLUMNS for table in made)
    assert [name for table in made for name in table.columns[1:]] == names


def test_only_figures_that_there_are_have_lines_in_the_order_of_their_groups():
    (table,) = tables({"a": {"motion": Estimate(1.0), "look": Estimate(1.0)}}, None)
    assert list(table.groups) == ["look", "energy"]
    assert [line.figure for line in table.groups["energy"]] == [FIGURES["motion"]]


def test_cells_say_what_is_known():
    rows = {
        "a": {"motion": Estimate(0.0123, 0.002), "look": Estimate(123.4, math.nan)},
        "b": {"motion": Estimate(1.0), "look": Estimate(math.nan)},
        "c": {"motion": Estimate(1.0)},
    }
    (table,) = tables(rows, None)
    motion = dict(table.groups["energy"][0].cells)
    look = dict(table.groups["look"][0].cells)
    assert motion["a"].text == "0.012 ± 0.002"
    assert (motion["a"].how, motion["a"].mark, motion["a"].words) == ("poor", "✗", "clearly off")
    assert (motion["b"].text, motion["b"].how, motion["b"].mark) == ("1.00", "good", "✓")
    assert look["a"].text == "123"
    assert look["b"] == look["c"]
    assert look["c"].words == "not measured"
