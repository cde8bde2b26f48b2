import json
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image
from scipy import ndimage

from datasets.video_folder import examples
from datasets.video_folder.configuration import VideoFolderConfig
from datasets.video_folder.video_folder_dataset_builder import Builder
from tf_dyngen.errors import UserError
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.video.clips import read_clip

ROOT = Path(__file__).parents[2]
SETTINGS = {"num_frames": 4, "stride": 3, "height": 16, "width": 16}


def save_clips(folder):
    """Clips of 10 frames of 32x32 in every form; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, suffix in enumerate([".mp4", ".avi", ".mov", ".gif", ".npy", ""]):
        frames = catalogue.simulate("flag", seed, 32, 10)
        path = folder / f"flag{seed}{suffix}"
        if suffix == ".npy":
            np.save(path, frames)
        elif suffix == ".gif":
            pictures = [Image.fromarray(frame) for frame in frames]
            pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=40)
        elif suffix:
            iio.imwrite(path, frames, plugin="FFMPEG", fps=25, macro_block_size=1)
        else:
            path.mkdir()
            for index, frame in enumerate(frames):
                Image.fromarray(frame).save(path / f"{index}.png")
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    save_clips(folder)
    return folder


def prepare(folder, data_dir, **settings):
    """Builds the data set of a folder; returns a reader that does not know the builder."""
    config = VideoFolderConfig(path=str(folder), **{**SETTINGS, **settings})
    builder = Builder(config=config, data_dir=data_dir)
    builder.download_and_prepare()
    return tfds.builder_from_directory(builder.data_dir)


def read(reader, split="train"):
    found = tfds.as_numpy(reader.as_dataset(split=split))
    return sorted(found, key=lambda example: (example["source"], example["first_frame"]))


class VideoFolderTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ("clips_64",)
    # Six clips of 60 frames, which `setUpClass` makes, are a window each.
    SPLITS = {"train": 6}  # noqa: RUF012

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = tfds.testing.make_tmp_dir()
        for seed in range(6):
            frames = catalogue.simulate("flag", seed, 16, 60)
            iio.imwrite(f"{cls.EXAMPLE_DIR}/{seed}.mp4", frames, plugin="FFMPEG", fps=25)
        super().setUpClass()


def test_every_form_is_cut_into_windows_that_hold_the_clips_frames(clips, tmp_path):
    found = read(prepare(clips, tmp_path))
    names = sorted(path.name for path in clips.iterdir())
    assert [(e["source"].decode(), int(e["first_frame"])) for e in found] == [
        (name, first) for name in names for first in (0, 3, 6)
    ]
    for example in found:
        path = clips / example["source"].decode()
        wanted = {"num_frames": 4, "size": (16, 16), "start": int(example["first_frame"])}
        clip = read_clip(path, **wanted)
        np.testing.assert_array_equal(example["frames"], clip.frames)
        assert example["frame_rate"] == pytest.approx(clip.frame_rate)
    assert len({example["clip_id"] for example in found}) == len(found)


def test_beam_gives_the_same_examples(clips, tmp_path):
    plain = prepare(clips, tmp_path / "plain")
    beam = prepare(clips, tmp_path / "beam", beam=True)
    assert beam.info.full_name == plain.info.full_name
    for first, second in zip(
        *(tfds.as_numpy(reader.as_dataset(split="train")) for reader in (plain, beam)), strict=True
    ):
        for key in first:
            np.testing.assert_array_equal(first[key], second[key])


@pytest.mark.parametrize("beam", [False, True])
def test_a_cut_clip_among_whole_ones_is_named(tmp_path, beam):
    names = save_clips(tmp_path / "clips")
    path = tmp_path / "clips" / next(name for name in names if name.endswith(".avi"))
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(Exception, match=rf"{path.name} is cut short"):
        prepare(tmp_path / "clips", tmp_path / "data", beam=beam)
    assert not list((tmp_path / "data").rglob("*.tfrecord*"))


@pytest.mark.parametrize("beam", [False, True])
def test_clips_of_the_same_bytes_are_named(tmp_path, beam):
    frames = catalogue.simulate("flag", 0, 16, 6)
    for name in ("first.npy", "second.npy"):
        np.save(tmp_path / name, frames)
    with pytest.raises(Exception, match=r"first.npy and .*second.npy are one clip"):
        prepare(tmp_path, tmp_path / "data", beam=beam)


def test_short_clips_and_empty_folders_are_named(tmp_path):
    np.save(tmp_path / "short.npy", catalogue.simulate("flag", 0, 16, 3))
    with pytest.raises(UserError, match=r"short.npy holds 3 frames, 4 or more are wanted"):
        prepare(tmp_path, tmp_path / "data")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="empty holds neither videos nor pictures"):
        prepare(tmp_path / "empty", tmp_path / "data")


def test_ids_follow_the_bytes_and_not_the_name(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    np.save(tmp_path / "a" / "one.npy", catalogue.simulate("flag", 0, 16, 4))
    np.save(tmp_path / "b" / "two.npy", catalogue.simulate("flag", 0, 16, 4))
    (first,), (second,) = (read(prepare(tmp_path / n, tmp_path / f"data{n}")) for n in "ab")
    assert first["clip_id"] == second["clip_id"]
    assert first["source"] != second["source"]


def test_masks_beside_clips_go_with_their_frames(tmp_path):
    hidden = np.zeros((10, 32, 32), np.uint8)
    hidden[7:, :8, 16:] = 1
    save_clips(tmp_path / "clips")
    np.save(tmp_path / "clips" / "flag0_mask.npy", hidden)
    reader = prepare(tmp_path / "clips", tmp_path / "data", masks=True)
    for example in read(reader):
        found = example["mask"][..., 0]
        assert set(np.unique(found)) <= {0, 255}
        if example["source"] != b"flag0.mp4":
            assert not found.any()
            continue
        start = int(example["first_frame"])
        expected = hidden[start : start + 4, ::2, ::2] > 0
        # Shrinking mixes pixels across an edge: there the mask is wider by one.
        wider = np.stack([ndimage.binary_dilation(frame, np.ones((3, 3))) for frame in expected])
        assert (found[expected] == 255).all()
        assert not found[~wider].any()


def test_splits_are_by_clip_and_stay_when_clips_are_added(tmp_path):
    paths = [tmp_path / f"{index}.npy" for index in range(40)]
    for path in paths:
        path.write_bytes(b"0")
    splits = examples.find_splits(str(tmp_path), 0.25)
    # The standard deviation of the number in `test` is sqrt(40 * 0.25 * 0.75) = 2.7.
    assert 2 <= len(splits["test"]) <= 18
    assert sorted(splits["train"] + splits["test"]) == sorted(paths)
    for path in paths[::2]:
        path.unlink()
    fewer = examples.find_splits(str(tmp_path), 0.25)
    assert set(fewer["test"]) == set(splits["test"]) & set(paths[1::2])
    assert list(examples.find_splits(str(tmp_path), 0.0)) == ["train"]


def test_folders_named_after_splits_are_the_splits(tmp_path):
    for name, seeds in {"train": (0, 1), "test": (2,)}.items():
        (tmp_path / "clips" / name).mkdir(parents=True)
        for seed in seeds:
            frames = catalogue.simulate("flag", seed, 16, 4)
            np.save(tmp_path / "clips" / name / f"{seed}.npy", frames)
    reader = prepare(tmp_path / "clips", tmp_path / "data", test_share=0.5)
    assert {name: len(read(reader, name)) for name in reader.info.splits} == {"train": 2, "test": 1}


def test_names_tell_settings_apart_and_wrong_settings_are_refused(tmp_path):
    changes = [{}, {"stride": 2}, {"fit": "crop"}, {"channels": 1}, {"masks": True}, {"width": 8}]
    configs = [VideoFolderConfig(path="clips of mine", **{**SETTINGS, **c}) for c in changes]
    assert len({config.name for config in configs}) == len(changes)
    assert all(config.name.startswith("clips_of_mine_4x16x") for config in configs)
    assert VideoFolderConfig(path="a", beam=True).name == VideoFolderConfig(path="a").name
    for wrong in ({"num_frames": 1}, {"fit": "squeeze"}, {"channels": 2}, {"test_share": 1.0}):
        with pytest.raises(UserError, match=next(iter(wrong))):
            VideoFolderConfig(path="a", **wrong)


def test_the_tfds_command_builds_and_load_reads(clips, tmp_path):
    config = json.dumps({"name": "mine", "path": str(clips), **SETTINGS})
    command = [str(Path(sys.executable).with_name("tfds")), "build", "datasets/video_folder"]
    ended = subprocess.run(
        [*command, f"--config={config}", f"--data_dir={tmp_path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    loaded = tfds.load("video_folder/mine", split="train", data_dir=tmp_path)
    assert len(loaded) == 18
