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

from tf_dyngen.evaluation.flow import NUM_DIRECTIONS, NUM_QUANTILES, FlowStatistics
from tf_dyngen.evaluation.metrics import Fidelity

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


def draw_drift(scores: np.ndarray, window: int) -> str:
    """Draws figures of a long video over its frames: [N, figures of `Fidelity`]."""
    shown = ("patch_distance", "motion", "temporal_variance", "sharpness")

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        frames = window * (np.arange(len(scores)) + 0.5)
        axes.axhline(1.0, color=COLOURS[0], linestyle="--", linewidth=1.2, label="reality")
        for name, colour in zip(shown, COLOURS[1:], strict=False):
            column = scores[:, Fidelity._fields.index(name)]
            axes.plot(frames, column, color=colour, label=name.replace("_", " "))
        axes.set_xlabel("frame")
        axes.set_ylim(bottom=0.0)
        _legend(figure, axes, len(shown) + 1)

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
            steps = [line["step"] for line in history]
            axes.plot(steps, [line["psnr"] for line in history], color=colour, label=name)
        axes.set_xlabel("step")
        axes.set_ylabel("PSNR of the reconstruction, dB")
        _legend(figure, axes, len(histories))

    return _draw(draw)


def draw_fidelity(history: Sequence[Mapping[str, Any]]) -> str:
    """Draws figures of fidelity over steps: objects of fidelity.jsonl."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        steps = [line["step"] for line in history]
        axes.axhline(1.0, color=COLOURS[0], linestyle="--", linewidth=1.2, label="reality")
        for name, colour in zip(Fidelity._fields, COLOURS[1:], strict=False):
            if name != "spectrum_distance":
                values = [line[name] for line in history]
                label = name.replace("_", " ")
                axes.plot(steps, values, color=colour, label=label, marker=".")
        axes.set_xlabel("step")
        axes.set_ylim(bottom=0.0)
        _legend(figure, axes, len(Fidelity._fields))

    return _draw(draw)


def _colours() -> Iterator[str]:
    return itertools.cycle(COLOURS)


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
