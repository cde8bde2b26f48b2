from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets.procedural_textures import procedural_textures_dataset_builder
from tf_dyngen.simulation.textures import catalogue

FEW_CLIPS = 2


class ProceduralTexturesTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = procedural_textures_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ("flag_64",)
    SPLITS = {"train": FEW_CLIPS, "continuation": FEW_CLIPS}  # noqa: RUF012
    EXAMPLE_DIR = "."  # Nothing is downloaded, so there are no fake files either.

    def setUp(self):
        super().setUp()
        self.enter_context(
            mock.patch.object(procedural_textures_dataset_builder, "NUM_CLIPS", FEW_CLIPS)
        )


@pytest.fixture(scope="module")
def builder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    builder = procedural_textures_dataset_builder.Builder(data_dir=folder, config="lights_64")
    with mock.patch.object(procedural_textures_dataset_builder, "NUM_CLIPS", FEW_CLIPS):
        builder.download_and_prepare()
    return builder


def test_configs_are_every_texture_at_every_size_fire_first():
    names = list(procedural_textures_dataset_builder.Builder.builder_configs)
    assert names[0] == "fire_64"
    assert sorted(names) == sorted(
        f"{t}_{size}" for t in catalogue.SIMULATIONS for size in (64, 128)
    )


def test_labels_keep_their_numbers():
    builder = procedural_textures_dataset_builder.Builder(config="rain_64")
    assert builder.info.features["texture"].names[:3] == ["fire", "water", "flag"]


def test_prepared_clips_are_read_without_the_builder(builder):
    reader = tfds.builder_from_directory(builder.data_dir)
    assert type(reader).__module__.startswith("tensorflow_datasets.")
    examples = {e["seed"]: e for e in tfds.as_numpy(reader.as_dataset(split="train"))}
    assert set(examples) == {0, 1}
    example = examples[1]
    np.testing.assert_array_equal(example["frames"], catalogue.simulate("lights", 1, 64, 240))
    assert example["clip_id"].decode() == catalogue.clip_id("lights", 64, 1)
    assert example["frame_rate"] == 25.0
    assert example["first_frame"] == 0
    assert reader.info.features["texture"].int2str(int(example["texture"])) == "lights"


def test_the_continuation_goes_on_where_its_clip_ends(builder):
    train, continuation = (
        {e["seed"]: e for e in tfds.as_numpy(builder.as_dataset(split=split))}
        for split in ("train", "continuation")
    )
    assert set(train) == set(continuation) == {0, 1}
    for seed, later in continuation.items():
        whole = np.concatenate([train[seed]["frames"], later["frames"]])
        np.testing.assert_array_equal(whole, catalogue.simulate("lights", seed, 64, 480))
        assert later["first_frame"] == 240
        assert later["clip_id"].decode() == catalogue.clip_id("lights", 64, seed, 240)
        assert later["clip_id"] != train[seed]["clip_id"]


def test_a_seed_is_simulated_once(tmp_path, monkeypatch):
    seeds = []

    def simulate(texture, seed, size, num_frames):
        seeds.append(seed)
        return np.full((num_frames, size, size, 3), seed, np.uint8)

    monkeypatch.setattr(catalogue, "simulate", simulate)
    builder = procedural_textures_dataset_builder.Builder(data_dir=tmp_path, config="flag_64")
    builder.download_and_prepare()
    assert seeds == [0, 1, 2, 3]
