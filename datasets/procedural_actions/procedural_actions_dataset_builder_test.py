from collections import Counter
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets.procedural_actions import procedural_actions_dataset_builder, splits
from tf_dyngen.simulation.walkers import catalogue

SPLITS = splits.list_splits()
FEW = {name: pairs[:2] for name, pairs in SPLITS.items()}


class ProceduralActionsTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = procedural_actions_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ("walkers_64",)
    SPLITS = {name: len(pairs) for name, pairs in FEW.items()}  # noqa: RUF012
    EXAMPLE_DIR = "."  # Nothing is downloaded, so there are no fake files either.

    def setUp(self):
        super().setUp()
        self.enter_context(mock.patch.object(splits, "list_splits", return_value=FEW))


def looks(name):
    return {appearance for appearance, _ in SPLITS[name]}


def gaits(name):
    return {(appearance, catalogue.motion(motion).gait) for appearance, motion in SPLITS[name]}


def test_no_pair_is_in_two_splits():
    pairs = [pair for split in SPLITS.values() for pair in split]
    assert len(pairs) == len(set(pairs))
    assert {name: len(split) for name, split in SPLITS.items()} == {
        "train": 288,
        "transfer": 144,
        "test": 72,
    }


def test_transfer_combines_what_train_shows_apart():
    assert looks("transfer") == looks("train")
    motions = Counter(motion for _, motion in SPLITS["train"])
    assert {motion for _, motion in SPLITS["transfer"]} == set(motions)
    assert min(motions.values()) >= 20
    assert not gaits("transfer") & gaits("train")
    for appearance in looks("train"):
        shown = [gait for look, gait in gaits("train") if look == appearance]
        assert len(shown) == 2


def test_every_body_coat_and_palette_is_in_train_and_every_body_in_every_gait():
    train = [catalogue.appearance(number) for number in looks("train")]
    assert {(look.body, look.coat) for look in train} == {
        (body, coat) for body in catalogue.BODIES for coat in catalogue.COATS
    }
    assert {look.palette for look in train} == set(catalogue.PALETTES)
    seen = {(catalogue.appearance(number).body, gait) for number, gait in gaits("train")}
    assert len(seen) == len(catalogue.BODIES) * len(catalogue.GAITS)


def test_the_appearances_of_test_are_new():
    assert not looks("test") & looks("train")
    assert {catalogue.appearance(number).body for number in looks("test")} == set(catalogue.BODIES)
    assert {motion for _, motion in SPLITS["test"]} <= {motion for _, motion in SPLITS["train"]}


@pytest.mark.parametrize("size", [64, 128])
def test_prepared_clips_are_read_without_the_builder(tmp_path, monkeypatch, size):
    few = {"transfer": FEW["transfer"][:1]}
    monkeypatch.setattr(splits, "list_splits", lambda: few)
    builder = procedural_actions_dataset_builder.Builder(
        data_dir=tmp_path, config=f"walkers_{size}"
    )
    builder.download_and_prepare()
    reader = tfds.builder_from_directory(builder.data_dir)
    assert type(reader).__module__.startswith("tensorflow_datasets.")
    (example,) = tfds.as_numpy(reader.as_dataset(split="transfer"))
    assert example["frames"].shape == (30, size, size, 3)
    assert example["frames"].dtype == example["silhouette"].dtype == np.uint8
    appearance, motion = few["transfer"][0]
    assert (example["appearance"], example["motion"]) == (appearance, motion)
    frames, silhouette = catalogue.render(appearance, motion, size, 30)
    np.testing.assert_array_equal(example["frames"], frames)
    np.testing.assert_array_equal(example["silhouette"], silhouette)
    assert example["clip_id"].decode() == catalogue.clip_id(appearance, motion, size)
    assert example["frame_rate"] == 25.0
    labels = {key: reader.info.features[key].int2str(int(example[key])) for key in ("body", "coat")}
    assert tuple(labels.values()) == catalogue.appearance(appearance)[:2]
    going = catalogue.motion(motion)
    assert reader.info.features["gait"].int2str(int(example["gait"])) == going.gait
    assert example["stride_frames"] == np.float32(going.stride_frames)
