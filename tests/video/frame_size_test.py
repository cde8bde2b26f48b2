"""Frames keep the clip's proportions, are even, and no larger than the clip or the bounds."""

import numpy as np
import pytest

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.video.frame_size import frame_size, output_size, settled
from tf_dyngen.video.resizing import resize_frames


@pytest.mark.parametrize(
    ("picture", "shorter_side", "wanted"),
    [
        ((720, 1280), 128, (128, 228)),  # 227.6: to the nearest even number.
        ((1280, 720), 128, (228, 128)),
        ((480, 640), 256, (256, 342)),
        ((64, 64), 128, (64, 64)),  # Never enlarged.
        ((65, 97), 1080, (64, 96)),
        ((67, 99), 1080, (66, 98)),  # Half of 67 is as near to 34 as to 33.
        ((2160, 3840), 1080, (1080, 1920)),
        ((500, 4000), 1080, (240, 1920)),  # The longer side is bounded.
        ((3, 300), 128, (8, 300)),
    ],
)
def test_the_size_follows_from_the_clip(picture, shorter_side, wanted):
    assert frame_size(picture, shorter_side) == wanted


def test_a_size_that_is_given_stays():
    video = VideoConfig(height=48, width=80)
    assert settled(video, (720, 1280)) == video
    free = VideoConfig(height=0, width=0, shorter_side=64)
    assert settled(free, (720, 1280)) == VideoConfig(height=64, width=114, shorter_side=64)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("source", (720, 1280)),
        ("2x", (128, 228)),
        ("1.5X", (96, 172)),  # 171: as near to 172 as to 170, Python rounds halves to even.
        ("720", (720, 1282)),
        ("100x50", (100, 50)),
    ],
)
def test_an_output_size_is_read(asked, wanted):
    assert output_size(asked, (64, 114), lambda: (720, 1280)) == wanted


@pytest.mark.parametrize("asked", ["big", "x2", "0x", "1x1", "9000x10", "1000x", "-2x", ""])
def test_an_output_size_that_makes_no_sense_is_refused(asked):
    with pytest.raises(UserError, match=f"--output_size={asked}"):
        output_size(asked, (64, 114), lambda: (720, 1280))


def test_frames_grow_by_a_filter_that_keeps_what_is_even():
    ramp = np.broadcast_to(np.arange(8, dtype=np.uint8)[None, None, :, None] * 20, (2, 4, 8, 3))
    grown = resize_frames(np.ascontiguousarray(ramp), (8, 16))
    assert grown.shape == (2, 8, 16, 3)
    # A cubic filter gives a straight line back, but at the edges: centres lie a quarter off.
    line = (np.arange(16) - 0.5) / 2 * 20
    inner = grown[:, :, 4:12].astype(float)
    np.testing.assert_allclose(inner, np.broadcast_to(line[4:12, None], inner.shape), atol=1)
