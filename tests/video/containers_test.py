"""Files that end before they say that they end are told from whole ones."""

import re
import struct

import numpy as np
import pytest

from tests.video_files import write_video
from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import read_clip
from tf_dyngen.video.containers import require_all_bytes
from tf_dyngen.video.integrity import require_whole

FRAMES = np.random.default_rng(0).integers(0, 256, (5, 32, 48, 3), np.uint8)


CODECS = {"rawvideo": "bgr24", "mjpeg": "yuvj420p", "mpeg4": "yuv420p", "huffyuv": "rgb24"}


@pytest.mark.parametrize("codec", CODECS)
def test_whole_files_pass_whatever_the_codec(tmp_path, codec):
    path = tmp_path / "clip.avi"
    write_video(path, FRAMES, codec=codec, pix_fmt=CODECS[codec])
    require_whole(path)
    clip = read_clip(path, num_frames=None, size=None)
    assert clip.frames.shape == FRAMES.shape
    assert clip.frame_rate == 25.0


@pytest.mark.parametrize("codec", CODECS)
def test_no_cut_that_loses_a_byte_of_a_picture_goes_unseen(tmp_path, codec):
    path = tmp_path / "clip.avi"
    write_video(path, FRAMES, codec=codec, pix_fmt=CODECS[codec])
    data = path.read_bytes()
    end_of_pictures = data.index(b"idx1")
    for length in np.linspace(500, end_of_pictures - 2, 40).astype(int):
        path.write_bytes(data[:length])
        with pytest.raises(UserError, match=r"clip\.avi is cut short"):
            require_all_bytes(path)


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_boxes_that_reach_past_the_end_are_seen_at_a_frame_boundary_too(tmp_path, suffix):
    path = tmp_path / f"clip{suffix}"
    write_video(
        path,
        FRAMES,
        codec="mjpeg",
        pix_fmt="yuvj420p",
        flags=("-movflags", "+faststart"),
    )
    require_whole(path)
    data = path.read_bytes()
    # A picture of motion JPEG starts with these bytes; ffmpeg does not miss the later ones.
    for found in list(re.finditer(b"\xff\xd8\xff", data))[1:]:
        path.write_bytes(data[: found.start()])
        with pytest.raises(UserError, match=rf"clip\{suffix} is cut short: it holds"):
            require_all_bytes(path)


def test_pictures_that_cannot_be_decoded_are_named(tmp_path):
    path = tmp_path / "clip.avi"
    write_video(path, FRAMES, codec="mjpeg", pix_fmt="yuvj420p")
    data = bytearray(path.read_bytes())
    third = [found.start() for found in re.finditer(b"00dc", data)][2]
    (size,) = struct.unpack_from("<I", data, third + 4)
    data[third + 8 : third + 8 + size] = bytes(size)
    path.write_bytes(data)
    require_all_bytes(path)
    with pytest.raises(UserError, match=r"clip\.avi is cut short or damaged"):
        require_whole(path)


def chunk(name, content):
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def box(name, num_bytes):
    return struct.pack(">I4s", 8 + num_bytes, name) + bytes(num_bytes)


def avi_of(chunks, num_announced, list_size=None):
    """An AVI file of these chunks, by the format's definition."""
    stream = chunk(b"strh", b"vids" + bytes(28) + struct.pack("<I", num_announced) + bytes(20))
    movie = b"".join(chunk(name, content) for name, content in chunks)
    size = len(movie) + 4 if list_size is None else list_size
    body = b"AVI " + chunk(b"LIST", b"hdrl" + stream)
    body += b"LIST" + struct.pack("<I", size) + b"movi" + movie
    return b"RIFF" + struct.pack("<I", len(body)) + body


PICTURE, SOUND, NOTHING_NEW = (b"00dc", bytes(101)), (b"01wb", bytes(33)), (b"00dc", bytes(8))


@pytest.mark.parametrize(
    "content",
    [
        avi_of([PICTURE, SOUND, PICTURE, SOUND], 2),
        avi_of([PICTURE, NOTHING_NEW, (b"00dc", b""), PICTURE], 4),
        avi_of([PICTURE, (b"JUNK", bytes(7)), PICTURE], 0),
        avi_of([PICTURE, PICTURE], 2, list_size=0),
        avi_of([PICTURE, PICTURE], 2) + bytes(1000),
        b"RIFF\0\0\0\0WAVE" + bytes(100),
        box(b"ftyp", 8) + box(b"moov", 40) + box(b"mdat", 100),
        box(b"moov", 40) + struct.pack(">I4sQ", 1, b"mdat", 116) + bytes(100),
        box(b"moov", 40) + struct.pack(">I4s", 0, b"mdat") + bytes(10),
        box(b"moov", 40) + bytes(3),
    ],
)
def test_whole_files_by_the_definition_of_their_format_pass(tmp_path, content):
    path = tmp_path / ("clip.avi" if content.startswith(b"RIFF") else "clip.mp4")
    path.write_bytes(content)
    require_all_bytes(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (avi_of([PICTURE, SOUND], 3), "holds 1 of the 3 frames that it announces"),
        (avi_of([PICTURE, PICTURE], 2)[:-2], "cut short, within its chunk '00dc'"),
        (avi_of([PICTURE, PICTURE], 2)[:-109], "holds 1 of the 2 frames that it announces"),
        (box(b"moov", 40) + box(b"mdat", 100)[:-1], "155 of 156 bytes that it announces"),
        (struct.pack(">I4sQ", 1, b"mdat", 117) + bytes(100), "116 of 117 bytes"),
    ],
)
def test_files_cut_short_are_named(tmp_path, content, message):
    path = tmp_path / ("clip.avi" if content.startswith(b"RIFF") else "clip.mp4")
    path.write_bytes(content)
    with pytest.raises(UserError, match=f"clip.*{message}"):
        require_all_bytes(path)
