import numpy as np
import pytest
from PIL import Image

from tf_dyngen.video import display


def flat_frames(levels, size=(64, 64), channels=3):
    """Frames of one level each: [T, H, W, C] uint8."""
    return np.stack([np.full((*size, channels), level, np.uint8) for level in levels])


def columns_of(picture, level):
    """The columns of [H, W, 3] that hold pixels of `level` in all channels."""
    return np.flatnonzero((picture == level).all(axis=-1).any(axis=0))


def test_upscale_repeats_pixels():
    frames = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    large = display.upscale(frames, 3)
    for frame, expected in zip(large, map(Image.fromarray, frames), strict=True):
        np.testing.assert_array_equal(frame, expected.resize((12, 9), Image.Resampling.NEAREST))
    np.testing.assert_array_equal(display.upscale(frames, 1), frames)
    with pytest.raises(ValueError, match="factor is 0"):
        display.upscale(frames, 0)


def test_contact_sheet_shows_frames_evenly_spaced_in_time():
    levels = np.arange(10, 110)
    sheet = display.contact_sheet({"levels": flat_frames(levels)}, columns=4)
    assert sheet.dtype == np.uint8
    middle = sheet[len(sheet) // 2, -4 * (128 + display.GAP) :, 0]
    shown = [middle[column * (128 + display.GAP) + 64] for column in range(4)]
    assert shown == [10, 43, 76, 109]


@pytest.mark.parametrize(
    ("size", "cell"),
    [
        ((64, 64), (128, 128)),
        ((128, 96), (128, 96)),
        ((48, 64), (144, 192)),
        ((256, 512), (128, 256)),
    ],
)
def test_contact_sheet_cells_are_about_128_pixels_high(size, cell):
    sheet = display.contact_sheet({"one": flat_frames([90], size)})
    inside = (sheet == 90).all(axis=-1)
    # The label's smoothed edges may hold that grey too, but no more than a few pixels of it.
    assert inside.any(axis=1).sum() == cell[0]
    assert inside[cell[0] // 2].sum() == cell[1]


def test_contact_sheet_rows_may_differ():
    rows = {
        "many": flat_frames([20] * 30),
        "few": flat_frames([60] * 3),
        "wide and grey": flat_frames([100] * 5, (64, 128), channels=1),
    }
    sheet = display.contact_sheet(rows)
    shown = [(sheet == level).all(axis=-1) for level in (20, 60, 100)]
    # Wide stretches of a level are pictures, the few pixels elsewhere belong to a label.
    tops = [np.flatnonzero(pixels.sum(axis=1) > 128)[0] for pixels in shown]
    assert tops == sorted(tops)
    widths = [pixels[top + 5].sum() for pixels, top in zip(shown, tops, strict=True)]
    assert widths == [8 * 128, 3 * 128, 5 * 256]


def test_labels_are_drawn_in_a_margin_at_the_left():
    short = display.contact_sheet({"a": flat_frames([90])})
    long = display.contact_sheet({"a much longer label": flat_frames([90])})
    margins = [np.flatnonzero((sheet[64] == 90).all(axis=-1))[0] for sheet in (short, long)]
    assert margins[1] > margins[0] + 60
    for sheet, margin in zip((short, long), margins, strict=True):
        ink = sheet[:, :margin] < 100
        assert ink.any()
        # Nothing of the label is cut off at the picture's edge.
        assert not ink[:, 0].any()


@pytest.mark.parametrize(("scale", "factor"), [(None, 4), (1, 1), (3, 3)])
def test_side_by_side_places_each_video_under_its_caption(scale, factor):
    left, right = flat_frames([10, 20, 30]), flat_frames([110, 120, 130, 140, 150])
    joined = display.side_by_side({"left": left, "right": right}, scale)
    assert joined.dtype == np.uint8
    assert joined.shape[0] == 3
    for frame, low, high in zip(joined, (10, 20, 30), (110, 120, 130), strict=True):
        for level in (low, high):
            panel = (frame[-64 * factor :] == level).all(axis=-1).any(axis=0)
            assert panel.sum() == 64 * factor
        assert (
            columns_of(frame[-64 * factor :], low).max()
            < columns_of(frame[-64 * factor :], high).min()
        )
    caption = joined[0, : joined.shape[1] - 64 * factor - display.GAP - 1]
    assert (caption < 100).any()


@pytest.mark.parametrize("size", [(64, 64), (63, 31), (121, 33), (17, 50)])
@pytest.mark.parametrize("labels", [["a"], ["a", "standard deviation"], ["a", "b", "c"]])
def test_side_by_side_has_even_sides(size, labels):
    joined = display.side_by_side({label: flat_frames([50, 60], size) for label in labels})
    assert joined.shape[1] % 2 == 0
    assert joined.shape[2] % 2 == 0


def test_side_by_side_takes_grey_and_colour_together():
    colour = flat_frames([10])
    colour[..., 0] = 200
    joined = display.side_by_side({"x": colour, "y": flat_frames([77], channels=1)}, scale=1)
    assert (joined == (200, 10, 10)).all(axis=-1).sum() == 64 * 64
    assert (joined == 77).all(axis=-1).sum() == pytest.approx(64 * 64, abs=20)


def test_mistakes_of_the_program_are_named():
    frames = flat_frames([1, 2])
    for make in (display.contact_sheet, display.side_by_side):
        with pytest.raises(ValueError, match="at least one"):
            make({})
        with pytest.raises(ValueError, match=r"'floats': uint8 frames .* found float32"):
            make({"floats": frames.astype(np.float32)})
        with pytest.raises(ValueError, match=r"'picture': .* found uint8 \[64, 64, 3\]"):
            make({"picture": frames[0]})
    with pytest.raises(ValueError, match="one height"):
        display.side_by_side({"a": frames, "b": flat_frames([1], (32, 32))})
