"""Masks of every form hide the pixels they should; those that do not fit are refused."""

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from tf_dyngen.config import CROP
from tf_dyngen.errors import UserError
from tf_dyngen.video.masks import read_visible
from tf_dyngen.video.resizing import resize_mask, resize_picture

SIZE = (16, 24)
NUM_FRAMES = 5


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.npy"
    np.save(path, np.zeros((NUM_FRAMES, *SIZE, 3), np.uint8))
    return path


def moving_square():
    """Where a square that moves to the right hides: [T, H, W] bool."""
    hidden = np.zeros((NUM_FRAMES, *SIZE), bool)
    for time in range(NUM_FRAMES):
        hidden[time, 4:10, 2 + 3 * time : 8 + 3 * time] = True
    return hidden


def save(folder, form, hidden):
    """Saves a mask in one of the forms; returns its path."""
    path = folder / f"clip_mask{form}"
    levels = hidden.astype(np.uint8) * 255
    if form == ".npy":
        np.save(path, hidden.astype(np.uint8))
    elif form == ".png":
        Image.fromarray(levels[0]).save(path)
    elif form == ".mp4":
        frames = levels[..., None].repeat(3, -1)
        iio.imwrite(path, frames, plugin="FFMPEG", fps=25, macro_block_size=1)
    else:
        path.mkdir()
        for index, level in enumerate(levels):
            Image.fromarray(level).save(path / f"{index}.png")
    return path


@pytest.mark.parametrize("form", [".npy", ".png", ".mp4", ""])
def test_forms(tmp_path, clip, form):
    hidden = moving_square()
    mask = save(tmp_path, form, hidden)
    visible = read_visible(mask, clip, num_frames=NUM_FRAMES, size=SIZE)
    assert visible.shape == (NUM_FRAMES, *SIZE, 1)
    assert visible.dtype == bool
    expected = hidden[:1].repeat(NUM_FRAMES, axis=0) if form == ".png" else hidden
    # Compression of a video may move an edge here and there, and hides nothing elsewhere.
    allowed = 0.02 if form == ".mp4" else 0.0
    assert np.mean(~visible[..., 0] != expected) <= allowed


def test_start_skips_frames_of_the_mask_too(tmp_path, clip):
    mask = save(tmp_path, ".npy", moving_square())
    visible = read_visible(mask, clip, num_frames=2, size=SIZE, start=3)
    np.testing.assert_array_equal(~visible[..., 0], moving_square()[3:5])


def test_masks_that_do_not_fit_are_refused(tmp_path, clip):
    np.save(tmp_path / "small.npy", np.zeros((NUM_FRAMES, 8, 8), np.uint8))
    with pytest.raises(UserError, match=r"small.npy is 8x8, its clip .*clip.npy is 16x24"):
        read_visible(tmp_path / "small.npy", clip, num_frames=NUM_FRAMES, size=SIZE)
    np.save(tmp_path / "short.npy", np.zeros((3, *SIZE), np.uint8))
    with pytest.raises(UserError, match=r"short.npy holds 3 frames, more of its clip"):
        read_visible(tmp_path / "short.npy", clip, num_frames=NUM_FRAMES, size=SIZE)


@pytest.mark.parametrize("fit", ["stretch", CROP])
@pytest.mark.parametrize("size", [(8, 8), (16, 24), (5, 7), (30, 50)])
def test_no_brightness_of_a_hidden_pixel_is_left_visible(size, fit):
    random = np.random.default_rng(0)
    hidden = random.uniform(size=SIZE) < 0.03
    bright = np.where(hidden, 255, 0).astype(np.uint8)
    picture = resize_picture(Image.fromarray(bright), size, 1, fit)
    visible = ~resize_mask(hidden, size, fit)
    assert picture.shape == visible.shape == size
    assert picture[visible].max(initial=0) == 0
    assert visible.any()


def test_cropping_keeps_proportions_and_the_middle():
    # A disc in the middle of a wide picture stays a disc.
    row, column = np.mgrid[:60, :120]
    disc = (row - 29.5) ** 2 + (column - 59.5) ** 2 < 20**2
    picture = Image.fromarray((disc * 255).astype(np.uint8))
    cropped = resize_picture(picture, (30, 30), 1, CROP) > 127
    stretched = resize_picture(picture, (30, 30), 1, "stretch") > 127
    height, width = (cropped.any(axis=axis).sum() for axis in (1, 0))
    assert (height, width) == (20, 20)
    height, width = (stretched.any(axis=axis).sum() for axis in (1, 0))
    assert (height, width) == (20, 10)
