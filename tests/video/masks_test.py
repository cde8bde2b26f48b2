"""Masks of every form hide the pixels they should; those that do not fit are refused."""

from fractions import Fraction

import imageio.v3 as iio
import numpy as np
import pytest
import scipy.io
from PIL import Image

from tf_dyngen.config import CROP
from tf_dyngen.errors import UserError
from tf_dyngen.video.masks import dilate, iterate_visible, read_visible, require_partial
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
    elif form == ".mat":
        scipy.io.savemat(path, {"masks": np.moveaxis(hidden, 0, 2)})
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


@pytest.mark.parametrize("form", [".npy", ".mat", ".png", ".mp4", ""])
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


def test_a_mask_of_another_size_is_refused_with_the_sizes(tmp_path, clip):
    np.save(tmp_path / "small.npy", np.eye(8))
    expected = r"small.npy is 8x8, its clip .*clip.npy is 16x24 and read at 10x12 .* size 8x8"
    with pytest.raises(UserError, match=expected):
        read_visible(tmp_path / "small.npy", clip, num_frames=NUM_FRAMES, size=(10, 12))
    with pytest.raises(UserError, match=r"is 8x8, its size is stated as 8x9"):
        read_visible(
            tmp_path / "small.npy", clip, num_frames=NUM_FRAMES, size=(10, 12), mask_size=(8, 9)
        )


@pytest.mark.parametrize("fit", ["stretch", CROP])
def test_a_mask_of_the_size_that_is_learned_is_taken_as_it_is(tmp_path, clip, fit):
    hidden = np.random.default_rng(0).random((NUM_FRAMES, 7, 7)) < 0.3
    scipy.io.savemat(tmp_path / "m.mat", {"masks": np.moveaxis(hidden, 0, 2)})
    visible = read_visible(tmp_path / "m.mat", clip, num_frames=NUM_FRAMES, size=(7, 7), fit=fit)
    np.testing.assert_array_equal(~visible[..., 0], hidden)


@pytest.mark.parametrize("fit", ["stretch", CROP])
@pytest.mark.parametrize("size", [(8, 8), (16, 24), (5, 7), (30, 50)])
def test_a_mask_of_a_stated_size_covers_the_whole_picture(tmp_path, clip, size, fit):
    hidden = np.random.default_rng(0).random((NUM_FRAMES, 4, 8)) < 0.1
    np.save(tmp_path / "small.npy", hidden)
    # The clip is 4 times as high and 3 times as wide.
    np.save(tmp_path / "large.npy", np.kron(hidden, np.ones((1, 4, 3), bool)))
    how = {"num_frames": NUM_FRAMES, "size": size, "fit": fit}
    stated = read_visible(tmp_path / "small.npy", clip, mask_size=(4, 8), **how)
    np.testing.assert_array_equal(stated, read_visible(tmp_path / "large.npy", clip, **how))


@pytest.mark.parametrize("mask_size", [(5, 7), (16, 11), (37, 50), (1, 100)])
def test_a_stretched_mask_hides_all_that_it_touches(tmp_path, clip, mask_size):
    hidden = np.random.default_rng(1).random(mask_size) < 0.1
    hidden[0, 0] = True
    np.save(tmp_path / "m.npy", hidden)
    visible = read_visible(tmp_path / "m.npy", clip, num_frames=2, size=SIZE, mask_size=mask_size)

    def touching(pixel, length, mask_length):
        """The mask's rows, or columns, that overlap with a pixel's."""
        scale = Fraction(mask_length, length)
        inside = [
            m for m in range(mask_length) if m + 1 > pixel * scale and m < (pixel + 1) * scale
        ]
        return slice(inside[0], inside[-1] + 1)

    for row in range(SIZE[0]):
        rows = touching(row, SIZE[0], mask_size[0])
        for column in range(SIZE[1]):
            columns = touching(column, SIZE[1], mask_size[1])
            assert visible[1, row, column, 0] == (not hidden[rows, columns].any())


def test_a_mask_that_is_longer_is_cut_and_one_that_is_shorter_refused(tmp_path, clip):
    np.save(tmp_path / "long.npy", np.concatenate([moving_square()] * 2))
    visible = read_visible(tmp_path / "long.npy", clip, num_frames=NUM_FRAMES, size=SIZE)
    np.testing.assert_array_equal(~visible[..., 0], moving_square())
    np.save(tmp_path / "short.npy", moving_square()[:3])
    with pytest.raises(UserError, match=r"short.npy holds 3 frames, 5 of its clip .*clip.npy are"):
        read_visible(tmp_path / "short.npy", clip, num_frames=NUM_FRAMES, size=SIZE)
    frames = iterate_visible(tmp_path / "short.npy", clip, size=SIZE)
    with pytest.raises(UserError, match=r"short.npy holds 3 frames, 5 of its .*--num_frames=3"):
        list(frames)


def test_a_mask_that_hides_nothing_or_everything_is_refused_where_some_is_wanted():
    visible = np.ones((NUM_FRAMES, *SIZE, 1), bool)
    with pytest.raises(UserError, match=r"it hides nothing in the 5 frames read"):
        require_partial(visible, "it")
    with pytest.raises(UserError, match=r"it hides every pixel of the 5 frames read"):
        require_partial(~visible, "it")
    visible[4, 3, 3] = False
    require_partial(visible, "it")


@pytest.mark.parametrize("radius", [0, 1, 3, 100])
def test_dilation_adds_a_disc_around_each_hidden_pixel_of_its_frame(radius):
    visible = np.random.default_rng(2).random((4, 12, 15, 1)) > 0.01
    visible[0] = True
    row, column = np.mgrid[:12, :15]
    expected = visible.copy()
    for time, y, x, _ in np.argwhere(~visible):
        expected[time, (row - y) ** 2 + (column - x) ** 2 <= radius**2] = False
    np.testing.assert_array_equal(dilate(visible, radius), expected)


def test_dilation_is_in_pixels_of_the_size_that_is_learned(tmp_path, clip):
    hidden = np.zeros(SIZE)
    hidden[8, 12] = 1
    np.save(tmp_path / "dot.npy", hidden)
    how = {"num_frames": 2, "size": (32, 48)}
    exact = read_visible(tmp_path / "dot.npy", clip, **how)
    wider = read_visible(tmp_path / "dot.npy", clip, dilate=3, **how)
    np.testing.assert_array_equal(wider, dilate(exact, 3))
    assert (~exact).any(axis=(0, 2)).sum() + 6 == (~wider).any(axis=(0, 2)).sum()
    with pytest.raises(UserError, match="grow by -1 pixels"):
        read_visible(tmp_path / "dot.npy", clip, dilate=-1, **how)


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
