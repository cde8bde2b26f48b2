"""Export folders: the newest version, what its metadata says, what is none."""

import json
import shutil

import pytest

from tests.studio.stand_in import CLIPS
from tf_dyngen.errors import UserError
from tf_dyngen.studio.exported import open_export


@pytest.fixture
def folder(export_folder, tmp_path):
    return shutil.copytree(export_folder, tmp_path / "export")


def change_metadata(folder, **changes):
    path = folder / "1" / "assets.extra" / "metadata.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_the_newest_version_is_taken_unless_one_is_named(folder):
    for name in ("2", "10", "draft"):
        shutil.copytree(folder / "1", folder / name)
    (folder / "11").mkdir()  # One that is being written.
    assert open_export(folder).path == folder / "10"
    assert open_export(folder / "2").path == folder / "2"


def test_the_metadata_says_what_the_model_is(folder):
    export = open_export(folder)
    assert export.frame_size == (24, 32)
    assert (export.channels, export.frame_rate, export.appearance_size) == (3, 25.0, 3)
    assert export.fit == "crop"
    assert export.clip_names == tuple(CLIPS)
    assert export.frame_values == 24 * 32 * 3


def test_variety_is_what_the_metadata_say_if_any(folder):
    assert open_export(folder).variety is None
    change_metadata(folder, variety={"usual": 0.5, "noise_scale": 2.0})
    assert open_export(folder).variety == (0.5, 2.0)


def test_clips_are_in_the_order_of_their_indices(folder):
    clips = [{"index": 1, "clip_id": "b", "name": "B"}, {"index": 0, "clip_id": "a", "name": "A"}]
    change_metadata(folder, clips=clips)
    assert open_export(folder).clip_names == ("A", "B")


def test_where_there_is_no_export(tmp_path):
    with pytest.raises(UserError, match=r"holds no exported model: python -m launch\.export"):
        open_export(tmp_path)
    with pytest.raises(UserError, match="none is no folder"):
        open_export(tmp_path / "none")


def test_a_model_of_another_project(folder):
    shutil.rmtree(folder / "1" / "assets.extra")
    with pytest.raises(UserError, match=r"without assets\.extra/metadata\.json, not one of this"):
        open_export(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "format 2, 1 is wanted"),
        ({"signatures": {"generate": {}}}, "no signature start"),
        ({"frame": {"height": 4}}, "width"),
        ({"clips": None}, "NoneType"),
        ({"variety": {"usual": 0.5}}, "noise_scale"),
    ],
)
def test_metadata_that_say_too_little(folder, changes, words):
    change_metadata(folder, **changes)
    with pytest.raises(UserError, match=f"metadata.json cannot be read.*{words}.*export the run"):
        open_export(folder)
