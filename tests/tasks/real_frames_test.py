"""Held-out frames: simulated on, read of the clip, given, or none."""

from pathlib import Path

import numpy as np
import pytest

from tf_dyngen import config as configs
from tf_dyngen.config import Config
from tf_dyngen.errors import UserError
from tf_dyngen.simulation.textures import catalogue as textures
from tf_dyngen.tasks import real_frames
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.training.clip_loading import cache_folder
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.clips import Clip, read_clip
from tf_dyngen.video.sources import Source

SMALL = {"video.num_frames": 12, "video.height": 32, "video.width": 32}
PATTERN = np.random.default_rng(0).integers(0, 256, (100, 32, 32, 3), np.uint8)


@pytest.fixture
def open_frames(tmp_path):
    """open_frames(CLIP, SOURCE, kept=True, reference=None) -> RealFrames of a run of one clip."""

    def open_run(clip, source, *, kept=True, reference=None):
        config = configs.override(Config(), SMALL)
        if kept:
            with ClipCache(cache_folder(tmp_path)) as cache:
                cache.get("0" * 16, [clip], clip.frames.shape[1:])
        record = RunRecord(config, source, (clip.record,))
        catalogue = ClipCatalogue(tmp_path, record)
        return real_frames.find_real_frames(
            catalogue,
            record,
            catalogue.trained[0],
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


def learned(path):
    return read_clip(path, num_frames=12, size=(32, 32))


def test_later_frames_of_a_file(open_frames, film):
    path = film(40)
    for kept in (True, False):
        found = open_frames(learned(path), Source((str(path),)), kept=kept)
        np.testing.assert_array_equal(found.training, PATTERN[:12])
        np.testing.assert_array_equal(found.held_out, PATTERN[12:40])
        assert "28 frames of film.npy" in found.origin


@pytest.mark.parametrize(("number", "words"), [(12, "of film.npy"), (20, "only 8 more frames")])
def test_a_file_with_no_more_frames(open_frames, film, number, words):
    path = film(number)
    found = open_frames(learned(path), Source((str(path),)))
    assert found.held_out is None
    assert words in found.origin


def test_a_clip_that_is_gone(open_frames, film):
    path = film(40)
    clip = learned(path)
    path.unlink()
    found = open_frames(clip, Source((str(path),)))
    np.testing.assert_array_equal(found.training, PATTERN[:12])
    assert found.held_out is None
    assert "the clip is gone" in found.origin


def test_a_clip_that_is_gone_and_not_kept(open_frames, film):
    path = film(40)
    clip = learned(path)
    path.unlink()
    with pytest.raises(UserError, match="cannot be found"):
        open_frames(clip, Source((str(path),)), kept=False)


def test_a_reference(open_frames, film, tmp_path):
    path = film(40)
    np.save(tmp_path / "more.npy", PATTERN[50:80])
    for reference, expected in ((tmp_path / "more.npy", PATTERN[50:80]), (path, PATTERN[12:40])):
        found = open_frames(learned(path), Source((str(path),)), reference=reference)
        np.testing.assert_array_equal(found.held_out, expected)
        assert f"given as {Path(reference).name}" in found.origin


def test_a_procedural_texture_is_simulated_on(open_frames, monkeypatch):
    monkeypatch.setattr(real_frames, "MOST_HELD_OUT", 20)
    frames = textures.simulate("flag", 2, 64, 32)
    small = real_frames.clip_from_frames(
        frames, name="flag", frame_rate=25.0, num_frames=None, size=(32, 32)
    ).frames
    clip = Clip(textures.clip_id("flag", 64, 2), "flag", small[:12], 25.0)
    # The data set is not needed.
    found = open_frames(clip, Source(dataset="procedural_textures/flag_64:train"))
    np.testing.assert_array_equal(found.held_out, small[12:])
    assert "simulated" in found.origin
