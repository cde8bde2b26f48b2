"""report.html: one file to look at videos, to guess which is real and to read figures.

It opens from disk: styles, scripts, pictures and videos are all inside.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from tf_dyngen.evaluation.embedding import embed_still, embed_videos
from tf_dyngen.evaluation.figure_tables import tables
from tf_dyngen.evaluation.judging import Worst
from tf_dyngen.evaluation.metrics import Estimate
from tf_dyngen.page_templates import environment_of

TEMPLATES = Path(__file__).parent / "report_page"
LARGEST_FILE = 8_000_000
# The rest is for charts and text.
VIDEO_BYTES, STILL_BYTES = 6_000_000, 1_000_000
# A second and a half, as far as videos are long enough.
EXCERPT_SECONDS = 1.5
NUM_PAIRS = 10


class Section(NamedTuple):
    """A chart with its heading and what there is to see in it."""

    title: str
    caption: str
    svg: str


class Report(NamedTuple):
    """What a report shows.

    verdicts: judged videos -> sentences, the verdict first, for the top of the page; baselines: the
      same of those that they are to be seen beside.
    notes: what a reader must know, as where the held-out frames come from.
    real_video: caption and frames [T, H, W, C] uint8; None leaves out the quiz.
    new_videos: caption -> frames; quiz: kind of video -> the captions of its videos, which the quiz
      is played with.
    worst: kind of video -> the place that is farthest from the clip; usual_distance: that of the
      farthest place in real frames, None if it is not known.
    figures: kind of video -> figure -> estimate; real: name of the kind that is real, if there is
      one.
    """

    title: str
    subtitle: str
    verdicts: Mapping[str, Sequence[str]]
    baselines: Mapping[str, Sequence[str]]
    notes: Sequence[str]
    real_video: tuple[str, np.ndarray] | None
    new_videos: Mapping[str, np.ndarray]
    quiz: Mapping[str, Sequence[str]]
    frame_rate: float
    worst: Mapping[str, Worst]
    usual_distance: float | None
    figures: Mapping[str, Mapping[str, Estimate]]
    real: str | None
    charts: Sequence[Section]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]


def render(report: Report) -> str:
    """Returns the page, below LARGEST_FILE bytes: videos are made smaller until they fit."""
    video_bytes, still_bytes = VIDEO_BYTES, STILL_BYTES
    while True:
        page = _render(report, video_bytes, still_bytes)
        # Without videos there is nothing left to make smaller.
        if len(page.encode()) < LARGEST_FILE or not video_bytes:
            return page
        video_bytes, still_bytes = video_bytes // 4, still_bytes // 4


def _render(report: Report, video_bytes: int, still_bytes: int) -> str:
    environment = environment_of(TEMPLATES)
    videos = _videos(report, video_bytes)
    return environment.get_template("page.html.jinja").render(
        report=report,
        videos=videos,
        stills=_stills(report, still_bytes),
        tables=tables(report.figures, report.real),
        charts=[(chart.title, chart.caption, Markup(chart.svg)) for chart in report.charts],
        num_pairs=NUM_PAIRS,
    )


def to_json(values: Any) -> str:
    """Returns JSON of nested values; what is not a number is null."""
    return json.dumps(_plain(values), indent=2) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Estimate):
        return {"mean": _plain(value.mean), "standard_error": _plain(value.standard_error)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _videos(report: Report, most_bytes: int) -> dict[str, Any]:
    """Returns what the scripts of the page are told.

    sheets: the videos, the real one first where there is one; missing: captions of those for which
    there was no room; quiz: kinds and the numbers of their videos.
    """
    frames = dict([report.real_video] if report.real_video else []) | dict(report.new_videos)
    sheets = embed_videos(frames, most_bytes)
    captions = list(sheets)
    has_real = report.real_video is not None and report.real_video[0] in sheets
    quiz = [
        {
            "name": name,
            "videos": [captions.index(caption) for caption in chosen if caption in sheets],
        }
        for name, chosen in report.quiz.items()
    ]
    return {
        "frameRate": report.frame_rate,
        "hasReal": has_real,
        "sheets": [{"caption": name, **sheet._asdict()} for name, sheet in sheets.items()],
        "quiz": [source for source in quiz if has_real and source["videos"]],
        "missing": [caption for caption in frames if caption not in sheets],
        "excerpt": max(1, round(EXCERPT_SECONDS * report.frame_rate)),
        "numPairs": NUM_PAIRS,
    }


def _stills(report: Report, most_bytes: int) -> list[dict[str, Any]]:
    """Returns the worst frames, the place in percent of the picture, and words."""
    stills = []
    for name, worst in report.worst.items():
        height, width = worst.frame.shape[:2]
        place = {
            "left": 100 * worst.left / width,
            "top": 100 * worst.top / height,
            "width": 100 * worst.side / width,
            "height": 100 * worst.side / height,
        }
        stills.append(
            {
                "name": name,
                "uri": embed_still(worst.frame, most_bytes // len(report.worst)),
                "size": (width, height),
                "place": {side: f"{percent:.2f}%" for side, percent in place.items()},
                "where": f"video {worst.video + 1}, frame {worst.number + 1}",
                "distance": _distance(
                    worst.distance, None if name == report.real else report.usual_distance
                ),
            }
        )
    return stills


def _distance(distance: float, usual: float | None) -> str:
    """Returns how far a place is from the clip, in words."""
    said = (
        f"The framed square is {distance:.0f} of 255 grey levels away from everything that the "
        "clip shows near that place"
    )
    if not usual:
        return f"{said}."
    beside = f"real frames are at most {usual:.0f} away"
    if distance <= usual:
        return f"{said}; {beside}, so it is not unusual."
    return f"{said}, {distance / usual:.1f} times as far as real frames ever are ({usual:.0f})."
