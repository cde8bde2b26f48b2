"""report.html: one file with videos, charts and a table, which opens from disk."""

import base64
import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import numpy as np
from markupsafe import Markup

from tf_dyngen.evaluation.metrics import Estimate
from tf_dyngen.evaluation.verdicts import grade
from tf_dyngen.video.display import scaled
from tf_dyngen.video.writers import write_video

TEMPLATE = "report.html.jinja"
LARGEST_FILE = 8_000_000
# Base64 takes four bytes for three; the rest is for charts and text.
VIDEO_BYTES = 5_000_000
SHORTEST_VIDEO = 24
# Of the picture in pixels; browsers enlarge it.
VIDEO_HEIGHT = 160


class Column(NamedTuple):
    """A figure in the table: its heading, what reality scores, and what it says."""

    title: str
    reality: str
    meaning: str


COLUMNS = {
    "patch_distance": Column(
        "patches",
        "1",
        "How far small pieces of the video (8 x 8 pixels, 4 frames) are from those of real frames "
        "that were not learned, over what the learned frames themselves score.",
    ),
    "motion": Column("motion", "1", "Change from frame to frame, over that of the learned frames."),
    "temporal_variance": Column(
        "variance", "1", "How much pixels vary over time, over that of the learned frames."
    ),
    "spectrum_distance": Column(
        "rhythm", "0", "How far the strengths of slow and fast changes are from the real ones."
    ),
    "sharpness": Column(
        "sharpness", "1", "Differences of neighbouring pixels, over those of the learned frames."
    ),
    "flow_speed": Column(
        "speed", "0", "How far the distribution of speeds is from the real one, pixels a frame."
    ),
    "flow_direction": Column(
        "direction", "0", "Share of the motion that goes elsewhere than the real one."
    ),
    "nearest_frame": Column(
        "nearest frame",
        "1",
        "Distance to the nearest learned frame, over that of real frames that were not learned: "
        "0 is a copy.",
    ),
    "nearest_window": Column(
        "nearest window", "1", "The same of eight frames on end: 0 is a copy of a movement."
    ),
    "replayed": Column(
        "replayed",
        "",
        "Share of steps at which the nearest learned frame moves on by exactly one: 1 is the "
        "learned clip, played again.",
    ),
    "diversity": Column(
        "diversity",
        "1",
        "Difference between seeds, over that between unrelated moments of the real clip: 0 is "
        "always the same video.",
    ),
    "frechet_distance": Column(
        "FVD", "0", "Frechet distance of features, by the network that was given."
    ),
}


class Section(NamedTuple):
    """A chart with its heading and what there is to see in it."""

    title: str
    caption: str
    svg: str


class Report(NamedTuple):
    """What a report shows.

    figures: row -> figure -> estimate; real: the row of real frames, if there is one; verdicts:
    row -> sentence; videos: caption -> frames [T, H, W, C] uint8.
    """

    title: str
    subtitle: str
    headlines: Sequence[str]
    notes: Sequence[str]
    videos: Mapping[str, np.ndarray]
    frame_rate: float
    verdicts: Mapping[str, str]
    figures: Mapping[str, Mapping[str, Estimate]]
    real: Mapping[str, Estimate] | None
    charts: Sequence[Section]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]


def render(report: Report) -> str:
    """Returns the page, below LARGEST_FILE bytes."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    used = [name for name in COLUMNS if any(name in row for row in report.figures.values())]
    page = environment.get_template(TEMPLATE).render(
        report=report,
        videos=_embed(report.videos, report.frame_rate),
        columns=[COLUMNS[name] for name in used],
        table=[
            (name, [_cell(column, row, report.real) for column in used])
            for name, row in report.figures.items()
        ],
        charts=[(chart.title, chart.caption, Markup(chart.svg)) for chart in report.charts],
    )
    assert len(page.encode()) < LARGEST_FILE
    return page


def to_json(values: Any) -> str:
    """Returns JSON of nested values; what is not a number is null."""
    return json.dumps(_plain(values), indent=2) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Estimate):
        return {"mean": _plain(value.mean), "standard_error": _plain(value.standard_error)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _cell(
    name: str, row: Mapping[str, Estimate], real: Mapping[str, Estimate] | None
) -> tuple[str, str]:
    """Returns the text of a figure and how good it is."""
    if name not in row:
        return "", ""
    mean, error = row[name]
    usual = real[name].mean if real and name in real else None
    text = f"{mean:.0f}" if abs(mean) >= 100 else f"{mean:.2f}"
    if math.isfinite(error):
        text += f" ± {error:.2f}"
    return text, grade(name, mean, usual) or ""


def _embed(videos: Mapping[str, np.ndarray], frame_rate: float) -> list[tuple[str, str]]:
    """Returns captions and data: URIs of H.264, shortened until they fit into VIDEO_BYTES."""
    sized = {
        caption: scaled(np.broadcast_to(frames, (*frames.shape[:-1], 3)), VIDEO_HEIGHT)
        for caption, frames in videos.items()
    }
    share = 1.0
    while True:
        files = {
            caption: _encode(frames[: max(SHORTEST_VIDEO, int(share * len(frames)))], frame_rate)
            for caption, frames in sized.items()
        }
        total = sum(map(len, files.values()))
        if total <= VIDEO_BYTES:
            break
        if all(share * len(frames) <= SHORTEST_VIDEO for frames in sized.values()):
            sized = {caption: frames[:, ::2, ::2] for caption, frames in sized.items()}
        share *= min(0.9 * VIDEO_BYTES / total, 0.9)
    return [
        (caption, "data:video/mp4;base64," + base64.b64encode(content).decode())
        for caption, content in files.items()
    ]


def _encode(frames: np.ndarray, frame_rate: float) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        write_video(path, frames, frame_rate)
        return path.read_bytes()
