"""Tables of figures: a row for each figure, a column for each kind of video."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from tf_dyngen.evaluation.figures import FIGURES, GROUPS, Figure
from tf_dyngen.evaluation.metrics import Estimate
from tf_dyngen.evaluation.verdicts import grade

# What fits into a window 1280 pixels wide.
MOST_COLUMNS = 6
MARKS = {"good": "✓", "fair": "~", "poor": "✗"}
WORDS = {
    "good": "as good as real frames, or nearly",
    "fair": "a little off",
    "poor": "clearly off",
}


class Cell(NamedTuple):
    """A figure of one kind of video.

    text: mean and standard error; how: good, fair, poor or nothing; mark, words: how, for the eye
    and for the ear.
    """

    text: str
    how: str = ""
    mark: str = ""
    words: str = ""


class Line(NamedTuple):
    """A figure of all kinds of video of a table."""

    figure: Figure
    cells: list[tuple[str, Cell]]


class Table(NamedTuple):
    """Up to MOST_COLUMNS kinds of video: groups of figures -> lines."""

    columns: list[str]
    groups: dict[str, list[Line]]


def tables(figures: Mapping[str, Mapping[str, Estimate]], real: str | None) -> list[Table]:
    """Returns tables that hide nothing: where there are many columns, several.

    Args:
      figures: kind of video -> figure -> estimate.
      real: the kind that is real, the first column of every table; None if there is none.
    """
    others = [name for name in figures if name != real]
    first = [name for name in figures if name == real]
    step = MOST_COLUMNS - len(first)
    starts = range(0, max(len(others), 1), step)
    return [_table(figures, [*first, *others[start : start + step]], real) for start in starts]


def _table(
    figures: Mapping[str, Mapping[str, Estimate]], columns: list[str], real: str | None
) -> Table:
    usual = None if real is None else figures.get(real)
    groups: dict[str, list[Line]] = {group: [] for group in GROUPS}
    for key, figure in FIGURES.items():
        if any(key in row for row in figures.values()):
            cells = [(name, _cell(key, figures[name], usual)) for name in columns]
            groups[figure.group].append(Line(figure, cells))
    return Table(columns, {group: lines for group, lines in groups.items() if lines})


def _cell(name: str, row: Mapping[str, Estimate], real: Mapping[str, Estimate] | None) -> Cell:
    if name not in row or not math.isfinite(row[name].mean):
        return Cell("-", words="not measured")
    mean, error = row[name]
    usual = real[name].mean if real and name in real else None
    # Shares of pixels matter where they are small.
    digits = 0 if abs(mean) >= 100 else 3 if 0 < abs(mean) < 0.1 else 2
    text = f"{mean:.{digits}f}"
    if math.isfinite(error):
        text += f" ± {error:.{digits}f}"
    how = grade(name, mean, usual) or ""
    return Cell(text, how, MARKS.get(how, ""), WORDS.get(how, ""))
