import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets.procedural_scenes import procedural_scenes_dataset_builder
from tf_dyngen.simulation.scenes import catalogue
from tf_dyngen.simulation.textures import catalogue as textures

FEW = (catalogue.Recipe("leaf", "flag", 8), catalogue.Recipe("balloon", "flag", 2))


@pytest.fixture(autouse=True)
def few_clips(monkeypatch):
    """Two quick clips in place of all."""
    monkeypatch.setattr(catalogue, "recipes", lambda: list(FEW))


class ProceduralScenesTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = procedural_scenes_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ("scenes_64",)
    SPLITS = {"train": len(FEW)}  # noqa: RUF012
    EXAMPLE_DIR = "."  # Nothing is downloaded, so there are no fake files either.


def test_the_small_size_is_the_default():
    names = list(procedural_scenes_dataset_builder.Builder.builder_configs)
    assert names == ["scenes_64", "scenes_128"]


def test_prepared_clips_are_read_without_the_builder(tmp_path):
    builder = procedural_scenes_dataset_builder.Builder(data_dir=tmp_path)
    builder.download_and_prepare()
    reader = tfds.builder_from_directory(builder.data_dir)
    assert type(reader).__module__.startswith("tensorflow_datasets.")
    examples = {e["clip_id"].decode(): e for e in tfds.as_numpy(reader.as_dataset(split="train"))}
    assert set(examples) == {catalogue.clip_id(recipe, 64) for recipe in FEW}
    for recipe in FEW:
        example = examples[catalogue.clip_id(recipe, 64)]
        # The truth is the bare texture of that name and seed.
        truth = textures.simulate(recipe.texture, recipe.seed, 64, 120)
        np.testing.assert_array_equal(example["background"], truth)
        assert example["mask"].shape == (120, 64, 64, 1)
        assert set(np.unique(example["mask"])) == {0, 255}
        changed = (example["frames"] != truth).any(axis=-1, keepdims=True)
        assert changed.any()
        assert not changed[example["mask"] == 0].any()
        assert example["frame_rate"] == 25.0
        assert example["seed"] == recipe.seed
        features = reader.info.features
        assert features["object"].int2str(int(example["object"])) == recipe.kind
        assert features["texture"].int2str(int(example["texture"])) == recipe.texture
