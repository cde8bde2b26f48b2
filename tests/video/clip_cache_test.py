"""A cache keeps what is asked for, and leaves nothing behind after an error."""

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.clips import Clip

SHAPE = (2, 3, 3)
ONE, TWO = "1" * 16, "2" * 16


def clip(name):
    return Clip(name, name, np.zeros((2, *SHAPE), np.uint8), 25.0)


def forbidden():
    raise AssertionError("the clips are there already")
    yield


def test_clips_are_read_once(tmp_path):
    folder = tmp_path / "run" / "clips"
    with ClipCache(folder) as cache:
        assert cache.get(ONE, [clip("a")], SHAPE).records[0].name == "a"
    with ClipCache(folder) as cache:
        assert cache.get(ONE, forbidden(), SHAPE).records[0].name == "a"
    assert [path.name for path in folder.iterdir()] == [ONE]


def test_clips_of_another_source_take_their_place(tmp_path):
    for name in (ONE, TWO):
        with ClipCache(tmp_path) as cache:
            cache.get(name, [clip(name)], SHAPE)
    assert [path.name for path in tmp_path.iterdir()] == [TWO]


def broken():
    yield clip("a")
    raise UserError("clip b is damaged", "mend it")


def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path):
    with pytest.raises(UserError, match="clip b"), ClipCache(tmp_path / "run" / "clips") as cache:
        cache.get(ONE, broken(), SHAPE)
    assert not list(tmp_path.iterdir())

    with ClipCache(tmp_path / "run" / "clips") as cache:
        cache.get(ONE, [clip("a")], SHAPE)
    with pytest.raises(UserError), ClipCache(tmp_path / "run" / "clips") as cache:  # noqa: PT012
        cache.get(TWO, [clip("b")], SHAPE)
        raise UserError("these are other clips", "use another --workdir")
    assert [path.name for path in (tmp_path / "run" / "clips").iterdir()] == [ONE]


def test_what_a_killed_process_left_is_removed(tmp_path):
    (tmp_path / f"{ONE}.123.unfinished").mkdir()
    with ClipCache(tmp_path) as cache:
        cache.get(ONE, [clip("a")], SHAPE)
    assert [path.name for path in tmp_path.iterdir()] == [ONE]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UserError, match=r"cannot write .*file"),
        ClipCache(tmp_path / "file" / "clips") as cache,
    ):
        cache.get(ONE, [clip("a")], SHAPE)


def test_what_is_no_store_stays(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / "pictures").mkdir()
    (tmp_path / TWO).mkdir()
    (tmp_path / TWO / "letter.txt").write_text("dear reader")
    (tmp_path / ("3" * 16)).symlink_to(tmp_path / "pictures")
    with ClipCache(tmp_path) as cache:
        cache.get(ONE, [clip("a")], SHAPE)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"thesis.txt", "pictures", TWO, "3" * 16, ONE}
    with pytest.raises(ValueError, match="16 hexadecimal digits"):
        ClipCache(tmp_path).get("../pictures", [clip("a")], SHAPE)
