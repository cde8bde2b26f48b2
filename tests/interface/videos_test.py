"""Videos are arrays that keep their rate, play in notebooks, and come back as they were saved."""

import base64
import copy
import pickle
import re

import av
import numpy as np
import pytest

import tf_dyngen as dg
from tests.launch.conftest import moving_waves


def test_what_is_saved_is_read_back(tmp_path):
    video = dg.Video(moving_waves(9), 12.5)
    assert video.save(tmp_path / "new.npy") == tmp_path / "new.npy"
    np.testing.assert_array_equal(dg.read_clip(tmp_path / "new.npy", size=None), video)
    video.save(tmp_path / "new.mp4")
    film = dg.read_clip(tmp_path / "new.mp4", size=16, num_frames=5, start=2)
    assert film.shape == (5, 16, 16, 3)
    assert film.frame_rate == 12.5
    assert dg.read_clip(tmp_path / "new.mp4", size=(8, 10), channels=1).shape == (9, 8, 10, 1)
    dg.Video(moving_waves(9, (16, 24))).save(tmp_path / "wide.mp4")
    assert dg.read_clip(tmp_path / "wide.mp4", size=8).shape == (9, 8, 12, 3)
    assert dg.read_clip(tmp_path / "wide.mp4").shape == (9, 16, 24, 3)
    with pytest.raises(ValueError, match="no form that videos are written in"):
        video.save(tmp_path / "new.txt")
    with pytest.raises(ValueError, match="is no video"):
        (video / 2).save(tmp_path / "new.mp4")
    with pytest.raises(ValueError, match="size=0"):
        dg.read_clip(tmp_path / "new.npy", size=0)


def test_a_video_is_an_array_that_keeps_its_rate():
    video = dg.Video(moving_waves(9), 12.5)
    for other in (video[2:4], video[::-1], copy.copy(video), pickle.loads(pickle.dumps(video))):
        assert isinstance(other, dg.Video)
        assert other.frame_rate == 12.5
    assert float(video.mean()) == moving_waves(9).mean()


def test_a_notebook_plays_all_frames(tmp_path):
    html = dg.Video(moving_waves(9), 12.5)._repr_html_()
    data = re.search(r'src="data:video/mp4;base64,([^"]+)"', html)[1]
    (tmp_path / "shown.mp4").write_bytes(base64.b64decode(data))
    with av.open(str(tmp_path / "shown.mp4")) as film:
        assert film.streams.video[0].frames == 9
        assert film.streams.video[0].average_rate == 12.5
    assert "9 frames of 16x16, 12.5 a second" in html
    assert dg.Video(np.zeros((3, 3)))._repr_html_() is None
