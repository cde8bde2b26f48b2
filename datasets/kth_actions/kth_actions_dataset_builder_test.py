import hashlib
import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets.kth_actions import kth_actions_dataset_builder as kth
from datasets.kth_actions import sequences
from tests.video_files import write_video
from tf_dyngen.errors import UserError

# The published list in small: its prose, its uneven blanks, a range that overlaps, the file that
# is missing, and the file that breaks off before its last range ends.
LIST = """
In our experiments (Schuldt, Laptev and Caputo, ICPR 2004) we used the
following subdivision of sequences with respect to the subject:

Training:   person11, 12, 13, 14, 15, 16, 17, 18
Validation: person19, 20, 21, 23, 24, 25, 01, 04
Test:       person22, 02, 03, 05, 06, 07, 08, 09, 10 

person01_boxing_d4\t\tframes\t1-4, 5-12

person07_handclapping_d2    \tframes\t1-3, 3-6
person13_handclapping_d3\t*missing*
person16_jogging_d1\t\tframes\t2-5, 7-9
person22_walking_d3\t\tframes\t1-4
"""  # noqa: W291
NUM_FRAMES = {
    "person01_boxing_d4": 9,
    "person07_handclapping_d2": 6,
    "person16_jogging_d1": 10,
    "person22_walking_d3": 4,
}
CUT_SHORT = {"person01_boxing_d4": 8}
ARCHIVES = [f"{action}.zip" for action in sequences.ACTIONS]


def grey_frames(name):
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256, (NUM_FRAMES[name], 12, 16, 1), np.uint8)
    return blocks.repeat(10, axis=1).repeat(10, axis=2)


def write_published_files(folder):
    for file in ARCHIVES:
        with zipfile.ZipFile(folder / file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in NUM_FRAMES:
                if f"{sequences.action_of(name)}.zip" == file:
                    write_video(folder / "clip.avi", grey_frames(name))
                    archive.write(folder / "clip.avi", f"{name}_uncomp.avi")
    (folder / "clip.avi").unlink()
    (folder / "00sequences.txt").write_text(LIST)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    write_published_files(folder)
    return folder


@pytest.fixture
def files(published, tmp_path):
    """A copy of the published files, to damage."""
    return shutil.copytree(published, tmp_path / "files")


@pytest.fixture
def small(monkeypatch):
    """The builder wants the recordings of the small list, no others."""
    monkeypatch.setattr(kth, "RECORDINGS", tuple(NUM_FRAMES))
    monkeypatch.setattr(kth, "CUT_SHORT", CUT_SHORT)


def prepare(files, data_dir, config="subsequences"):
    def download(_, urls):
        assert all(url.startswith("https://www.csc.kth.se/cvap/actions/") for url in urls.values())
        return {key: files / url.removeprefix(kth.URL) for key, url in urls.items()}

    builder = kth.Builder(data_dir=data_dir, config=config)
    with mock.patch.object(tfds.download.DownloadManager, "download", download):
        builder.download_and_prepare()
    return builder


def examples_by_range(builder):
    reader = tfds.builder_from_directory(builder.data_dir)
    assert type(reader).__module__.startswith("tensorflow_datasets.")
    found = {}
    for split in reader.info.splits:
        for example in tfds.as_numpy(reader.as_dataset(split=split)):
            key = example["recording"].decode(), int(example["first_frame"])
            found[key] = (split, example)
    return reader, found


class KthActionsTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = kth.Builder
    SKIP_CHECKSUMS = True
    DL_DOWNLOAD_RESULT = {  # noqa: RUF012
        **{action: f"{action}.zip" for action in sequences.ACTIONS},
        "sequences": "00sequences.txt",
    }
    BUILDER_CONFIG_NAMES_TO_TEST = ("subsequences",)
    SPLITS = {"train": 2, "validation": 2, "test": 3}  # noqa: RUF012

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.EXAMPLE_DIR)
        write_published_files(Path(cls.EXAMPLE_DIR))
        super().setUpClass()

    def setUp(self):
        super().setUp()
        for name, value in (("RECORDINGS", tuple(NUM_FRAMES)), ("CUT_SHORT", CUT_SHORT)):
            patch = mock.patch.object(kth, name, value)
            patch.start()
            self.addCleanup(patch.stop)


def test_subsequences_are_the_listed_frames_in_the_listed_splits(published, small, tmp_path):
    reader, found = examples_by_range(prepare(published, tmp_path))
    persons = {
        split: {int(person) for person in re.findall(r"\d\d", line)}
        for split, line in zip(
            ("train", "validation", "test"), re.findall(r"^\w+:.*$", LIST, re.M), strict=True
        )
    }
    expected = {
        ("person01_boxing_d4", 1): 4,
        ("person01_boxing_d4", 5): 8,
        ("person07_handclapping_d2", 1): 3,
        ("person07_handclapping_d2", 3): 6,
        ("person16_jogging_d1", 2): 5,
        ("person16_jogging_d1", 7): 9,
        ("person22_walking_d3", 1): 4,
    }
    assert {key: int(example["last_frame"]) for key, (_, example) in found.items()} == expected
    for (name, first), (split, example) in found.items():
        last = expected[name, first]
        np.testing.assert_array_equal(example["frames"], grey_frames(name)[first - 1 : last])
        assert example["frame_rate"] == 25.0
        assert int(name[6:8]) in persons[split]
        _, action, scenario = name.split("_")
        assert reader.info.features["action"].int2str(int(example["action"])) == action
        assert reader.info.features["person"].int2str(int(example["person"])) == name[:8]
        assert example["scenario"] == int(scenario[1]) - 1
    clip_ids = [example["clip_id"].decode() for _, example in found.values()]
    assert len(set(clip_ids)) == len(expected)
    assert all(re.fullmatch("[0-9a-f]{16}", clip_id) for clip_id in clip_ids)


def test_whole_recordings_end_where_the_file_is_whole(published, small, tmp_path):
    _, found = examples_by_range(prepare(published, tmp_path, config="whole"))
    assert {name for name, _ in found} == set(NUM_FRAMES)
    for (name, _), (_, example) in found.items():
        num_frames = CUT_SHORT.get(name, NUM_FRAMES[name])
        np.testing.assert_array_equal(example["frames"], grey_frames(name)[:num_frames])
        assert (example["first_frame"], example["last_frame"]) == (1, num_frames)


def test_an_id_is_of_the_content_not_of_order_or_company(files, small, tmp_path, monkeypatch):
    _, all_found = examples_by_range(prepare(files, tmp_path / "all"))
    kept = {name: NUM_FRAMES[name] for name in ("person16_jogging_d1", "person22_walking_d3")}
    monkeypatch.setattr(kth, "RECORDINGS", tuple(kept))
    lines = LIST.splitlines()
    listed = [line for line in lines if not line.startswith("person") or line.split()[0] in kept]
    (files / "00sequences.txt").write_text("\n".join(reversed(listed)))
    for file in ("boxing.zip", "handclapping.zip"):
        zipfile.ZipFile(files / file, "w").close()
    # A person of each split is needed for no split to be empty.
    monkeypatch.setattr(
        sequences, "PERSONS", {"train": (16,), "validation": (22,), "test": (16, 22)}
    )
    _, some_found = examples_by_range(prepare(files, tmp_path / "some"))
    assert some_found
    for key, (_, example) in some_found.items():
        assert example["clip_id"] == all_found[key][1]["clip_id"]


def test_a_missing_recording_is_named(files, small, tmp_path):
    zipfile.ZipFile(files / "jogging.zip", "w").close()
    with pytest.raises(UserError, match=r"jogging\.zip lacks person16_jogging_d1_uncomp"):
        prepare(files, tmp_path)


def test_a_recording_that_is_not_in_the_data_set_is_named(files, small, tmp_path):
    with zipfile.ZipFile(files / "jogging.zip", "a") as archive:
        archive.writestr("person17_jogging_d1_uncomp.avi", b"x")
    with pytest.raises(UserError, match=r"jogging\.zip holds person17_jogging_d1_uncomp"):
        prepare(files, tmp_path)


@pytest.mark.parametrize("keep", [0.5, 0.0])
def test_a_recording_cut_short_is_named(files, small, tmp_path, keep):
    write_video(tmp_path / "whole.avi", grey_frames("person16_jogging_d1"))
    data = (tmp_path / "whole.avi").read_bytes()
    with zipfile.ZipFile(files / "jogging.zip", "w") as archive:
        archive.writestr("person16_jogging_d1_uncomp.avi", data[: int(keep * len(data))])
    with pytest.raises(UserError, match="person16_jogging_d1_uncomp"):
        prepare(files, tmp_path)


def test_the_one_file_known_to_be_cut_must_reach_its_known_end(files, small, tmp_path, monkeypatch):
    monkeypatch.setattr(kth, "CUT_SHORT", {"person01_boxing_d4": 10})
    with pytest.raises(UserError, match=r"person01_boxing_d4_uncomp\.avi gives 9 frames, 10 are"):
        prepare(files, tmp_path)


def test_an_unsafe_archive_is_refused_before_anything_is_decoded(files, small, tmp_path):
    with zipfile.ZipFile(files / "walking.zip", "a") as archive:
        archive.writestr("../person22_walking_d3_uncomp.avi", b"x")
    with (
        mock.patch.object(kth.archives.ClipArchive, "read", side_effect=AssertionError),
        pytest.raises(UserError, match=r"walking\.zip .*'\.\./person22.* leads upwards"),
    ):
        prepare(files, tmp_path)


def test_the_data_set_is_599_recordings():
    assert len(set(kth.RECORDINGS)) == 599
    assert "person13_handclapping_d3" not in kth.RECORDINGS
    assert sorted(sum(sequences.PERSONS.values(), ())) == list(range(1, 26))
    assert set(kth.CUT_SHORT) <= set(kth.RECORDINGS)


@pytest.mark.parametrize(
    ("published_line", "line", "message"),
    [
        ("person22_walking_d3\t\tframes\t1-4", "", "does not list person22_walking_d3"),
        ("1-3, 3-6", "1-3, 6-3", "does not run forwards.*person07_handclapping_d2"),
        ("1-3, 3-6", "0-3", "does not run forwards.*person07_handclapping_d2"),
        ("1-3, 3-6", "1-3 3-6", "unreadable line 'person07_handclapping_d2"),
        ("frames\t1-4\n", "*missing*\n", "unreadable line 'person22_walking_d3"),
        ("person22_walking_d3", "person16_jogging_d1", "lists person16_jogging_d1 twice"),
        ("person22_walking_d3", "person22_walking_d5", "does not list person22_walking_d3"),
        ("person01_", "person01_cooking_d1 frames 1-2\nperson01_", "unknown .*person01_cooking_d1"),
    ],
)
def test_a_list_that_differs_is_an_error_that_names_the_recording(published_line, line, message):
    assert published_line in LIST
    with pytest.raises(UserError, match=message):
        sequences.parse(LIST.replace(published_line, line, 1), NUM_FRAMES)
