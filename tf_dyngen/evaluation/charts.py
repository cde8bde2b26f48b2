"""Charts of a report, as SVG that takes the colour of the text around it."""

import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from tf_dyngen.evaluation.figures import FIGURES, GROUPS
from tf_dyngen.evaluation.flow import NUM_DIRECTIONS, NUM_QUANTILES, FlowStatistics

# Readable on light and on dark paper; the first is reality's.
COLOURS = ("#8a94a6", "#2f81f7", "#e8833a", "#2da44e", "#b565d8", "#d4a72c", "#e5534b")
# Stands for the colour of the text, which SVG calls currentColor and Matplotlib does not know.
_INK = "#010203"
_STYLE: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 11,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.alpha": 0.2,
    "grid.color": _INK,
    "axes.grid": True,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "legend.fontsize": 10,
}
_SIZE = (4.8, 3.4)
# Of a curve: more would make the page large, and no eye sees them.
MOST_POINTS = 500
Numbers = Sequence[float] | np.ndarray


def draw_spectra(spectra: Mapping[str, np.ndarray], frame_rate: float) -> str:
    """Draws how much videos move at each frequency: name -> [N // 2] power, reality first."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for (name, spectrum), colour in zip(spectra.items(), _colours(), strict=False):
            length = 2 * len(spectrum)
            frequencies = (np.arange(len(spectrum)) + 1) * frame_rate / length
            # What stands still has no power, which a logarithm cannot show.
            axes.loglog(frequencies, np.maximum(spectrum, 1e-9), color=colour, label=name)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("times a second")
        axes.set_ylabel("power")
        _legend(figure, axes, len(spectra))

    return _draw(draw)


def draw_flow(flows: Mapping[str, FlowStatistics]) -> str:
    """Draws how fast and where to videos move, reality first."""

    def draw(figure: Figure) -> None:
        speeds, directions = figure.subplots(2, 1)
        shares = np.linspace(0.0, 100.0, NUM_QUANTILES)
        angles = np.arange(NUM_DIRECTIONS + 1) * 360.0 / NUM_DIRECTIONS
        for (name, flow), colour in zip(flows.items(), _colours(), strict=False):
            speeds.plot(flow.speeds, shares, color=colour, label=name)
            closed = np.append(flow.directions, flow.directions[0])
            directions.plot(angles, 100.0 * closed, color=colour)
        speeds.set_xlim(0.0, max(np.quantile(flow.speeds, 0.98) for flow in flows.values()) + 0.1)
        speeds.set_xlabel("speed, pixels a frame")
        speeds.set_ylabel("% slower")
        directions.set_xticks(range(0, 361, 90), ["right", "down", "left", "up", "right"])
        directions.set_ylabel("% of motion")
        directions.set_ylim(bottom=0.0)
        _legend(figure, speeds, len(flows))

    return _draw(draw, height=4.6)


def draw_training(histories: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Draws the reconstruction's PSNR over steps: run -> objects of metrics.jsonl."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for (name, history), colour in zip(histories.items(), COLOURS[1:], strict=False):
            lines = [line for line in history if "psnr" in line]
            steps = np.array([line["step"] for line in lines])
            axes.plot(*thinned(steps, [line["psnr"] for line in lines]), color=colour, label=name)
        axes.set_xlabel("step")
        axes.set_ylabel("PSNR of the reconstruction, dB")
        _legend(figure, axes, len(histories))

    return _draw(draw)


def draw_figures(positions: Numbers, curves: Mapping[str, Numbers], x: str) -> str:
    """Draws how figures change, those of a group in one panel, beside what reality scores.

    Args:
      positions: [N], as steps of training or frames of a video.
      curves: figure -> values, [N]; what is not a number leaves a gap.
      x: what the positions count.
    """
    panels = {
        group: [name for name in FIGURES if name in curves and FIGURES[name].group == group]
        for group in GROUPS
    }
    panels = {group: names for group, names in panels.items() if names}

    def draw(figure: Figure) -> None:
        rows = figure.subplots(len(panels), 1, squeeze=False, sharex=True)[:, 0]
        for axes, (group, names) in zip(rows, panels.items(), strict=True):
            wanted = {float(FIGURES[name].wanted) for name in names if FIGURES[name].wanted}
            for number in sorted(wanted):
                axes.axhline(number, color=COLOURS[0], linestyle="--", linewidth=1.2)
            for name, colour in zip(names, _colours_of_others(), strict=False):
                label = f"{FIGURES[name].title}, wanted {FIGURES[name].wanted}"
                axes.plot(*thinned(positions, curves[name]), color=colour, label=label)
            axes.set_ylim(bottom=0.0)
            axes.set_ylabel(group)
            axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderpad=0.1)
        rows[-1].set_xlabel(x)

    return _draw(draw, height=0.4 + 1.9 * len(panels))


def thinned(positions: Numbers, values: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Returns a curve of MOST_POINTS points at most: of each stretch, its least and its largest.

    Args:
      positions: [N], ascending.
      values: [N].
    Returns: positions and values, [N'] each; those of short curves unchanged.
    """
    places, heights = np.asarray(positions, float), np.asarray(values, float)
    if len(places) <= MOST_POINTS:
        return places, heights
    edges = np.linspace(0, len(places), MOST_POINTS // 2 + 1).astype(int)
    kept = []
    for start, end in itertools.pairwise(edges.tolist()):
        # What is not a number is neither, and drawn only where there is nothing else.
        stretch = heights[start:end]
        lowest = np.argmin(np.where(np.isfinite(stretch), stretch, np.inf))
        highest = np.argmax(np.where(np.isfinite(stretch), stretch, -np.inf))
        kept += sorted({start + int(lowest), start + int(highest)})
    return places[kept], heights[kept]


def _colours() -> Iterator[str]:
    return itertools.cycle(COLOURS)


def _colours_of_others() -> Iterator[str]:
    """Returns all colours but reality's."""
    return itertools.cycle(COLOURS[1:])


def _legend(figure: Figure, axes, number: int) -> None:
    """Puts a legend above the axes, where no curve is."""
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=min(number, 2))


def _draw(draw, height: float = _SIZE[1]) -> str:
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(_SIZE[0], height), layout="constrained")
        figure.patch.set_alpha(0.0)
        FigureCanvasSVG(figure)
        draw(figure)
        for axes in figure.axes:
            axes.patch.set_alpha(0.0)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue().replace(_INK, "currentColor")
    return text[text.index("<svg") :]
