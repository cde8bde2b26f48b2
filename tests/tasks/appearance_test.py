"""Appearances: which clips a flag names."""

import pytest

from tf_dyngen.config import Config
from tf_dyngen.errors import UserError
from tf_dyngen.tasks.appearance import Between, parse_appearance
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.clips import ClipRecord
from tf_dyngen.video.sources import Source

NAMES = ["walk", "run", "set:train:0 dog", "set:train:1", "set:train"]


@pytest.fixture
def catalogue(tmp_path):
    clips = tuple(ClipRecord(f"id{i}", name, 12, 25.0) for i, name in enumerate(NAMES))
    return ClipCatalogue(tmp_path, RunRecord(Config(), Source(), clips))


@pytest.mark.parametrize("text", [*NAMES, "id0", "id3"])
def test_ids_and_names_are_clips_whatever_colons_they_hold(catalogue, text):
    record = parse_appearance(text, catalogue).record
    assert text in (record.name, record.clip_id)


@pytest.mark.parametrize(
    ("text", "first", "second", "place"),
    [
        ("walk:run:0.5", "walk", "run", 0.5),
        ("id1:walk:1", "run", "walk", 1.0),
        ("set:train:1:walk:0", "set:train:1", "walk", 0.0),
        ("walk:set:train:0 dog:.25", "walk", "set:train:0 dog", 0.25),
        ("set:train:1:set:train:0 dog:1e-3", "set:train:1", "set:train:0 dog", 0.001),
    ],
)
def test_a_place_between_two_clips(catalogue, text, first, second, place):
    choice = parse_appearance(text, catalogue)
    assert isinstance(choice, Between)
    assert (choice.first.record.name, choice.second.record.name) == (first, second)
    assert choice.place == place


def test_random_is_none_of_them(catalogue):
    assert parse_appearance("random", catalogue) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wlak", "no clip 'wlak'.*'walk'"),
        ("", "no clip ''"),
        (":", "no clip ':'"),
        ("walk:rum:0.5", "no clip 'rum'.*'run'"),
        ("set:train:9:walk:0.5", "no clip '9:walk'"),
        ("set:train:7", "no clip 'set:train:7'"),
        ("walk:run", "ends in 'run'"),
        ("walk:run:", "ends in ''"),
        ("walk:run:half", "ends in 'half'"),
        ("walk:run:1.5", "ends in '1.5'"),
        ("walk:run:-0.1", "ends in '-0.1'"),
        ("walk:run:nan", "ends in 'nan'"),
    ],
)
def test_what_is_no_appearance_is_refused(catalogue, text, words):
    with pytest.raises(UserError, match=words):
        parse_appearance(text, catalogue)
