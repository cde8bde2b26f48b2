"""Clips that were cut short are told from whole ones, whatever their container."""

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.integrity import require_whole


def noisy_frames(num_frames=24, size=48):
    """Frames that compress badly, so that a cut loses some: [T, H, W, 3] uint8."""
    return np.random.default_rng(0).integers(0, 256, (num_frames, size, size, 3), np.uint8)


def save(path):
    frames = noisy_frames()
    if path.suffix == ".gif":
        pictures = [Image.fromarray(frame) for frame in frames]
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=40)
        return path
    codec = {".webm": "libvpx", ".mkv": "libx264"}.get(path.suffix)
    flags = ["-movflags", "+faststart"] if path.suffix in (".mp4", ".mov") else []
    iio.imwrite(path, frames, plugin="FFMPEG", fps=25, codec=codec, output_params=flags)
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".avi", ".mkv", ".webm", ".gif"])
def test_a_cut_clip_is_told_from_a_whole_one(tmp_path, suffix):
    path = save(tmp_path / f"clip{suffix}")
    require_whole(path)
    data = path.read_bytes()
    for share in (0.5, 0.9):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(UserError, match=rf"clip\{suffix} is cut short"):
            require_whole(path)


def test_damage_inside_a_video_is_found(tmp_path):
    path = save(tmp_path / "clip.mp4")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"clip.mp4 is cut short or damaged \(ffmpeg: "):
        require_whole(path)


def test_folders_and_arrays_are_checked_when_they_are_read(tmp_path):
    require_whole(tmp_path)
    np.save(tmp_path / "clip.npy", noisy_frames())
    require_whole(tmp_path / "clip.npy")
