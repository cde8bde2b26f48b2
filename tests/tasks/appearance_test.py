"""Appearances: which clips a flag names, and what lies between two vectors."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.config import Config
from tf_dyngen.errors import UserError
from tf_dyngen.tasks.appearance import Between, interpolate, parse_appearance
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


def test_the_ends_are_the_vectors_themselves_to_the_bit():
    first, second = draws(2)
    np.testing.assert_array_equal(interpolate(first, second, 0.0), first)
    np.testing.assert_array_equal(interpolate(first, second, 1.0), second)


def draws(number, size=200):
    random = np.random.default_rng(0)
    return [tf.constant(random.standard_normal(size), tf.float32) for _ in range(number)]


@pytest.mark.parametrize("place", [0.1, 0.5, 0.8])
def test_between_two_draws_of_the_prior_vectors_are_typical_of_it(place):
    first, second = draws(2)
    between = interpolate(first, second, place).numpy()
    # |N(0, I)| is sqrt(200), give or take 1 / sqrt(2); a straight line passes at 10 between.
    assert abs(np.linalg.norm(between) - np.sqrt(200)) < 3
    angles = [angle(first, between), angle(between, second)]
    np.testing.assert_allclose(angles[0] / sum(angles), place, atol=1e-3)
    np.testing.assert_allclose(sum(angles), angle(first, second), rtol=1e-3)


def angle(one, other):
    one, other = np.asarray(one, float), np.asarray(other, float)
    return np.arccos(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("scale", [0.0, 1.0, 3.0, -1.0])
def test_vectors_of_one_line_are_joined_by_it(scale):
    (first,) = draws(1)
    expected = (0.75 + 0.25 * scale) * first.numpy()
    np.testing.assert_allclose(interpolate(first, scale * first, 0.25), expected, atol=1e-5)
