"""Files that hold several pictures play as a viewer plays them; folders tell what they lack."""

import numpy as np
import pytest
from PIL import Image

from tests.video_files import moving_bar, places_of_bar
from tf_dyngen.errors import UserError
from tf_dyngen.video.clip_paths import find_clips
from tf_dyngen.video.clips import read_clip


def animate(path, frames, **options):
    first, *others = map(Image.fromarray, frames)
    first.save(path, save_all=True, append_images=others, **options)
    return path


def save_pictures(folder, frames, numbers):
    folder.mkdir()
    for number in numbers:
        Image.fromarray(frames[number]).save(folder / f"frame_{number:04d}.png")
    return folder


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("clip.webp", {"duration": 40, "lossless": True}),
        ("clip.png", {"duration": 40}),
        ("clip.apng", {"duration": 40, "format": "PNG"}),
        ("clip.gif", {"duration": 40}),
        ("clip.avif", {"duration": 40, "quality": 100}),
        ("clip.tiff", {"compression": "tiff_deflate"}),
    ],
)
def test_several_pictures_in_a_file_are_a_clip(tmp_path, name, options):
    path = animate(tmp_path / name, moving_bar(8), **options)
    clip = read_clip(path, num_frames=None, size=(32, 48))
    assert places_of_bar(clip.frames) == list(range(0, 16, 2))
    assert clip.frame_rate == 25.0
    assert ("states no rate" in " ".join(clip.notes)) == (name == "clip.tiff")


def test_held_pictures_of_a_gif_stay_as_long(tmp_path):
    durations = [40] * 4 + [400] + [40] * 4
    path = animate(tmp_path / "held.gif", moving_bar(9), duration=durations)
    clip = read_clip(path, num_frames=None, size=(32, 48))
    assert places_of_bar(clip.frames) == [0, 2, 4, 6, *[8] * 10, 10, 12, 14, 16]
    assert clip.frame_rate == 25.0
    assert "held.gif shows its frames unevenly, for 40 to 400 ms" in clip.notes[0]


def test_a_cut_gif_is_named(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (9, 32, 48, 3), np.uint8)
    path = animate(tmp_path / "cut.gif", noise, duration=40)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    clip = read_clip(path, num_frames=None, size=None)
    assert clip.damage == "cut short: it has no end"


def test_a_picture_for_viewers_that_cannot_play_is_left_out(tmp_path):
    frames = moving_bar(5)
    animate(tmp_path / "clip.png", frames, duration=40, default_image=True)
    clip = read_clip(tmp_path / "clip.png", num_frames=None, size=(32, 48))
    assert places_of_bar(clip.frames) == [2, 4, 6, 8]


def test_folders_of_animations_are_collections(tmp_path):
    for name in "ab":
        animate(tmp_path / f"{name}.webp", moving_bar(3), duration=40, lossless=True)
    Image.fromarray(moving_bar(1)[0]).save(tmp_path / "cover.png")
    found = find_clips(tmp_path)
    assert [path.name for path in found.clips] == ["a.webp", "b.webp"]
    assert "passes over cover.png: one picture" in found.notes[0]


@pytest.mark.parametrize("name", ["photo.heic", "0.HEIF", "photo.jpg"])
def test_heic_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    for path in (tmp_path / name, tmp_path):
        with pytest.raises(UserError, match=r"is HEIC, .*export it as JPEG"):
            read_clip(path, num_frames=None, size=None)


def test_numbers_that_a_folder_lacks_are_named(tmp_path):
    folder = save_pictures(tmp_path / "frames", moving_bar(12), [0, 1, 2, 3, 5, 6, 9, 10, 11])
    notes = read_clip(folder, num_frames=None, size=None).notes
    assert "frames has no picture 0004, 0007, 0008: those around it follow each other" in notes
    assert "frames states no rate: taken as 25 frames a second" in notes


def test_every_tenth_number_is_no_gap(tmp_path):
    folder = save_pictures(tmp_path / "frames", moving_bar(20), [0, 5, 10, 15])
    clip = read_clip(folder, num_frames=None, size=None)
    assert not any("no picture" in note for note in clip.notes)


def test_one_picture_in_an_array_is_refused(tmp_path):
    np.save(tmp_path / "picture.npy", moving_bar(1)[0])
    with pytest.raises(UserError, match=r"holds one picture \[32, 48, 3\]"):
        read_clip(tmp_path / "picture.npy", num_frames=None, size=None)


def test_pages_of_another_size_are_left_out_with_a_line(tmp_path):
    pages = [*moving_bar(3), np.zeros((8, 12, 3), np.uint8), moving_bar(4)[3]]
    path = animate(tmp_path / "scan.tiff", pages, compression="tiff_deflate")
    clip = read_clip(path, num_frames=None, size=None)
    assert places_of_bar(clip.frames) == [0, 2, 4, 6]
    assert "scan.tiff: page 4 is of another size, left out" in clip.notes
