"""Clips of files and of TFDS data sets, of our making or not, are read alike."""

import dataclasses
import os

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.video.sources import Source, open_collection, signature

VIDEO = VideoConfig(num_frames=5, height=8, width=8)


def random_frames(num_frames=7, size=(8, 8), channels=3, seed=0):
    shape = (num_frames, *size, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


class Made(tfds.core.GeneratorBasedBuilder):
    """Examples and features that a test chooses."""

    VERSION = tfds.core.Version("1.0.0")
    FEATURES: dict = {}  # noqa: RUF012
    EXAMPLES: list = []  # noqa: RUF012
    SKIP_REGISTRATION = True

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self, features=tfds.features.FeaturesDict(dict(self.FEATURES))
        )

    def _split_generators(self, dl_manager):
        return {"train": list(enumerate(self.EXAMPLES))}

    def _generate_examples(self):
        raise NotImplementedError


@pytest.fixture
def make_data_set(tmp_path, monkeypatch):
    """make_data_set(features, examples) -> Source of a data set prepared from them."""

    def make(features, examples):
        monkeypatch.setattr(Made, "FEATURES", features)
        monkeypatch.setattr(Made, "EXAMPLES", examples)
        Made(data_dir=tmp_path).download_and_prepare()
        return Source(dataset="made", data_dir=str(tmp_path))

    return make


def read_all(source, video=VIDEO, **settings):
    collection = open_collection(source, video, **settings)
    return list(collection.read(np.arange(len(collection))))


def by_content(clips):
    return sorted(clips, key=lambda clip: clip.frames.tobytes())


def test_moving_mnist_as_tfds_ships_it_is_read(moving_mnist):
    data_dir, sequences = moving_mnist
    source = Source(dataset="moving_mnist:test", data_dir=str(data_dir))
    video = VideoConfig(num_frames=20, channels=1)
    clips = read_all(source, video)
    assert [clip.name for clip in clips] == [f"moving_mnist:test:{row}" for row in range(3)]
    assert {clip.frame_rate for clip in clips} == {25.0}
    found = np.stack([clip.frames for clip in by_content(clips)])
    expected = np.stack(sorted(sequences, key=lambda frames: frames.tobytes()))
    np.testing.assert_array_equal(found, expected)
    # Asked for in colour, grey is repeated; each clip has an id of its own.
    colour = read_all(source, dataclasses.replace(video, channels=3))
    np.testing.assert_array_equal(colour[0].frames, np.repeat(clips[0].frames, 3, axis=-1))
    assert len({clip.clip_id for clip in clips}) == 3


FORMS = {
    "video": (tfds.features.Video(shape=(None, 8, 8, 3)), lambda frames: frames),
    "tensor": (tfds.features.Tensor(shape=(None, 8, 8, 3), dtype=np.uint8), lambda frames: frames),
    "compressed tensor": (
        tfds.features.Tensor(shape=(7, 8, 8, 3), dtype=np.uint8, encoding="zlib"),
        lambda frames: frames,
    ),
    "sequence of images": (
        tfds.features.Sequence(tfds.features.Image(shape=(8, 8, 3))),
        lambda frames: frames,
    ),
    "numbers from 0 to 1": (
        tfds.features.Tensor(shape=(None, 8, 8, 3), dtype=np.float32),
        lambda frames: (frames / 255).astype(np.float32),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_video_is_read(make_data_set, form):
    feature, convert = FORMS[form]
    videos = [random_frames(seed=seed) for seed in range(3)]
    number = tfds.features.Scalar(np.int64)
    examples = [{"number": i, "clip": convert(frames)} for i, frames in enumerate(videos)]
    clips = read_all(make_data_set({"number": number, "clip": feature}, examples))
    expected = sorted((frames[:5] for frames in videos), key=lambda frames: frames.tobytes())
    np.testing.assert_array_equal([clip.frames for clip in by_content(clips)], expected)


def test_ids_rates_labels_and_masks_are_the_data_sets(make_data_set):
    features = {
        "clip_id": tfds.features.Text(),
        "mask": tfds.features.Video(shape=(None, 8, 8, 1)),
        "frames": tfds.features.Video(shape=(None, 8, 8, 3)),
        "frame_rate": np.float32,
        "animal": tfds.features.ClassLabel(names=["cat", "dog"]),
    }
    hidden = np.zeros((7, 8, 8, 1), np.uint8)
    hidden[:, 2:4, 1:6] = 255
    example = {"frames": random_frames(), "frame_rate": 12.5, "animal": "dog", "mask": hidden}
    source = make_data_set(features, [{"clip_id": "abc", **example}])
    (clip,) = read_all(source, own_masks=True)
    assert clip.clip_id == "abc"
    assert clip.name == "made:train:0 dog"
    assert clip.frame_rate == 12.5
    np.testing.assert_array_equal(~clip.visible, hidden[:5] > 0)
    assert read_all(source)[0].visible is None


def test_a_mask_of_another_form_is_left_alone(make_data_set):
    video = tfds.features.Video(shape=(None, 8, 8, 3))
    features = {"frames": video, "mask": tfds.features.Image(shape=(8, 8, 1))}
    example = {"frames": random_frames(), "mask": random_frames()[0, ..., :1]}
    assert read_all(make_data_set(features, [example]), own_masks=True)[0].visible is None


def test_only_the_rows_asked_for_are_read(make_data_set):
    feature = tfds.features.Video(shape=(None, 8, 8, 3))
    source = make_data_set(
        {"frames": feature}, [{"frames": random_frames(seed=i)} for i in range(9)]
    )
    collection = open_collection(source, VIDEO)
    everything = list(collection.read(np.arange(9)))
    some = list(collection.read(np.array([1, 4, 8])))
    assert [clip.name for clip in some] == [everything[row].name for row in (1, 4, 8)]
    assert [clip.clip_id for clip in some] == [everything[row].clip_id for row in (1, 4, 8)]


def test_data_sets_without_video_are_refused(make_data_set):
    image = tfds.features.Image(shape=(8, 8, 3))
    source = make_data_set({"image": image}, [{"image": random_frames()[0]}])
    with pytest.raises(UserError, match=r"made has no video.*\(image\)"):
        open_collection(source, VIDEO)


@pytest.mark.parametrize("names", [("background", "frames"), ("frames", "silhouette"), ("a", "b")])
def test_of_several_videos_the_frames_are_learned(make_data_set, names):
    features = {name: tfds.features.Video(shape=(None, 8, 8, 3)) for name in names}
    videos = {name: random_frames(seed=seed) for seed, name in enumerate(names)}
    (clip,) = read_all(make_data_set(features, [videos]))
    expected = videos["frames" if "frames" in names else "a"]
    np.testing.assert_array_equal(clip.frames, expected[:5])


def test_numbers_out_of_range_are_refused(make_data_set):
    feature = tfds.features.Tensor(shape=(None, 8, 8, 3), dtype=np.float32)
    frames = random_frames().astype(np.float32)
    source = make_data_set({"frames": feature}, [{"frames": frames}])
    with pytest.raises(UserError, match="from 0 to 255"):
        read_all(source)


def test_the_signature_follows_what_decides_the_clips(tmp_path):
    for name in "ab":
        np.save(tmp_path / f"{name}.npy", random_frames())
    source = Source(clips=(str(tmp_path),))

    def sign(video=VIDEO, rows=(0, 1), masks=False):
        return signature(open_collection(source, video, own_masks=masks), video, rows)

    first = sign()
    assert sign() == first
    assert len({first, sign(rows=(0,)), sign(dataclasses.replace(VIDEO, height=16))}) == 3
    os.utime(tmp_path / "a.npy", (1, 1))
    touched = sign()
    assert touched != first
    np.save(tmp_path / "b_mask.npy", random_frames())
    assert sign() == touched
    with_mask = sign(masks=True)
    os.utime(tmp_path / "b_mask.npy", (2, 2))
    assert sign(masks=True) != with_mask


def test_sources_that_name_nothing_or_too_much_are_refused():
    with pytest.raises(UserError, match="no clips are given"):
        open_collection(Source(), VIDEO)
    with pytest.raises(UserError, match="both --clip and --dataset"):
        open_collection(Source(clips=("a",), dataset="b"), VIDEO)
