import hashlib
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets.dyntex import dyntex_dataset_builder as dyntex
from tests.video_files import write_video
from tf_dyngen.errors import UserError

# File, (T, H, W), frames a second, and the label that its folder gives.
CLIPS = {
    "6481f10.avi": ((5, 32, 48), 25, ""),
    "pr1/54ab110.avi": ((4, 32, 48), 25, ""),
    "Alpha/grass/64ba410.AVI": ((3, 24, 40), 25, "grass"),
    "sea/649i810.avi": ((6, 32, 48), 12.5, "sea"),
}


def draw(file):
    """Ripples, other ones for each file."""
    num_frames, height, width = CLIPS[file][0]
    rng = np.random.default_rng(len(file))
    t, y, x = np.ogrid[:num_frames, :height, :width]
    waves = np.sin(t + y * rng.uniform(0.2, 0.5) + x * rng.uniform(0.2, 0.5))
    return np.repeat(128 + 100 * waves[..., None], 3, axis=-1).astype(np.uint8)


def write_avi(path, frames, rate=25):
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = path.with_suffix(".avi")
    write_video(plain, frames, rate=rate)
    plain.rename(path)


def write_manual_folder(folder):
    for file, (_, rate, _) in CLIPS.items():
        write_avi(folder / file, draw(file), rate)
    (folder / "pr1" / "._54ab110.avi").write_bytes(b"macOS")
    (folder / "readme.txt").write_text("no clip")


@pytest.fixture
def manual(tmp_path):
    folder = tmp_path / "manual"
    write_manual_folder(folder)
    return folder


def prepare(manual, data_dir):
    builder = dyntex.Builder(data_dir=data_dir)
    config = tfds.download.DownloadConfig(manual_dir=manual)
    builder.download_and_prepare(download_config=config)
    return builder


def read_back(builder):
    reader = tfds.builder_from_directory(builder.data_dir)
    assert type(reader).__module__.startswith("tensorflow_datasets.")
    examples = tfds.as_numpy(reader.as_dataset(split="train"))
    return {example["name"].decode(): example for example in examples}


class DynTexTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = dyntex.Builder
    SPLITS = {"train": len(CLIPS)}  # noqa: RUF012

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.EXAMPLE_DIR)
        write_manual_folder(Path(cls.EXAMPLE_DIR))
        super().setUpClass()


def test_clips_keep_size_and_rate_and_are_labelled_by_their_folder(manual, tmp_path):
    examples = read_back(prepare(manual, tmp_path / "data"))
    assert len(examples) == len(CLIPS)
    for file, (_, rate, label) in CLIPS.items():
        example = examples[Path(file).stem]
        np.testing.assert_array_equal(example["frames"], draw(file))
        assert example["frame_rate"] == rate
        assert example["label"].decode() == label
        digest = hashlib.sha256((manual / file).read_bytes()).hexdigest()
        assert example["clip_id"].decode() == digest[:16]


def test_a_folder_that_is_missing_or_empty_is_answered_with_how_to_register(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in ("absent", "empty"):
        with pytest.raises(AssertionError, match=r"(?s)does not exist or is empty.*Register with"):
            prepare(tmp_path / folder, tmp_path / "data")


def test_a_folder_without_clips_is_named(tmp_path):
    folder = tmp_path / "manual"
    (folder / "sea").mkdir(parents=True)
    (folder / "sea" / "notes.txt").write_text("no clip")
    with pytest.raises(UserError, match=f"{folder} holds no AVI file.*\n?.*Register with"):
        prepare(folder, tmp_path / "data")


def test_the_same_clip_twice_is_named(manual, tmp_path):
    shutil.copy(manual / "6481f10.avi", manual / "sea" / "again.avi")
    with pytest.raises(UserError, match=r"sea/again\.avi is the same clip as .*6481f10\.avi"):
        prepare(manual, tmp_path / "data")


@pytest.mark.parametrize("fraction", [0.0, 0.5, 0.95])
def test_a_clip_cut_short_is_named(manual, tmp_path, fraction):
    path = manual / "sea" / "649i810.avi"
    data = path.read_bytes()
    path.write_bytes(data[: int(fraction * len(data))])
    with pytest.raises(UserError, match=re.escape(str(path))):
        prepare(manual, tmp_path / "data")
