"""Held-out frames: simulated on, read of the clip, given, or none; never another clip's."""

import numpy as np
import pytest

from tf_dyngen import config as configs
from tf_dyngen.config import Config
from tf_dyngen.errors import UserError
from tf_dyngen.filling.motion import predict_hidden
from tf_dyngen.simulation.textures import catalogue as textures
from tf_dyngen.tasks import real_frames
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.training.clip_loading import cache_folder
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.clips import Clip, clip_from_frames, read_clip
from tf_dyngen.video.masked_clips import MaskSource
from tf_dyngen.video.sources import Source, open_collection

SMALL = {"video.num_frames": 12, "video.height": 32, "video.width": 32}
PATTERN = np.random.default_rng(0).integers(0, 256, (100, 32, 32, 3), np.uint8)
OTHERS = np.random.default_rng(1).integers(0, 256, (3, 100, 32, 32, 3), np.uint8)


@pytest.fixture
def open_frames(tmp_path):
    """open_frames(CLIP, SOURCE, kept=True, reference=None) -> RealFrames of a run's last clip."""

    def open_run(clips, source, *, kept=True, reference=None):
        clips = clips if isinstance(clips, list) else [clips]
        config = configs.override(Config(), SMALL)
        if kept:
            with ClipCache(cache_folder(tmp_path)) as cache:
                cache.get("0" * 16, clips, clips[0].frames.shape[1:])
        record = RunRecord(config, source, tuple(clip.record for clip in clips))
        catalogue = ClipCatalogue(tmp_path, record)
        return real_frames.find_real_frames(
            catalogue,
            record,
            catalogue.trained[-1],
            reference=reference,
            register=lambda name: None,
        )

    return open_run


@pytest.fixture
def film(tmp_path):
    """film(NUMBER) -> path of a film of so many frames."""

    def save(number):
        np.save(tmp_path / "film.npy", PATTERN[:number])
        return tmp_path / "film.npy"

    return save


@pytest.fixture
def folder(tmp_path):
    """A folder of two films, of which the second, b.npy, is PATTERN."""
    films = tmp_path / "films"
    films.mkdir()
    np.save(films / "a.npy", OTHERS[0])
    np.save(films / "b.npy", PATTERN)
    return films


def learned(path):
    return read_clip(path, num_frames=12, size=(32, 32))


def masked(source, seed=0):
    """The clips of a source as a run with hidden pixels learns them."""
    config = configs.override(Config(), SMALL)
    collection = open_collection(source, config.video, seed=seed)
    return [predict_hidden(clip) for clip in collection.read(np.arange(len(collection)))]


def test_later_frames_of_a_file(open_frames, film):
    path = film(40)
    for kept in (True, False):
        found = open_frames(learned(path), Source((str(path),)), kept=kept)
        np.testing.assert_array_equal(found.training, PATTERN[:12])
        np.testing.assert_array_equal(found.held_out, PATTERN[12:40])
        assert found.origin == "28 frames of film.npy, after those learned"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (12, "none (all 12 frames of film.npy are learned)"),
        (20, "none (film.npy has only 8 frames after the 12 learned, 12 or more are wanted)"),
    ],
)
def test_a_file_with_no_more_frames(open_frames, film, number, words):
    path = film(number)
    found = open_frames(learned(path), Source((str(path),)))
    assert found.held_out is None
    assert found.origin == words


def test_large_frames_are_read_up_to_so_many_bytes(monkeypatch):
    assert real_frames.most_held_out(32, 32, 3) == 600
    monkeypatch.setattr(real_frames, "MOST_BYTES", 200 * 32 * 32 * 3)
    assert real_frames.most_held_out(32, 32, 3) == 200


def test_a_clip_that_is_gone(open_frames, film):
    path = film(40)
    clip = learned(path)
    path.unlink()
    found = open_frames(clip, Source((str(path),)))
    np.testing.assert_array_equal(found.training, PATTERN[:12])
    assert found.held_out is None
    assert found.origin.startswith(f"none (the clip is gone: {path} does not exist")


def test_a_clip_that_is_gone_and_not_kept(open_frames, film, tmp_path):
    path = film(40)
    clip = learned(path)
    moved = path.rename(tmp_path / "moved.npy")
    with pytest.raises(UserError, match="cannot be found"):
        open_frames(clip, Source((str(path),)), kept=False)
    np.save(tmp_path / "other.npy", OTHERS[0])
    with pytest.raises(UserError, match="cannot be found"):
        open_frames(clip, Source((str(path),)), kept=False, reference=tmp_path / "other.npy")
    found = open_frames(clip, Source((str(path),)), kept=False, reference=moved)
    np.testing.assert_array_equal(found.training, PATTERN[:12])
    np.testing.assert_array_equal(found.held_out, PATTERN[12:40])


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "not kept"])
@pytest.mark.parametrize("change", ["added in front", "renamed", "the first one gone"])
def test_a_folder_that_changed(open_frames, folder, kept, change):
    clips = [learned(folder / "a.npy"), learned(folder / "b.npy")]
    if change == "added in front":
        np.save(folder / "0.npy", OTHERS[1])
        (folder / "00.npy").write_bytes(b"")
    elif change == "renamed":
        (folder / "b.npy").rename(folder / "0.npy")
    else:
        (folder / "a.npy").unlink()
    found = open_frames(clips, Source((str(folder),)), kept=kept)
    np.testing.assert_array_equal(found.training, PATTERN[:12])
    np.testing.assert_array_equal(found.held_out, PATTERN[12:])


def test_one_of_two_files_is_gone(open_frames, folder):
    clips = [learned(folder / "a.npy"), learned(folder / "b.npy")]
    source = Source((str(folder / "a.npy"), str(folder / "b.npy")))
    (folder / "a.npy").unlink()
    np.testing.assert_array_equal(open_frames(clips, source).held_out, PATTERN[12:])


def test_another_clip_in_its_place(open_frames, folder):
    clips = [learned(folder / "a.npy"), learned(folder / "b.npy")]
    np.save(folder / "b.npy", OTHERS[2])
    found = open_frames(clips, Source((str(folder),)))
    np.testing.assert_array_equal(found.training, PATTERN[:12])
    assert found.held_out is None
    assert found.origin.startswith(f"none (b is gone: no clip in {folder} has the frames")
    with pytest.raises(UserError, match="b is gone"):
        open_frames([clips[0], clips[1]._replace(clip_id="f" * 16)], Source((str(folder),)))


@pytest.mark.parametrize("hide", ["square:12", "frames:0.5", "blocks:8:0.5"])
def test_a_clip_with_hidden_pixels(open_frames, folder, tmp_path, hide):
    source = Source((str(folder),), mask=MaskSource(hide=hide))
    clips = masked(source)
    assert not np.array_equal(clips[1].frames, PATTERN[:12])
    np.save(folder / "0.npy", OTHERS[1])
    found = open_frames(clips, source)
    np.testing.assert_array_equal(found.training, clips[1].frames)
    np.testing.assert_array_equal(found.held_out, PATTERN[12:])
    # Learned frames in a reference are known by what was visible of them.
    for reference, number in ((PATTERN, 88), (PATTERN[1:70], 58)):
        np.save(tmp_path / "reference.npy", reference)
        found = open_frames(clips, source, reference=tmp_path / "reference.npy")
        np.testing.assert_array_equal(found.held_out, PATTERN[12 : 12 + number])


def test_a_clip_with_hidden_pixels_that_is_not_kept(open_frames, folder):
    source = Source((str(folder),), mask=MaskSource(hide="square:12"))
    clips = masked(source)
    np.save(folder / "0.npy", OTHERS[1])
    found = open_frames(clips, source, kept=False)
    np.testing.assert_array_equal(found.training, PATTERN[:12])
    np.testing.assert_array_equal(found.held_out, PATTERN[12:])


@pytest.mark.parametrize(
    ("reference", "held_out", "words"),
    [
        (PATTERN[50:80], PATTERN[50:80], "30 frames of more.npy"),
        (PATTERN[:40], PATTERN[12:40], "28 frames of more.npy, 12 learned ones left out"),
        (PATTERN[5:40], PATTERN[12:40], "28 frames of more.npy, 7 learned ones left out"),
        (
            np.concatenate([OTHERS[0, :5], PATTERN[:40]]),
            PATTERN[12:40],
            "28 frames of more.npy, 12 learned ones left out",
        ),
        (
            np.concatenate([OTHERS[0, :30], PATTERN[:20]]),
            OTHERS[0, :30],
            "30 frames of more.npy, 12 learned ones left out",
        ),
    ],
    ids=["others", "the clip", "without its start", "frames before it", "more before it"],
)
def test_a_reference(open_frames, film, tmp_path, reference, held_out, words):
    path = film(40)
    np.save(tmp_path / "more.npy", reference)
    found = open_frames(learned(path), Source((str(path),)), reference=tmp_path / "more.npy")
    np.testing.assert_array_equal(found.training, PATTERN[:12])
    np.testing.assert_array_equal(found.held_out, held_out)
    assert found.origin == words


def test_a_reference_with_too_little_that_is_new(open_frames, film, tmp_path):
    path = film(40)
    np.save(tmp_path / "more.npy", PATTERN[:20])
    with pytest.raises(UserError, match="holds 20 frames, of which 8 in a row were not learned"):
        open_frames(learned(path), Source((str(path),)), reference=tmp_path / "more.npy")


def test_a_procedural_texture_is_simulated_on(open_frames, monkeypatch):
    monkeypatch.setattr(real_frames, "MOST_HELD_OUT", 120)
    frames = textures.simulate("flag", 2, 64, 132)
    small = clip_from_frames(
        frames, name="flag", frame_rate=25.0, num_frames=None, size=(32, 32)
    ).frames
    clip = Clip(textures.clip_id("flag", 64, 2), "flag", small[:12], 25.0)
    # The data set is not needed.
    found = open_frames(clip, Source(dataset="procedural_textures/flag_64:train"))
    np.testing.assert_array_equal(found.held_out, small[12:])
    assert "simulated" in found.origin


def test_what_only_has_the_id_of_a_texture_is_not_simulated(open_frames, film):
    path = film(40)
    clip = learned(path)._replace(clip_id=textures.clip_id("flag", 64, 2))
    np.testing.assert_array_equal(open_frames(clip, Source((str(path),))).held_out, PATTERN[12:40])
