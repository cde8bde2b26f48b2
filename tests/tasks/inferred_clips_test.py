"""Files of inferred clips: read back as written, whole or refused, never outside their folder."""

import types

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.errors import UserError
from tf_dyngen.model.latents import Latents, LatentSizes
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.tasks.inferred_clips import file_name, inferred_paths, read_inferred, save_inferred
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.clips import Clip, ClipRecord
from tf_dyngen.video.sources import Source

CONFIG = override(presets.load("smoke"), {"model.appearance_size": 3})
SIZES = LatentSizes(6, 6, 3)
LATENTS = Latents(*(tf.random.stateless_normal([1, *s], [1, 2]) for s in ([5, 6], [6], [3])))


def make_clip(name="walk", clip_id="abc"):
    frames = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), np.uint8)
    return Clip(clip_id, name, frames, 24.0)


def make_run(step):
    return types.SimpleNamespace(step=step, generator=types.SimpleNamespace(latent_sizes=SIZES))


def save(workdir, **settings):
    clip = make_clip(**settings)
    return save_inferred(workdir, clip, LATENTS, 7, clip.frames)


def test_a_clip_is_read_back_as_it_was(tmp_path):
    path = save(tmp_path)
    assert sorted(p.name for p in (tmp_path / "inferred").iterdir()) == ["walk.mp4", "walk.npz"]
    read = read_inferred(path, CONFIG.video, SIZES)
    assert read.record == ClipRecord("abc", "walk", 5, 24.0)
    assert read.step == 7
    np.testing.assert_array_equal(read.frames, make_clip().frames)
    for found, leaf in zip(read.latents, LATENTS, strict=True):
        np.testing.assert_array_equal(found, leaf)
    with np.load(path, allow_pickle=False) as arrays:
        assert {name: arrays[name].shape for name in Latents._fields} == {
            "noise": (5, 6),
            "initial_state": (6,),
            "appearance": (3,),
        }
        assert str(arrays["clip_id"]) == "abc"
        assert float(arrays["frame_rate"]) == 24.0


def test_inferring_again_overwrites(tmp_path):
    save(tmp_path)
    path = save(tmp_path, clip_id="other")
    assert inferred_paths(tmp_path) == [path]
    assert read_inferred(path, CONFIG.video, SIZES).record.clip_id == "other"


@pytest.mark.parametrize(
    "name", ["../../out", "/etc/passwd", ".hidden", "..", "", "a\nb", "a b:c/d", "x" * 300, "é"]
)
def test_whatever_a_clip_is_called_its_file_is_in_the_folder(tmp_path, name):
    (tmp_path / "run").mkdir()
    path = save(tmp_path / "run", name=name)
    assert path.resolve().parent == (tmp_path / "run" / "inferred").resolve()
    assert path.stem == file_name(name)
    assert not path.name.startswith(".")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run"]
    assert inferred_paths(tmp_path / "run") == [path]


def change(path, **changes):
    with np.load(path) as arrays:
        values = dict(arrays) | changes
    np.savez(path, **{name: value for name, value in values.items() if value is not None})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"noise": np.zeros((5, 7), np.float32)}, "another model: its noise is 5x7, 5x6"),
        ({"initial_state": np.zeros(7, np.float32)}, "initial state is 7, 6 is"),
        ({"appearance": np.zeros(0, np.float32)}, "appearance is 0, 3"),
        ({"frames": np.zeros((5, 8, 8, 3), np.uint8)}, "frames is 5x8x8x3, 5x16x16x3"),
        ({"frames": np.zeros((4, 16, 16, 3), np.uint8)}, "4x16x16x3"),
        ({"noise": np.zeros((5, 6))}, "no inferred clip"),
        ({"noise": np.full((5, 6), np.nan, np.float32)}, "no inferred clip"),
        ({"noise": np.zeros(5, np.float32)}, "no inferred clip"),
        ({"noise": np.array([{}])}, "no inferred clip.*allow_pickle"),
        ({"clip_id": None}, "no inferred clip.*clip_id"),
        ({"appearance": None}, "no inferred clip.*appearance"),
        ({"frame_rate": np.array(0.0)}, "no inferred clip.*0.0 frames a second"),
        ({"frame_rate": np.array("fast")}, "no inferred clip"),
    ],
)
def test_another_models_or_a_damaged_file_is_refused(tmp_path, changes, words):
    path = save(tmp_path)
    change(path, **changes)
    with pytest.raises(UserError, match=words) as raised:
        read_inferred(path, CONFIG.video, SIZES)
    assert "launch.infer" in raised.value.advice
    assert "\n" not in raised.value.problem


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "array", "folder", "bytes"])
def test_what_is_no_archive_is_refused(tmp_path, damage):
    path = save(tmp_path)
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage == "array":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    else:
        middle = len(whole) // 2
        wrong = whole[:middle] + bytes(40) + whole[middle + 40 :]
        damaged = {"cut": whole[:-100], "text": b"no archive", "empty": b"", "bytes": wrong}
        path.write_bytes(damaged[damage])
    with pytest.raises(UserError, match="no inferred clip"):
        read_inferred(path, CONFIG.video, SIZES)


def test_clips_are_found_by_id_name_and_file(tmp_path):
    save(tmp_path, name="my walk", clip_id="new")
    save(tmp_path, name="jump", clip_id="id1")
    (tmp_path / "inferred" / "torn.npz").write_bytes(b"PK")
    clips = tuple(ClipRecord(f"id{i}", name, 12, 25.0) for i, name in enumerate(["jump", "run"]))
    catalogue = ClipCatalogue(tmp_path, RunRecord(CONFIG, Source(), clips))
    for text in ("my walk", "my_walk", "new", "inferred/my_walk"):
        assert catalogue.find(text).unique_name == "inferred/my_walk"
    assert catalogue.find("run").record.clip_id == "id1"
    # Frames that were learned and inferred have one id: the trained clip's latents count.
    assert catalogue.find("id1").path is None
    with pytest.raises(UserError, match=r"2 clips.*'jump'.*id0, inferred/jump"):
        catalogue.find("jump")
    with pytest.raises(UserError, match=r"torn\.npz is no inferred clip"):
        catalogue.latents(catalogue.find("torn"), make_run(7))
    with pytest.raises(UserError, match=r"no clip '\.\./jump'"):
        catalogue.find("../jump")
    lines = catalogue.lines()
    assert len(lines) == 5
    assert lines[0].split() == ["id0", "jump", "12", "frames", "25", "frames/s"]
    assert lines[3].split() == ["inferred/my_walk", "my_walk", "5", "frames", "24", "frames/s"]


def test_latents_of_other_weights_are_warned_of_once(tmp_path, capsys):
    save(tmp_path)
    catalogue = ClipCatalogue(tmp_path, RunRecord(CONFIG, Source(), ()))
    for step, words in ((7, ""), (9, "inferred at step 7, the run is at 9"), (9, "")):
        run = make_run(step)
        np.testing.assert_array_equal(
            catalogue.latents(catalogue.find("walk"), run).noise, LATENTS.noise
        )
        said = capsys.readouterr().err
        assert words in said
        assert bool(words) == bool(said)
