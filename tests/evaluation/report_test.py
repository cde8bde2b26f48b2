"""report.html: what is in it, and how large it may be."""

import json
import math
import re

import numpy as np
import pytest

from tests.evaluation import example_report
from tf_dyngen.evaluation import report
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.metrics import Estimate


@pytest.fixture(scope="module")
def example():
    return example_report.make()


@pytest.fixture(scope="module")
def text(example):
    return report.render(example)


def told(text):
    """What the scripts of a page are told."""
    return json.loads(re.search(r'id="videos">(.*?)</script>', text, re.DOTALL)[1])


def test_the_page_stands_alone_and_names_are_text(text):
    assert "<b>&amp;" not in text
    assert "&lt;b&gt;&amp;" in text
    # Neither scripts, styles, pictures nor videos come from elsewhere.
    links = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert links
    assert all(link.startswith(("data:", "#")) for link in links)
    assert not re.search(r"@import|url\((?!#)|fetch\(|XMLHttpRequest|<link rel=.stylesheet", text)
    assert len(re.findall("</script>", text)) == 2


def test_videos_are_embedded_once_whatever_shows_them(text, example):
    sheets = told(text)["sheets"]
    captions = [example_report.REAL_VIDEO, *example.new_videos]
    assert [sheet["caption"] for sheet in sheets] == captions
    assert all(text.count(sheet["uri"]) == 1 for sheet in sheets)
    assert [sheet["num_frames"] for sheet in sheets] == [100, 100, 80, 1]
    assert told(text)["quiz"][0]["videos"] == [1, 2]


def test_without_real_frames_there_is_no_quiz(example):
    text = report.render(example._replace(real_video=None, real=None, usual_distance=None))
    assert not told(text)["hasReal"]
    assert 'id="quiz"' not in text
    assert 'id="compare"' in text


def test_nothing_is_left_of_a_page_without_videos_but_text(example):
    empty = example._replace(new_videos={}, quiz={}, worst={}, charts=[])
    text = report.render(empty)
    assert 'id="compare"' not in text
    assert "The verdict." in text


def test_large_pages_are_made_smaller_and_say_what_they_lack(example):
    noise = np.random.default_rng(0).integers(0, 256, (40, 260, 150, 3), np.uint8)
    names = [f"video {number}" for number in range(6)]
    worst = {name: example_report.WORST._replace(frame=noise[0]) for name in names}
    # Charts alone take two thirds of the page.
    charts = [report.Section("large", "", "<svg>" + "x" * 5_000_000 + "</svg>")]
    large = example._replace(new_videos=dict.fromkeys(names, noise), worst=worst, charts=charts)
    text = report.render(large)
    assert 5_000_000 < len(text.encode()) < report.LARGEST_FILE
    shown = [sheet["caption"] for sheet in told(text)["sheets"]]
    assert shown[0] == example_report.REAL_VIDEO
    assert {*shown, *told(text)["missing"]} == {example_report.REAL_VIDEO, *names}
    assert all(name in text for name in told(text)["missing"])


def test_distances_are_said_beside_those_of_real_frames(text):
    said = re.sub(r"\s+", " ", text)
    assert "video 2, frame 57. The framed square is 43 of 255 grey levels" in said
    assert "2.4 times as far as real frames ever are (18)" in said
    assert "18 of 255 grey levels away from everything that the clip shows near that place." in said


def test_every_figure_and_its_meaning_are_there(text):
    for figure in FIGURES.values():
        assert f"<summary>{figure.title}</summary>" in text
        assert figure.meaning.replace("'", "&#39;") in text


def test_json_has_null_for_what_is_no_number():
    values = {
        "a": Estimate(1.0, math.nan),
        "b": np.array([np.inf]),
        "c": (1, "x"),
        "d": np.int64(3),
    }
    text = report.to_json(values)
    expected = '{"a":{"mean":1.0,"standard_error":null},"b":[null],"c":[1,"x"],"d":3}'
    assert re.sub(r"\s+", "", text) == expected
