"""Settings: what text means, and what is refused."""

import dataclasses

import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.studio.exported import Memory, open_export
from tf_dyngen.studio.settings import OWN, PRIOR, Box, Look, Settings, Start, read_settings


@pytest.fixture
def export(export_folder):
    return open_export(export_folder)


def test_nothing_given_is_a_new_video_as_learned(export):
    expected = Settings(Start(0, PRIOR, ""), 1.0, Look(OWN, OWN, 0.0))
    assert read_settings({}, export) == expected


@pytest.mark.parametrize("convert", [str, float])
def test_numbers_of_json_and_of_queries_are_read_alike(export, convert):
    numbers = {"seed": 5, "clip": 2, "noise": 0.5, "first": 0, "second": 1, "place": 0.25}
    given = {name: convert(number) for name, number in numbers.items()}
    expected = Settings(Start(5, 2, "name"), 0.5, Look(0, 1, 0.25))
    assert read_settings({**given, "image": "name"}, export) == expected


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("seed", -1, "from 0 to"),
        ("seed", 2**31, "from 0 to"),
        ("seed", 0.5, "whole number"),
        ("seed", None, "seed is 'None'"),
        ("seed", [1], "seed is"),
        ("seed", 10**400, "seed is"),
        ("clip", 3, "from -1 to 2"),
        ("clip", -2, "from -1 to 2"),
        ("noise", 2.01, "from 0 to 2"),
        ("noise", float("nan"), "from 0 to 2"),
        ("noise", "much", "'much'"),
        ("first", 99, "from -1 to 2"),
        ("place", 1.1, "from 0 to 1"),
        ("image", 7, "no text"),
        ("seed", "9" * 10_000, "seed is"),
        ("speed", 0.2, "speed is '0.2': give a number from 0.25 to 4"),
        ("speed", "nan", "from 0.25 to 4"),
        ("reverse", "maybe", "give true or false"),
        ("reverse", True, "reverse needs the run, this is an export of it: start the page with"),
        ("frame", 3, "frame needs the run"),
        ("still", "0,0,8", "left,top,right,bottom of a box in the 32x24 pixels"),
        ("still", "0,0,33,8", "still is '0,0,33,8'"),
        ("still", "4,4,4,8", "still is"),
        ("still", "a,b,c,d", "still is"),
        ("still", ["1"], "still is"),
        ("still", "0,0,32,24", "the whole picture: draw a smaller box"),
    ],
)
def test_what_is_out_of_bounds_is_refused(export, name, value, words):
    with pytest.raises(UserError, match=words) as caught:
        read_settings({name: value}, export)
    assert len(str(caught.value)) < 200


def test_a_run_is_begun_with_any_frame_of_its_clips_and_turned(export):
    run = dataclasses.replace(export, memory=Memory((12, 5, 2), None))
    given = {"clip": "1", "frame": "4", "reverse": "true", "speed": 0.5, "still": "1,2,3,4"}
    settings = read_settings(given, run)
    assert settings.start == Start(0, 1, "", 4, True)
    assert (settings.speed, settings.still) == (0.5, Box(1, 2, 3, 4))
    assert read_settings({"clip": 1, "frame": ""}, run).start == Start(0, 1, "")
    for changes, words in (
        ({"frame": 5}, "frame is '5': give a number from 0 to 4"),
        ({"clip": PRIOR}, "choose the clip"),
        ({"frame": 1.5}, "whole number"),
        ({"frame": None, "image": "name"}, "reverse with a picture"),
    ):
        with pytest.raises(UserError, match=words):
            read_settings({**given, **changes}, run)


def test_variety_is_the_noise_of_a_model_that_has_it(export, varied_folder):
    varied = open_export(varied_folder)
    # Its metadata say: 0.25 if nothing is given, thrice the noise at 1.
    for given, noise in (({}, 0.75), ({"variety": 0}, 0.0), ({"variety": "1", "noise": 2}, 3.0)):
        assert read_settings(given, varied).noise == noise
    assert read_settings({"variety": 1.0}, export).noise == 1.0
    for value in (-0.01, 1.01, float("nan"), "much"):
        with pytest.raises(UserError, match=r"variety is .* from 0 to 1"):
            read_settings({"variety": value}, varied)
