"""Arrays are read from MATLAB files; what is damaged is refused, however it is damaged."""

import contextlib
import struct
import zlib

import numpy as np
import pytest
import scipy.io
import scipy.sparse

from tf_dyngen.errors import UserError
from tf_dyngen.video.matlab import read_array

NAMES = ("masks", "mask")
ARRAY = np.random.default_rng(0).integers(0, 200, (6, 8, 3)).astype(np.float64)
SMALL = np.eye(4, 5)


def save(path, content, **options):
    scipy.io.savemat(path, content, **options)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "arrays.mat"


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    "content",
    [
        {"masks": ARRAY},
        {"mask": SMALL, "masks": ARRAY},
        {"other": SMALL, "mask": ARRAY},
        {"sx": 6, "sy": [1, 2, 3], "text": "two words", "any": ARRAY},
        {"cell": np.array([[1, "a"], [2, "b"]], object), "m": ARRAY, "struct": {"a": {"b": SMALL}}},
    ],
)
def test_the_array_that_is_meant(path, content, compressed):
    array = read_array(save(path, content, do_compression=compressed), NAMES)
    np.testing.assert_array_equal(array, ARRAY)


def test_version_4(path):
    array = read_array(save(path, {"sx": 6.0, "m": SMALL}, format="4"), NAMES)
    np.testing.assert_array_equal(array, SMALL)


def big_endian_file(name, array):
    """A file of the other byte order, written after the format's description."""

    def element(kind, content):
        return struct.pack(">2I", kind, len(content)) + content + b"\0" * (-len(content) % 8)

    flags, shape = struct.pack(">2I", 9, 0), struct.pack(f">{array.ndim}i", *array.shape)
    numbers = array.astype(np.uint8).tobytes(order="F")
    variable = element(6, flags) + element(5, shape) + element(1, name) + element(2, numbers)
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\1\0MI"
    return header + element(14, variable)


def test_the_other_byte_order(path):
    path.write_bytes(big_endian_file(b"masks", ARRAY))
    np.testing.assert_array_equal(read_array(path, NAMES), ARRAY)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"a": ARRAY, "b": SMALL, "sx": 3}, "holds 'a', 'b', one array named 'masks' is wanted"),
        ({"sx": 3, "sy": [1, 2]}, "holds 'sx', 'sy', one array"),
        ({}, "holds nothing, one array"),
        ({"masks": {"a": ARRAY}}, "of class struct"),
        ({"masks": np.array([[1, "a"]], object)}, "of class cell"),
        ({"masks": "text"}, "of class char"),
        ({"masks": scipy.sparse.csc_matrix(SMALL)}, "of class sparse"),
        ({"masks": ARRAY * 1j}, "no whole MATLAB file of real numbers"),
    ],
)
def test_what_holds_no_such_array_is_refused(path, content, expected):
    with pytest.raises(UserError, match=expected):
        read_array(save(path, content), NAMES)


@pytest.mark.parametrize("offset", [0, 512])
def test_version_73_is_told(path, offset):
    path.write_bytes(b"MATLAB 7.3".ljust(offset)[:offset] + b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(UserError, match=r"version 7.3 .*'-v7'"):
        read_array(path, NAMES)


@pytest.mark.parametrize(
    "content",
    [b"0", b"text\n" * 100, b"\0" * 500, b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM" + b"\x0e"]
    + [np.random.default_rng(seed).bytes(400) for seed in range(20)],
)
def test_other_files_are_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"no whole MATLAB file|holds nothing"):
        read_array(path, NAMES)


def test_a_shape_that_the_file_cannot_hold_is_refused_before_memory_is_taken(path):
    whole = save(path, {"masks": SMALL}).read_bytes()
    place = whole.index(struct.pack("<2i", *SMALL.shape))
    for shape in [(2**31 - 1, 2**31 - 1), (1 << 16, 1 << 16), (-4, 5), (0, 5), (4, 6)]:
        path.write_bytes(whole[:place] + struct.pack("<2i", *shape) + whole[place + 8 :])
        with pytest.raises(UserError, match="no whole MATLAB file"):
            read_array(path, NAMES)


@pytest.mark.parametrize("compressed", [False, True])
def test_files_cut_short_are_refused(path, compressed):
    whole = save(path, {"masks": ARRAY}, do_compression=compressed).read_bytes()
    for length in range(1, len(whole), 11):
        path.write_bytes(whole[:length])
        with pytest.raises(UserError, match=r"no whole MATLAB file|holds nothing"):
            read_array(path, NAMES)


@pytest.mark.parametrize("compressed", [False, True])
def test_no_damage_to_a_header_ends_in_anything_but_an_error(path, compressed):
    # SciPy's compiled reader crashes at types of values that do not exist.
    whole = save(path, {"masks": ARRAY}).read_bytes()
    header, variable = whole[:128], whole[128:]
    for place in range(72):
        for value in (0, 8, 14, 77, 255):
            damaged = variable[:place] + bytes([value]) + variable[place + 1 :]
            if compressed:
                deflated = zlib.compress(damaged)
                damaged = struct.pack("<2I", 15, len(deflated)) + deflated
            path.write_bytes(header + damaged)
            with contextlib.suppress(UserError):
                read_array(path, NAMES)


def test_a_cell_that_calls_itself_logical_is_refused(path):
    whole = bytearray(save(path, {"masks": np.array([[1, "a"]], object)}).read_bytes())
    flags = 128 + 16
    assert whole[flags] == 1
    whole[flags + 1] |= 2
    path.write_bytes(whole)
    with pytest.raises(UserError, match="no whole MATLAB file of real numbers"):
        read_array(path, NAMES)
