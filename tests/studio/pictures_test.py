"""Uploads: what is a picture, what is none, what is too large, and how long it is held."""

import dataclasses
import io
import zlib

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.studio import pictures
from tf_dyngen.studio.exported import open_export
from tf_dyngen.studio.pictures import StillStore, read_picture


@pytest.fixture
def export(export_folder):
    return open_export(export_folder)


def encoded(pixels, form):
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, form)
    return content.getvalue()


def gradient(height, width):
    row, column = np.ogrid[:height, :width]
    planes = np.broadcast_arrays(200 * row // height, 200 * column // width, 90)
    return np.stack(planes, -1).astype(np.uint8)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"])
def test_pictures_come_at_the_models_size(export, form):
    pixels = read_picture(encoded(gradient(48, 64), form), export)
    assert pixels.dtype == np.uint8
    # Lossy forms and GIF's palette are a few levels off.
    difference = np.abs(pixels.astype(int) - gradient(24, 32)).mean()
    assert difference < 8


def test_pictures_come_to_size_as_clips_did(export):
    tall = np.zeros((96, 32, 3), np.uint8)
    tall[36:60] = 255  # The middle that a crop keeps; a quarter of the height.
    assert read_picture(encoded(tall, "PNG"), export).min() == 255
    stretched = read_picture(encoded(tall, "PNG"), dataclasses.replace(export, fit="stretch"))
    np.testing.assert_allclose(stretched.mean(), 255 / 4, atol=1)


def test_a_grey_model_sees_grey(grey_folder):
    pixels = read_picture(encoded(gradient(40, 40), "PNG"), open_export(grey_folder))
    assert pixels.shape == (16, 16, 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"\x89PNG\r\n\x1a\n"],
    ids=["empty", "text", "a program", "only a signature"],
)
def test_what_is_no_picture_is_refused(export, content):
    with pytest.raises(UserError, match="is no picture: give a PNG"):
        read_picture(content, export)


def test_a_picture_cut_short_is_refused_without_its_path(export):
    random = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    content = encoded(random, "PNG")
    with pytest.raises(UserError, match=r"^the picture is damaged or cut short") as caught:
        read_picture(content[: len(content) // 2], export)
    assert "/" not in str(caught.value).split(":")[0]


@pytest.mark.parametrize("side", [8_000, 30_000])
def test_a_small_file_of_a_huge_picture_is_refused_before_it_is_decoded(export, side):
    header = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n"
    for name, data in parts:
        check = zlib.crc32(name + data).to_bytes(4, "big")
        content += len(data).to_bytes(4, "big") + name + data + check
    with pytest.raises(UserError, match=r"pixels: give one of at most 50 million"):
        read_picture(content, export)


def test_the_last_pictures_are_held(player, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_HELD", 2)
    store = StillStore()
    still = player.look_at(np.zeros((24, 32, 3), np.uint8))
    first, second = store.add(still), store.add(still)
    assert store.get(first) is still  # And so it is no longer the oldest.
    store.add(still)
    assert store.get(first) is still
    with pytest.raises(UserError, match="held no longer: upload it again"):
        store.get(second)
    assert store.get("") is None


def test_a_picture_of_another_form_is_refused_though_its_header_lies(export, monkeypatch):
    """What passes the look at the header is decoded as one of the same forms, and as no other."""
    content = encoded(gradient(8, 8), "PPM")
    monkeypatch.setattr(pictures, "_check_header", lambda path: None)
    with pytest.raises(UserError, match="damaged or cut short"):
        read_picture(content, export)
