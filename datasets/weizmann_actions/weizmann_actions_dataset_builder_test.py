import hashlib
import shutil
import tempfile
import zipfile
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import scipy.io
import tensorflow_datasets as tfds

from datasets.weizmann_actions import clip_names, silhouettes
from datasets.weizmann_actions import weizmann_actions_dataset_builder as weizmann
from tests.video_files import write_video
from tf_dyngen.errors import UserError

# Frames of each clip; the mask of the last frame of eli_side is missing.
NUM_FRAMES = {"daria_bend": 4, "eli_side": 5, "lena_run1": 3, "lena_run2": 4, "ido_wave1": 3}
NUM_MASKS = NUM_FRAMES | {"eli_side": 4}
BACKGROUNDS = {"bg_015": 2, "moshe_bg_run": 3}
SHAPE = (144, 180)


def draw(name, num_frames):
    """A grey box moves over noise: frames [T, H, W, 3] and where the box is [T, H, W]."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 100, (12, 15, 3), np.uint8).repeat(12, axis=0).repeat(12, axis=1)
    frames = np.tile(noise, (num_frames, 1, 1, 1))
    box = np.zeros((num_frames, *SHAPE), bool)
    for number in range(num_frames):
        box[number, 20:120, 10 + 20 * number : 40 + 20 * number] = True
    frames[box] = 200
    return frames, box


def write_zip(path, clips):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, num_frames in clips.items():
            copy = path.with_suffix(".avi")
            write_video(copy, draw(name, num_frames)[0])
            archive.write(copy, f"{name}.avi")
            copy.unlink()


def write_masks(path, num_masks):
    original = {
        name: np.moveaxis(draw(name, num)[1], 0, -1).astype(np.uint8)
        for name, num in num_masks.items()
    }
    aligned = {name: masks[20:120] for name, masks in original.items()}
    scipy.io.savemat(path, {"aligned_masks": aligned, "original_masks": original})


def write_published_files(folder):
    for action in clip_names.ACTIONS:
        clips = {n: num for n, num in NUM_FRAMES.items() if n.split("_")[1].startswith(action)}
        write_zip(folder / f"{action}.zip", clips)
    write_zip(folder / "backgrounds.zip", BACKGROUNDS)
    write_masks(folder / "classification_masks.mat", NUM_MASKS)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    write_published_files(folder)
    return folder


@pytest.fixture
def files(published, tmp_path):
    """A copy of the published files, to damage."""
    return shutil.copytree(published, tmp_path / "files")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """The builder wants the clips made here, no others."""
    monkeypatch.setattr(weizmann, "CLIPS", tuple(NUM_FRAMES))


def prepare(files, data_dir, config="actions"):
    def download(_, urls):
        assert all(url.startswith("https://www.wisdom.weizmann.ac.il/") for url in urls.values())
        return {key: files / url.removeprefix(weizmann.URL) for key, url in urls.items()}

    builder = weizmann.Builder(data_dir=data_dir, config=config)
    with mock.patch.object(tfds.download.DownloadManager, "download", download):
        builder.download_and_prepare()
    return builder


def read_back(builder):
    reader = tfds.builder_from_directory(builder.data_dir)
    assert type(reader).__module__.startswith("tensorflow_datasets.")
    examples = tfds.as_numpy(reader.as_dataset(split="train"))
    return reader, {example["name"].decode(): example for example in examples}


class WeizmannActionsTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = weizmann.Builder
    SKIP_CHECKSUMS = True
    DL_DOWNLOAD_RESULT = {  # noqa: RUF012
        **{action: f"{action}.zip" for action in clip_names.ACTIONS},
        "masks": "classification_masks.mat",
    }
    BUILDER_CONFIG_NAMES_TO_TEST = ("actions",)
    SPLITS = {"train": len(NUM_FRAMES)}  # noqa: RUF012

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.EXAMPLE_DIR)
        write_published_files(Path(cls.EXAMPLE_DIR))
        super().setUpClass()


def test_clips_carry_frames_silhouettes_and_labels(published, tmp_path):
    reader, examples = read_back(prepare(published, tmp_path))
    assert set(examples) == set(NUM_FRAMES)
    for name, example in examples.items():
        frames, box = draw(name, NUM_FRAMES[name])
        np.testing.assert_array_equal(example["frames"], frames)
        expected = 255 * box[: NUM_MASKS[name], ..., None].astype(np.uint8)
        np.testing.assert_array_equal(example["silhouette"], expected)
        assert example["frame_rate"] == 25.0
        person, action = name.split("_")
        assert reader.info.features["person"].int2str(int(example["person"])) == person
        label = reader.info.features["action"].int2str(int(example["action"]))
        assert label == {"run1": "run", "run2": "run"}.get(action, action)
        with zipfile.ZipFile(published / f"{label}.zip") as archive:
            digest = hashlib.sha256(archive.read(f"{name}.avi")).hexdigest()
        assert example["clip_id"].decode() == digest[:16]


def test_backgrounds_are_a_configuration_of_their_own(published, tmp_path):
    _, examples = read_back(prepare(published, tmp_path, config="backgrounds"))
    assert set(examples) == set(BACKGROUNDS)
    for name, example in examples.items():
        np.testing.assert_array_equal(example["frames"], draw(name, BACKGROUNDS[name])[0])


def test_the_data_set_is_93_clips_of_9_people_in_12_files():
    assert len(set(clip_names.CLIPS)) == 93
    assert {clip_names.person_of(clip) for clip in clip_names.CLIPS} == set(clip_names.PERSONS)
    per_action = [clip_names.action_of(clip) for clip in clip_names.CLIPS]
    counts = {action: per_action.count(action) for action in clip_names.ACTIONS}
    assert counts == dict.fromkeys(clip_names.ACTIONS, 9) | {"run": 10, "skip": 10, "walk": 10}
    assert {"lena_walk1", "lena_walk2", "lena_wave2", "shahar_pjump"} <= set(clip_names.CLIPS)
    assert "lena_walk" not in clip_names.CLIPS


def test_a_missing_clip_is_named(files, tmp_path):
    write_zip(files / "run.zip", {"lena_run1": 3})
    with pytest.raises(UserError, match=r"run\.zip lacks lena_run2"):
        prepare(files, tmp_path)


def test_a_clip_cut_short_is_named(files, tmp_path):
    write_zip(files / "bend.zip", {"daria_bend": NUM_FRAMES["daria_bend"] - 1})
    with pytest.raises(UserError, match="daria_bend has 3 frames and 4 silhouettes"):
        prepare(files, tmp_path)


def test_silhouettes_of_another_clip_are_told_by_their_number(files, tmp_path):
    write_masks(files / "classification_masks.mat", NUM_MASKS | {"eli_side": 3})
    with pytest.raises(UserError, match="eli_side has 5 frames and 3 silhouettes"):
        prepare(files, tmp_path)


def test_a_damaged_clip_is_named(files, tmp_path):
    with zipfile.ZipFile(files / "bend.zip", "w") as archive:
        archive.writestr("daria_bend.avi", b"no video")
    with pytest.raises(UserError, match=r"daria_bend\.avi in .*bend\.zip holds no video"):
        prepare(files, tmp_path)


def test_a_clip_without_silhouettes_is_named(files, tmp_path):
    masks = {name: num for name, num in NUM_MASKS.items() if name != "lena_run2"}
    write_masks(files / "classification_masks.mat", masks)
    with pytest.raises(UserError, match=r"original_masks in .* lacks lena_run2"):
        prepare(files, tmp_path)


def test_an_unsafe_archive_is_refused_before_anything_is_decoded(files, tmp_path):
    with zipfile.ZipFile(files / "wave1.zip", "a") as archive:
        archive.writestr("/tmp/ira_wave1.avi", b"x")
    with (
        mock.patch.object(weizmann.archives.ClipArchive, "read", side_effect=AssertionError),
        pytest.raises(UserError, match=r"wave1\.zip .*'/tmp/ira_wave1\.avi' with an absolute path"),
    ):
        prepare(files, tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"aligned_masks": {"eli_side": np.zeros((*SHAPE, 5))}}, "holds no struct original_masks"),
        ({"original_masks": np.zeros((*SHAPE, 5))}, "holds no struct original_masks"),
        ({"original_masks": {"eli_side": np.zeros((5, *SHAPE))}}, r"eli_side are .*\[5, 144, 180"),
        ({"original_masks": {"eli_side": np.full((*SHAPE, 5), 7)}}, "eli_side are .* zeros and"),
    ],
)
def test_masks_of_another_form_are_an_error(tmp_path, content, message):
    path = tmp_path / "masks.mat"
    scipy.io.savemat(path, content)
    with pytest.raises(UserError, match=message):
        silhouettes.load(path, ["eli_side"], SHAPE)


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>" * 20])
def test_what_is_no_matlab_file_is_named(tmp_path, content):
    path = tmp_path / "masks.mat"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"masks\.mat is no MATLAB file"):
        silhouettes.load(path, ["eli_side"], SHAPE)


def test_a_matlab_file_cut_short_is_named(published, tmp_path):
    path = tmp_path / "masks.mat"
    whole = (published / "classification_masks.mat").read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(UserError, match=r"masks\.mat"):
        silhouettes.load(path, ["eli_side"], SHAPE)
