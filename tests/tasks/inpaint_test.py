"""A recovered clip at its source's size: its frames, its rate, its sound, or one line."""

import errno
import os

import av
import numpy as np
import pytest
from PIL import Image

from tests.video_files import encode, moving_bar, run_ffmpeg
from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.filling.motion import fill_along_motion
from tf_dyngen.inference.sampling import FrameMoments
from tf_dyngen.tasks.inpaint import write_at_source_size
from tf_dyngen.tasks.recover import Recovery
from tf_dyngen.video.clips import read_clip

H264 = ("-c:v", "libx264", "-crf", "4", "-pix_fmt", "yuv420p")


def recovery_of(path, video):
    """A recovery of 6 frames whose hidden corner came out red."""
    which = {"num_frames": 6, "start": video.start, "every": video.every}
    clip = read_clip(path, size=(video.height, video.width), **which)
    visible = np.ones((6, video.height, video.width, 1), bool)
    visible[:, :4, :4] = False
    frames = np.where(visible, clip.frames, np.uint8([255, 0, 0]))
    filled = fill_along_motion(clip.frames, visible[..., 0])
    std = np.zeros(frames.shape)
    moments = FrameMoments(std, std, acceptance=0.6, truncated_share=0.0, step_size=0.3)
    return Recovery(clip, visible, frames, std, frames, filled, moments)


def frames_of(path):
    with av.open(str(path)) as film:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)])


def test_frames_rate_and_sound_are_those_that_were_read(tmp_path, capsys):
    plain = encode(tmp_path / "plain.mp4", moving_bar(20), *H264, rate="24000/1001")
    tone = ["-f", "lavfi", "-i", "sine=440", "-shortest", "-c:v", "copy", "-c:a", "aac"]
    run_ffmpeg("-i", plain, *tone, tmp_path / "clip.mp4")
    video = VideoConfig(height=16, width=24, start="5")
    recovery = recovery_of(tmp_path / "clip.mp4", video)
    write_at_source_size(tmp_path, recovery, tmp_path / "clip.mp4", video)
    source, found = frames_of(plain)[5:11].astype(int), frames_of(tmp_path / "inpainted.mp4")
    assert np.abs(found[:, 20:, 24:] - source[:, 20:, 24:]).mean() < 3
    assert found[2, 2, 2].tolist() == pytest.approx([255, 0, 0], abs=12)
    with av.open(str(tmp_path / "inpainted.mp4")) as film:
        assert (
            film.streams.video[0].average_rate == av.open(str(plain)).streams.video[0].average_rate
        )
        seconds = float(film.streams.audio[0].duration * film.streams.audio[0].time_base)
    assert abs(seconds - 6 * 1001 / 24000) < 0.05
    assert "the sound of clip.mp4 goes with inpainted.mp4" in capsys.readouterr().err
    every = VideoConfig(height=16, width=24, every=2)
    recovery = recovery_of(tmp_path / "clip.mp4", every)
    write_at_source_size(tmp_path, recovery, tmp_path / "clip.mp4", every)
    assert "the sound of clip.mp4 is left out" in capsys.readouterr().err
    with av.open(str(tmp_path / "inpainted.mp4")) as film:
        assert not film.streams.audio


def test_pictures_come_back_as_pictures(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    frames = moving_bar(6)
    for number, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / f"{number}.png")
    video = VideoConfig(height=16, width=24)
    write_at_source_size(tmp_path, recovery_of(folder, video), folder, video)
    written = sorted((tmp_path / "inpainted").iterdir())
    assert len(written) == 6
    found = np.stack([np.asarray(Image.open(path)) for path in written])
    np.testing.assert_array_equal(found[:, 20:, 24:], frames[:, 20:, 24:])
    assert (tmp_path / "inpainted.mp4").exists()


def test_a_full_disk_is_one_line_with_the_room_that_is_wanted(tmp_path, monkeypatch):
    path = encode(tmp_path / "clip.mp4", moving_bar(6), *H264)
    video = VideoConfig(height=16, width=24)
    recovery = recovery_of(path, video)

    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    output = tmp_path / "out"
    output.mkdir()
    expected = rf"cannot write .*out: No space left on device; {6 * 32 * 48 * 3:,} bytes are needed"
    with pytest.raises(UserError, match=expected):
        write_at_source_size(output, recovery, path, video)
    assert list(output.iterdir()) == []
