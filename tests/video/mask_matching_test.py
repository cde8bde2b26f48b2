"""A mask's frames come to the clip's frames that they belong to, and doubts are told."""

import numpy as np
import pytest
from PIL import Image

from tests.video_files import encode, moving_bar
from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.video.file_clips import FileCollection

H264 = ("-c:v", "libx264", "-crf", "12", "-pix_fmt", "yuv420p")
SIZE = (32, 48)


def masks(num_frames, step=2):
    """[T, H, W] uint8, white where the bar of `moving_bar` is."""
    return np.where(moving_bar(num_frames, step=step)[..., 0] > 135, np.uint8(255), np.uint8(0))


@pytest.fixture
def clip(tmp_path):
    return encode(tmp_path / "clip.mp4", moving_bar(20), *H264)


def save_pictures(folder, frames, numbers):
    folder.mkdir()
    for number in numbers:
        Image.fromarray(frames[number]).save(folder / f"mask_{number:04d}.png")
    return folder


def read(clip, mask=None, **video):
    """The clip as a run reads it."""
    settings = {"num_frames": 100, "height": SIZE[0], "width": SIZE[1]} | video
    collection = FileCollection(
        [str(clip)], VideoConfig(**settings), mask=mask, own_masks=mask is None
    )
    return next(collection.read(np.array([0])))


def check(clip, expected):
    np.testing.assert_array_equal(~clip.visible[..., 0], expected > 0)


@pytest.mark.parametrize(("start", "every"), [("4", 1), ("0", 3), ("0.2s", 2)])
def test_masks_follow_start_and_every(tmp_path, clip, start, every):
    folder = save_pictures(tmp_path / "masks", masks(20), range(20))
    first = {"4": 4, "0": 0, "0.2s": 5}[start]
    check(read(clip, folder, start=start, every=every), masks(20)[first::every])


def test_a_number_that_is_left_out_hides_what_those_around_it_hide(tmp_path, clip):
    numbers = [number for number in range(20) if number != 7]
    found = read(clip, save_pictures(tmp_path / "masks", masks(20), numbers))
    expected = masks(20)
    expected[7] = np.maximum(expected[6], expected[8])
    check(found, expected)
    assert any("the mask masks has no picture 0007" in note for note in found.notes)


def test_a_mask_that_is_too_short_names_the_flag_that_helps(tmp_path, clip):
    folder = save_pictures(tmp_path / "masks", masks(19), range(19))
    with pytest.raises(UserError, match=r"19 frames, 20 of its clip .* by --num_frames=19"):
        read(clip, folder)
    check(read(clip, folder, num_frames=19), masks(19))


def test_a_mask_that_is_too_long_is_named(tmp_path, clip):
    found = read(clip, save_pictures(tmp_path / "masks", masks(21), range(21)))
    check(found, masks(20))
    line = "the mask masks holds 21 frames, its clip clip.mp4 20: its last frame is not used"
    assert line in found.notes


def test_a_mask_of_another_rate_is_matched_by_time(tmp_path, clip):
    twice = masks(40, step=1)
    pictures = np.repeat(twice[..., None], 3, axis=-1)
    mask = encode(tmp_path / "mask.mp4", pictures, "-c:v", "libx264", "-qp", "0", rate=50)
    found = read(clip, mask)
    hidden = ~found.visible[..., 0]
    # At the middle of each frame of the clip the mask is a column further at most.
    lefts = hidden[:, 16].argmax(axis=1)
    assert np.all(np.abs(lefts - 2 * np.arange(20)) <= 1)
    line = "the mask mask.mp4 holds 40 frames at 50 a second, its clip clip.mp4 20 at 25"
    assert any(note.startswith(line) for note in found.notes)


def test_a_mask_of_a_clip_that_is_shown_unevenly_follows_its_pictures(tmp_path):
    durations = [40] * 4 + [400] + [40] * 4
    first, *others = map(Image.fromarray, moving_bar(9))
    first.save(tmp_path / "c.gif", save_all=True, append_images=others, duration=durations)
    folder = save_pictures(tmp_path / "masks", masks(9), range(9))
    check(read(tmp_path / "c.gif", folder), masks(9)[[0, 1, 2, 3, *[4] * 10, 5, 6, 7, 8]])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mask.webp", {"duration": 40, "lossless": True}),
        ("mask.tiff", {"compression": "tiff_deflate"}),
        ("mask.gif", {"duration": 40}),
        ("mask.png", {"duration": 40}),
    ],
)
def test_several_masks_in_a_file_are_one_a_frame(tmp_path, clip, name, options):
    first, *others = map(Image.fromarray, masks(20))
    first.save(tmp_path / name, save_all=True, append_images=others, **options)
    check(read(clip, tmp_path / name), masks(20))


def test_a_mask_of_pixels_as_stored_fits_a_clip_whose_pixels_are_not_square(tmp_path):
    clip = encode(tmp_path / "c.mp4", moving_bar(4), *H264, "-vf", "setsar=2/1")
    np.save(tmp_path / "m.npy", masks(4))
    found = read(clip, tmp_path / "m.npy", width=96)
    assert found.visible.shape == (4, 32, 96, 1)
    np.testing.assert_array_equal(~found.visible[..., 0], masks(4).repeat(2, axis=2) > 0)


BOX = np.zeros(SIZE, np.uint8)
BOX[10:20, 10:30] = 255
PICTURE = moving_bar(1)[0]


@pytest.mark.parametrize(
    "pixels",
    [
        255 - BOX,
        np.dstack([np.full((*SIZE, 3), 255, np.uint8), 255 - BOX]),
        np.where(BOX[..., None], 0, PICTURE),
    ],
    ids=["inverted", "hole in alpha", "object erased"],
)
def test_a_mask_that_is_the_wrong_way_round_is_asked_about(tmp_path, clip, pixels):
    Image.fromarray(pixels).save(tmp_path / "m.png")
    notes = " ".join(read(clip, tmp_path / "m.png").notes)
    assert "the mask m.png hides 87% of the picture: is it the wrong way round?" in notes


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("m.png", np.dstack([np.zeros((*SIZE, 3), np.uint8), BOX]), "only transparency differs"),
        ("m.jpg", BOX // 255, "in a JPG, which is inexact.*largest value is 1"),
        ("m.jpg", np.maximum(BOX, 200), r"its lowest value is \d+, and what is over half bright"),
        ("m.png", np.maximum(BOX, 30), "its lowest value is 30, and what is not 0 is hidden"),
        ("m.npy", np.where(BOX, 0.97, 0.02), "its lowest value is 0.02, and what is not 0"),
    ],
)
def test_an_unclear_mask_is_refused_with_the_reason(tmp_path, clip, name, values, words):
    path = tmp_path / name
    np.save(path, values) if path.suffix == ".npy" else Image.fromarray(values).save(path)
    with pytest.raises(UserError, match=rf"{name} of clip hides (nothing|every pixel) .*{words}"):
        read(clip, path)


def test_a_crop_that_leaves_a_hidden_part_outside_is_refused(tmp_path, clip):
    mask = np.zeros(SIZE, np.uint8)
    mask[10:20, 2:12] = 255
    Image.fromarray(mask).save(tmp_path / "m.png")
    with pytest.raises(UserError, match=r"--fit=crop cuts off \(60% of them\).*--fit=stretch"):
        read(clip, tmp_path / "m.png", width=32, fit="crop")
    inside = np.roll(mask, 10, axis=1)
    Image.fromarray(inside).save(tmp_path / "m.png")
    assert read(clip, tmp_path / "m.png", width=32, fit="crop").visible is not None


def test_masks_of_some_clips_and_masks_that_are_not_used_are_named(tmp_path):
    for name in "ab":
        encode(tmp_path / f"{name}.mp4", moving_bar(3), *H264)
    Image.fromarray(BOX).save(tmp_path / "a_mask.png")
    video = VideoConfig()
    some = FileCollection([str(tmp_path)], video, own_masks=True)
    assert some.notes == ("no mask lies beside b.mp4: nothing of it is hidden",)
    unused = FileCollection([str(tmp_path)], video)
    line = "a_mask.png beside a.mp4 is not used: --mask=own hides what it covers"
    assert unused.notes == (line,)
    assert FileCollection([str(tmp_path)], video, hides_otherwise=True).notes == ()
