"""Masks made on the spot hide what their text says, wherever chance puts it."""

import zlib

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.video.hiding import Blocks, Frames, Square, parse_hiding

SIZE = (12, 20)


def hidden_by(text, num_frames=30, size=SIZE, seed=0):
    visible = parse_hiding(text).visible(num_frames, size, seed)
    assert visible.dtype == bool
    assert visible.shape == (num_frames, *size, 1)
    return ~visible[..., 0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("square:60", Square(60)),
        ("frames:0.5", Frames(0.5)),
        (" frames:.50 ", Frames(0.5)),
        ("blocks:16:0.6", Blocks(16, 0.6)),
    ],
)
def test_texts(text, expected):
    hiding = parse_hiding(text)
    assert hiding == expected
    assert parse_hiding(str(hiding)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "square", "square:", "square:6.5", "square:a", "square:6:6", "circle:6", "frames:half"]
    + ["frames:0.5:0.5", "blocks:16", "blocks:0.6:16", "blocks:16:0.6:", "Square 6", "own"]
    + ["square:" + "9" * 5000],
)
def test_other_texts_are_refused_with_the_forms(text):
    with pytest.raises(UserError, match=r"square:60, frames:0.5, blocks:16:0.6"):
        parse_hiding(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("square:0", "asks for 0 pixels"),
        ("square:-5", "asks for -5 pixels"),
        ("blocks:0:0.5", "asks for 0 pixels"),
        ("frames:0", "asks for a share of 0, "),
        ("frames:1", "asks for a share of 1, "),
        ("frames:-0.5", "asks for a share of -0.5, "),
        ("frames:nan", "asks for a share of nan, "),
        ("blocks:4:1.5", "asks for a share of 1.5, "),
    ],
)
def test_numbers_out_of_bounds_are_refused(text, expected):
    with pytest.raises(UserError, match=expected):
        parse_hiding(text)


@pytest.mark.parametrize("text", ["square:13", "square:60", "blocks:13:0.5"])
def test_what_is_larger_than_the_picture_is_refused(text):
    side = text.split(":")[1]
    with pytest.raises(UserError, match=f"hides {side}x{side} pixels, the picture is 12x20"):
        hidden_by(text)


@pytest.mark.parametrize("side", [1, 5, 12])
def test_squares_are_whole_and_inside(side):
    for frame in hidden_by(f"square:{side}"):
        rows, columns = np.nonzero(frame.any(axis=1))[0], np.nonzero(frame.any(axis=0))[0]
        assert len(rows) == len(columns) == side
        assert np.ptp(rows) == np.ptp(columns) == side - 1
        assert frame.sum() == side**2


def test_squares_lie_anywhere_with_the_same_probability_whatever_came_before():
    num_frames, side = 8000, 5
    corners = np.array([np.argwhere(frame)[0] for frame in hidden_by("square:5", num_frames)])
    places = (SIZE[0] - side + 1, SIZE[1] - side + 1)
    counts = np.zeros(places)
    np.add.at(counts, tuple(corners.T), 1)
    expected = num_frames / counts.size
    # Pearson's statistic has mean n and variance 2n, n one less than the number of places.
    statistic = ((counts - expected) ** 2 / expected).sum()
    freedom = counts.size - 1
    assert abs(statistic - freedom) < 5 * np.sqrt(2 * freedom)
    for coordinate in corners.T:
        correlation = np.corrcoef(coordinate[1:], coordinate[:-1])[0, 1]
        assert abs(correlation) < 5 / np.sqrt(num_frames)


@pytest.mark.parametrize(
    ("share", "num_frames", "num_hidden"),
    [(0.5, 70, 35), (0.3, 11, 3), (0.01, 20, 1), (0.99, 20, 18), (0.9, 3, 1)],
)
def test_frames_are_hidden_wholly_and_in_their_number(share, num_frames, num_hidden):
    hidden = hidden_by(f"frames:{share}", num_frames)
    whole = hidden.all(axis=(1, 2))
    np.testing.assert_array_equal(whole, hidden.any(axis=(1, 2)))
    assert whole.sum() == num_hidden


def test_frames_of_a_clip_too_short_are_refused():
    with pytest.raises(UserError, match=r"frames:0.5 hides one frame or more, the clip has 2"):
        hidden_by("frames:0.5", num_frames=2)


def test_every_frame_is_as_likely_to_be_hidden():
    num_seeds, num_frames = 2000, 10
    hidden = np.stack([hidden_by("frames:0.3", num_frames, (1, 1), s) for s in range(num_seeds)])
    shares = hidden.mean(axis=(0, 2, 3))
    np.testing.assert_allclose(shares, 0.3, atol=5 * np.sqrt(0.3 * 0.7 / num_seeds))


def test_blocks_are_hidden_whole_and_in_their_share():
    num_frames, side = 400, 5
    hidden = hidden_by("blocks:5:0.6", num_frames)
    blocks = hidden[:, ::side, ::side]
    assert blocks.shape == (num_frames, 3, 4)
    np.testing.assert_array_equal(
        hidden, np.kron(blocks, np.ones((1, side, side), bool))[:, : SIZE[0], : SIZE[1]]
    )
    assert abs(blocks.mean() - 0.6) < 5 * np.sqrt(0.6 * 0.4 / blocks.size)
    # Blocks of a frame are independent of those of the one before.
    both = (blocks[1:] & blocks[:-1]).mean()
    assert abs(both - 0.36) < 5 * np.sqrt(0.6 / blocks.size)


def test_a_mask_that_hides_nothing_by_chance_is_refused():
    with pytest.raises(UserError, match=r"blocks:12:1e-09 hides nothing in the 2 frames"):
        hidden_by("blocks:12:1e-9", num_frames=2)
    with pytest.raises(UserError, match=r"square:12 hides every pixel of the 2 frames"):
        hidden_by("square:12", num_frames=2, size=(12, 12))


@pytest.mark.parametrize("text", ["square:5", "frames:0.5", "blocks:5:0.6"])
def test_a_mask_follows_from_its_seed_and_text(text):
    mask = hidden_by(text)
    np.testing.assert_array_equal(mask, hidden_by(f" {text}"))
    assert (mask != hidden_by(text, seed=1)).any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("square:5", 85603080), ("frames:0.5", 805401746), ("blocks:5:0.6", 3745677244)],
)
def test_masks_are_the_same_on_every_platform(text, expected):
    assert zlib.crc32(np.packbits(hidden_by(text)).tobytes()) == expected
