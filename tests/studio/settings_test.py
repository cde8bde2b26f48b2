"""Settings: what text means, and what is refused."""

import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.studio.exported import open_export
from tf_dyngen.studio.settings import OWN, PRIOR, Look, Settings, Start, read_settings


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
    ],
)
def test_what_is_out_of_bounds_is_refused(export, name, value, words):
    with pytest.raises(UserError, match=words) as caught:
        read_settings({name: value}, export)
    assert len(str(caught.value)) < 200


def test_variety_is_the_noise_of_a_model_that_has_it(export, varied_folder):
    varied = open_export(varied_folder)
    # Its metadata say: 0.25 if nothing is given, thrice the noise at 1.
    for given, noise in (({}, 0.75), ({"variety": 0}, 0.0), ({"variety": "1", "noise": 2}, 3.0)):
        assert read_settings(given, varied).noise == noise
    assert read_settings({"variety": 1.0}, export).noise == 1.0
    for value in (-0.01, 1.01, float("nan"), "much"):
        with pytest.raises(UserError, match=r"variety is .* from 0 to 1"):
            read_settings({"variety": value}, varied)
