"""Sheets and stills: read back, every frame is where it is said to be."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.evaluation.embedding import STEPS, embed_still, embed_videos

MANY = 10**9


def read(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("num_frames", [1, 5, 12, 31])
def test_frames_are_where_they_are_said_to_be(channels, num_frames):
    # Frames of one level each, which JPEG at quality 95 keeps to within two levels; sides that are
    # no multiples of its blocks.
    levels = np.random.default_rng(0).integers(0, 256, (num_frames, 1, 1, channels), np.uint8)
    frames = np.broadcast_to(levels, (num_frames, 13, 21, channels))
    sheet = embed_videos({"a": frames}, MANY)["a"]
    assert sheet.uri.startswith("data:image/jpeg;base64,")
    assert (sheet.height, sheet.width, sheet.num_frames) == (13, 21, num_frames)
    picture = read(sheet.uri).reshape(*read(sheet.uri).shape[:2], channels).astype(int)
    for number in range(num_frames):
        top = sheet.pitch[0] * (number // sheet.columns)
        left = sheet.pitch[1] * (number % sheet.columns)
        found = picture[top : top + 13, left : left + 21]
        assert np.abs(found - levels[number]).max() <= 2


def test_videos_are_all_made_worse_alike_until_they_fit():
    noise = np.random.default_rng(0).integers(0, 256, (120, 64, 64, 3), np.uint8)
    videos = {"a": noise, "b": noise, "c": noise[:50]}
    whole = sum(len(sheet.uri) for sheet in embed_videos(videos, MANY).values())
    half = embed_videos(videos, whole // 2)
    assert list(half) == ["a", "b", "c"]
    assert sum(len(sheet.uri) for sheet in half.values()) <= whole // 2
    assert half["a"] == half["b"]
    assert len({(sheet.height, sheet.width) for sheet in half.values()}) == 1


def test_what_cannot_fit_is_left_out_from_the_end():
    noise = np.random.default_rng(0).integers(0, 256, (120, 64, 64, 3), np.uint8)
    videos = {str(number): noise for number in range(40)}
    # One of the smallest takes over a bit a pixel, and less than four bytes.
    pixels = STEPS[-1].num_frames * STEPS[-1].side ** 2
    shown = list(embed_videos(videos, 8 * pixels))
    assert shown == list(videos)[: len(shown)]
    assert 2 <= len(shown) < 40


def test_stills_are_exact_and_shrink_to_fit():
    frame = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    np.testing.assert_array_equal(read(embed_still(frame, MANY)), frame)
    small = embed_still(frame, 2000)
    assert len(small) <= 2000
    assert read(small).shape[0] * 60 == pytest.approx(read(small).shape[1] * 40, rel=0.2)
