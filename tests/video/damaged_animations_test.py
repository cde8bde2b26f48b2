"""Animated pictures that are cut short: what is lost of them is said, wherever they lie."""

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.clip_paths import find_clips
from tf_dyngen.video.clips import read_clip
from tf_dyngen.video.pictures import count_pictures

NUM_FRAMES, SIZE = 8, (24, 32)


def animation(path):
    """Writes an animated picture of noise; returns its frames."""
    frames = np.random.default_rng(0).integers(0, 256, (NUM_FRAMES, *SIZE, 3), np.uint8)
    pictures = [Image.fromarray(frame) for frame in frames]
    more = {"lossless": True} if path.suffix == ".webp" else {}
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=40, **more)
    return frames


def cut(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".tiff"])
def test_it_is_said_or_refused(tmp_path, suffix):
    path = tmp_path / f"clip{suffix}"
    whole = animation(path)
    clip = read_clip(str(path), num_frames=NUM_FRAMES, size=SIZE)
    assert (len(clip.frames), clip.damage) == (NUM_FRAMES, None)
    cut(path, 0.6)
    if suffix == ".webp":
        # Its decoder takes the whole file or nothing.
        with pytest.raises(UserError, match=r"clip\.webp"):
            read_clip(str(path), num_frames=NUM_FRAMES, size=SIZE)
        return
    clip = read_clip(str(path), num_frames=NUM_FRAMES, size=SIZE)
    assert 0 < len(clip.frames) < NUM_FRAMES
    assert clip.damage
    if suffix != ".gif":
        np.testing.assert_array_equal(clip.frames, whole[: len(clip.frames)])


def test_a_cut_tiff_among_animations_is_no_picture_of_a_clip(tmp_path):
    """Its later pages cannot be counted; it still holds several."""
    animation(tmp_path / "a.tiff")
    animation(tmp_path / "b.png")
    cut(tmp_path / "a.tiff", 0.6)
    assert count_pictures(tmp_path / "a.tiff") > 1
    assert [path.name for path in find_clips([str(tmp_path)])[0]] == ["a.tiff", "b.png"]


def test_an_animation_among_the_pictures_of_a_clip_is_refused(tmp_path):
    for number in range(3):
        Image.new("RGB", SIZE[::-1]).save(tmp_path / f"{number}.png")
    animation(tmp_path / "2.png")
    with pytest.raises(UserError, match=r"2\.png holds 8 pictures, one is wanted"):
        read_clip(str(tmp_path), num_frames=NUM_FRAMES, size=SIZE)
