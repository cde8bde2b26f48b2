"""Masks of every form are decoded to the pixels that they hide; what is no mask is refused."""

import contextlib
import itertools

import imageio.v3 as iio
import numpy as np
import pytest
import scipy.io
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.mask_files import decode_hidden

NUMBERS = [bool, np.int8, np.uint8, np.int64, ">i4", np.float16, np.float32, np.float64]
HIDDEN = np.random.default_rng(0).random((3, 6, 8)) < 0.3


def decode(path, number=3):
    return np.stack(list(itertools.islice(decode_hidden(path), number)))


def values(hidden, dtype):
    """Arrays that hide the same: large, small and negative values where they hide."""
    dtype = np.dtype(dtype)
    levels = {"b": [True], "u": [1, 255], "i": [1, -1, 127], "f": [1, -1e-3, np.inf]}[dtype.kind]
    random = np.random.default_rng(1)
    return np.where(hidden, random.choice(np.array(levels, dtype), hidden.shape), 0).astype(dtype)


def in_one_channel(hidden, dtype):
    """[..., 3] arrays that hide the same, each frame in another channel."""
    pixels = np.zeros((*hidden.shape, 3), dtype)
    for index, frame in enumerate(values(hidden, dtype)):
        pixels[index, ..., index % 3] = frame
    return pixels


@pytest.mark.parametrize("dtype", NUMBERS)
def test_numpy_arrays_of_any_number(tmp_path, dtype):
    path = tmp_path / "m.npy"
    for array in (values(HIDDEN, dtype), in_one_channel(HIDDEN, dtype)):
        for order in ("C", "F"):
            np.save(path, np.asarray(array, order=order))
            np.testing.assert_array_equal(decode(path), HIDDEN)
    np.save(path, values(HIDDEN[0], dtype))
    np.testing.assert_array_equal(decode(path, 5), HIDDEN[[0] * 5])


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", [dtype for dtype in NUMBERS if dtype != np.float16])
def test_matlab_arrays_of_any_number(tmp_path, dtype, compressed):
    path = tmp_path / "m.mat"
    for array in (values(HIDDEN, dtype), in_one_channel(HIDDEN, dtype)):
        content = {"sx": 6, "masks": np.moveaxis(array, 0, 2), "other": np.eye(5)}
        scipy.io.savemat(path, content, do_compression=compressed)
        np.testing.assert_array_equal(decode(path), HIDDEN)
    scipy.io.savemat(path, {"mask": values(HIDDEN[0], dtype)}, do_compression=compressed)
    np.testing.assert_array_equal(decode(path, 5), HIDDEN[[0] * 5])


def test_matlab_4_files_hold_static_masks(tmp_path):
    scipy.io.savemat(tmp_path / "m.mat", {"masks": HIDDEN[0].astype(float), "sx": 6}, format="4")
    np.testing.assert_array_equal(decode(tmp_path / "m.mat"), HIDDEN[[0] * 3])


@pytest.mark.parametrize("make", [np.zeros, np.ones], ids=["transparent", "opaque"])
def test_transparency_is_black(tmp_path, make):
    pixels = np.full((6, 8, 4), 255, np.uint8)
    pixels[..., 3] = make((6, 8)) * 255
    Image.fromarray(pixels).save(tmp_path / "m.png")
    assert decode(tmp_path / "m.png").any() == pixels[..., 3].any()


@pytest.mark.parametrize(
    ("dtype", "level"), [(np.uint8, 1), (np.uint8, 255), (np.uint16, 1), (np.uint16, 65535)]
)
def test_pictures_hide_what_is_not_black(tmp_path, dtype, level):
    (tmp_path / "folder").mkdir()
    for index, hidden in enumerate(HIDDEN):
        picture = Image.fromarray(hidden.astype(dtype) * dtype(level))
        picture.save(tmp_path / "folder" / f"{index}.png")
    np.testing.assert_array_equal(decode(tmp_path / "folder"), HIDDEN)
    np.testing.assert_array_equal(decode(tmp_path / "folder" / "1.png"), HIDDEN[[1] * 3])


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_pictures_hide_what_is_over_half_bright(tmp_path, suffix):
    # A block of the codec's own size, so that its edges stay where they are.
    hidden = np.zeros((32, 48), bool)
    hidden[16:, 16:32] = True
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / f"m{suffix}", tmp_path / "folder" / f"0{suffix}"):
        Image.fromarray(np.where(hidden, 230, 25).astype(np.uint8)).save(path, quality=90)
    for path in (tmp_path / f"m{suffix}", tmp_path / "folder"):
        np.testing.assert_array_equal(decode(path, 1)[0], hidden)


def test_gifs_hide_what_is_not_black(tmp_path):
    iio.imwrite(tmp_path / "m.gif", HIDDEN.astype(np.uint8) * 40, duration=40)
    np.testing.assert_array_equal(decode(tmp_path / "m.gif"), HIDDEN)


def write_numpy(array):
    return lambda path: np.save(path, array, allow_pickle=True)


def write_bytes(content):
    return lambda path: path.write_bytes(content)


def write_header(shape, kind="|b1"):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return write_bytes(b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + b"0" * 99)


@pytest.mark.parametrize(
    ("name", "write", "expected"),
    [
        ("m.npy", write_numpy(np.array([[{}, 1]])), "holds Python objects"),
        ("m.npy", write_numpy(np.ones((2, 3, 4), complex)), "holds complex128 values"),
        ("m.npy", write_numpy(np.full((2, 3, 4), "a")), "holds <U1 values"),
        ("m.npy", write_numpy(np.zeros((2, 3), [("a", "i4")])), "holds .* values"),
        ("m.npy", write_numpy(np.ones((1, 2, 3, 4, 5))), r"of shape \[1, 2, 3, 4, 5\]"),
        ("m.npy", write_numpy(np.ones((2, 3, 4, 5))), r"of shape \[2, 3, 4, 5\]"),
        ("m.npy", write_numpy(np.ones((2, 0, 4))), r"of shape \[2, 0, 4\]"),
        ("m.npy", write_numpy(np.ones(7)), r"of shape \[7\]"),
        ("m.npy", write_numpy(np.float32(1)), r"of shape \[\]"),
        ("m.npy", write_header((1 << 40, 1 << 20, 8)), "no whole .npy file"),
        ("m.npy", write_header((1 << 62, 1 << 62, 8)), "no whole .npy file"),
        ("m.npy", write_header((-1, 4, 8)), "no whole .npy file"),
        ("m.npy", write_header("((((("), "no whole .npy file"),
        ("m.npy", write_bytes(b"some text"), "no whole .npy file"),
        ("m.npy", write_bytes(b"\x80\x04K\x01."), "no whole .npy file"),
        ("m.npy", write_bytes(b"PK\x03\x04 no archive"), "no whole .npy file"),
        ("m.npy", write_bytes(b""), "is empty"),
        ("m.txt", write_bytes(b"1 0"), "ends in .txt, a mask is wanted"),
        ("m", write_bytes(b"1 0"), "ends in no suffix, a mask is wanted"),
        ("m.png", write_bytes(b"no picture"), "cannot be decoded as a picture"),
        ("m.gif", write_bytes(b"no picture"), "no GIF frame"),
        ("m.mp4", write_bytes(b"no video"), "no video that ffmpeg can decode"),
        ("m", lambda path: path.mkdir(), "holds no pictures, a mask is wanted"),
        ("m.mat", lambda path: path.mkdir(), "holds no pictures, a mask is wanted"),
        ("m.mat", lambda path: None, "does not exist"),
        ("m/m.npy", lambda path: None, "does not exist"),
    ],
)
def test_what_is_no_mask_is_refused(tmp_path, name, write, expected):
    write(tmp_path / name)
    with pytest.raises(UserError, match=expected) as caught:
        decode(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_not_a_number_is_refused_with_its_frame(tmp_path):
    array = HIDDEN.astype(np.float32)
    array[2, 3, 4] = np.nan
    np.save(tmp_path / "m.npy", array)
    scipy.io.savemat(tmp_path / "m.mat", {"masks": np.moveaxis(array, 0, 2)})
    for name in ("m.npy", "m.mat"):
        assert len(decode(tmp_path / name, 2)) == 2
        with pytest.raises(UserError, match=f"{name} holds NaN in frame 2"):
            decode(tmp_path / name)


@pytest.mark.parametrize("shape", [(6, 8, 3, 5), (6, 8, 3, 2, 2), (6, 8, 0)])
def test_matlab_arrays_of_other_shapes_are_refused(tmp_path, shape):
    scipy.io.savemat(tmp_path / "m.mat", {"masks": np.ones(shape)})
    with pytest.raises(UserError, match=r"shape \[6, 8, .*, an array \[H, W, T\]"):
        decode(tmp_path / "m.mat")


def test_damaged_arrays_are_refused(tmp_path):
    path = tmp_path / "m.npy"
    np.save(path, HIDDEN)
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    for length in range(1, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(UserError, match=r"no whole .npy file"):
            decode(path)
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[random.integers(128)] = random.integers(256)
        path.write_bytes(damaged)
        # Some damage cannot be told, as in the spaces that fill the header.
        with contextlib.suppress(UserError):
            decode(path)
