import numpy as np
import tensorflow_datasets as tfds

from datasets.procedural_textures import procedural_textures_dataset_builder
from tf_dyngen.simulation.textures import catalogue


class ProceduralTexturesTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = procedural_textures_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ("flag_64",)
    SPLITS = {"train": procedural_textures_dataset_builder.NUM_CLIPS}  # noqa: RUF012
    EXAMPLE_DIR = "."  # Nothing is downloaded, so there are no fake files either.


def test_configs_are_every_texture_at_every_size_fire_first():
    names = list(procedural_textures_dataset_builder.Builder.builder_configs)
    assert names[0] == "fire_64"
    assert sorted(names) == sorted(
        f"{t}_{size}" for t in catalogue.SIMULATIONS for size in (64, 128)
    )


def test_prepared_clips_are_read_without_the_builder(tmp_path, monkeypatch):
    monkeypatch.setattr(procedural_textures_dataset_builder, "NUM_CLIPS", 1)
    builder = procedural_textures_dataset_builder.Builder(data_dir=tmp_path, config="water_64")
    builder.download_and_prepare()
    reader = tfds.builder_from_directory(builder.data_dir)
    assert type(reader).__module__.startswith("tensorflow_datasets.")
    (example,) = tfds.as_numpy(reader.as_dataset(split="train"))
    np.testing.assert_array_equal(example["frames"], catalogue.simulate("water", 0, 64, 240))
    assert example["clip_id"].decode() == catalogue.clip_id("water", 64, 0)
    assert example["frame_rate"] == 25.0
    assert example["seed"] == 0
    assert reader.info.features["texture"].int2str(int(example["texture"])) == "water"
