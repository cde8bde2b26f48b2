"""Archives that would harm or mislead are refused by name; whole ones give their clips exactly."""

import hashlib
import stat
import tempfile
import zipfile

import numpy as np
import pytest

from tests.video_files import write_video
from tf_dyngen.errors import UserError
from tf_dyngen.video import archives

SIZE = (16, 24)


def avi_bytes(folder, frames, rate=25):
    """An AVI of uncompressed frames, which any decoder gives back exactly."""
    write_video(folder / "source.avi", frames, rate=rate)
    return (folder / "source.avi").read_bytes()


@pytest.fixture
def frames():
    return np.random.default_rng(0).integers(0, 256, (5, *SIZE, 3), np.uint8)


@pytest.fixture
def clip(tmp_path, frames):
    return avi_bytes(tmp_path, frames)


def zip_of(path, members, **kwargs):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data, **kwargs)
    return path


def info(name, external_attr=0):
    made = zipfile.ZipInfo(name)
    made.external_attr = external_attr
    return made


def refused(path):
    with pytest.raises(UserError) as error, archives.open_clips(path):
        pass
    assert str(path) in str(error.value)
    return str(error.value)


def test_clips_come_out_as_they_went_in(tmp_path, clip, frames):
    members = [("a/", b""), ("a/one.avi", clip), ("b\\TWO.AVI", clip), ("readme.txt", b"x")]
    path = zip_of(tmp_path / "clips.zip", [*members, ("__MACOSX/._one.avi", b"x")])
    with archives.open_clips(path) as opened:
        assert opened.names == ["TWO", "one"]
        opened.require(["one", "TWO"])
        read = opened.read("one", size=SIZE, channels=3)
    np.testing.assert_array_equal(read.frames, frames)
    assert read.frame_rate == 25.0
    assert read.sha256 == hashlib.sha256(clip).hexdigest()


def test_grey_clips_have_one_channel(tmp_path):
    grey = np.random.default_rng(0).integers(0, 256, (4, *SIZE, 1), np.uint8)
    data = avi_bytes(tmp_path, np.repeat(grey, 3, axis=-1), rate=12.5)
    path = zip_of(tmp_path / "clips.zip", [("one.avi", data)])
    with archives.open_clips(path) as opened:
        read = opened.read("one", size=SIZE, channels=1)
    np.testing.assert_array_equal(read.frames, grey)
    assert read.frame_rate == 12.5


def test_missing_and_unknown_clips_are_named(tmp_path, clip):
    path = zip_of(tmp_path / "clips.zip", [("one.avi", clip)])
    with archives.open_clips(path) as opened:
        with pytest.raises(UserError, match=r"clips\.zip lacks three, two"):
            opened.require(["one", "two", "three"])
        with pytest.raises(UserError, match=r"clips\.zip holds one, which"):
            opened.require([])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/one.avi", "absolute"),
        ("\\one.avi", "absolute"),
        ("C:\\one.avi", "absolute"),
        ("c:one.avi", "absolute"),
        ("../one.avi", "upwards"),
        ("a/../../one.avi", "upwards"),
        ("a\\..\\one.avi", "upwards"),
    ],
)
def test_unsafe_names_are_refused(tmp_path, clip, name, reason):
    path = zip_of(tmp_path / "clips.zip", [("fine.avi", clip), (name, clip)])
    message = refused(path)
    assert repr(name) in message
    assert reason in message


def test_a_zero_byte_in_a_name_is_refused(tmp_path):
    path = zip_of(tmp_path / "clips.zip", [("one.avi_.txt", b"x")])
    path.write_bytes(path.read_bytes().replace(b"one.avi_.txt", b"one.avi\0.txt"))
    assert "zero byte" in refused(path)


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK]
)
def test_links_and_devices_are_refused(tmp_path, kind):
    path = zip_of(tmp_path / "clips.zip", [(info("one.avi", (kind | 0o777) << 16), b"/etc/passwd")])
    assert "'one.avi' which is a link or a device" in refused(path)


def test_windows_links_are_refused(tmp_path):
    path = zip_of(tmp_path / "clips.zip", [(info("one.avi", 0x400), b"x")])
    assert "link" in refused(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["one.avi", "./one.avi", "ONE.avi"])
def test_a_member_twice_is_refused(tmp_path, second):
    assert "twice" in refused(zip_of(tmp_path / "clips.zip", [("one.avi", b"x"), (second, b"y")]))


def test_two_clips_of_one_name_are_refused(tmp_path):
    path = zip_of(tmp_path / "clips.zip", [("a/one.avi", b"x"), ("b/one.avi", b"y")])
    assert "two clips named 'one'" in refused(path)


def test_encrypted_members_are_refused(tmp_path):
    path = zip_of(tmp_path / "clips.zip", [("one.avi", b"x")])
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in refused(path)


def test_compressions_that_cannot_be_bounded_are_refused(tmp_path):
    path = zip_of(tmp_path / "clips.zip", [("one.avi", b"x")], compress_type=zipfile.ZIP_BZIP2)
    assert "method 12" in refused(path)


def test_a_declared_size_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_CLIP_BYTES", 1000)
    assert "of 1001 bytes" in refused(zip_of(tmp_path / "clips.zip", [("one.avi", bytes(1001))]))


def test_a_member_larger_than_declared_is_unpacked_no_further_and_refused(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "clips.zip", [("one.avi", bytes(10**6))])
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (500).to_bytes(4, "little")
    path.write_bytes(data)
    folder = tmp_path / "unpacked"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    sizes = []
    copy = archives._copy

    def measured_copy(archive, info, target, member):
        try:
            return copy(archive, info, target, member)
        finally:
            sizes.append(target.stat().st_size)

    monkeypatch.setattr(archives, "_copy", measured_copy)
    with (
        archives.open_clips(path) as opened,
        pytest.raises(UserError, match=r"one\.avi in .*clips\.zip is damaged"),
    ):
        opened.read("one", size=SIZE, channels=3)
    assert sizes[0] <= 500
    assert not list(folder.iterdir())


def test_a_flipped_bit_is_told_by_the_checksum(tmp_path, clip):
    path = zip_of(tmp_path / "clips.zip", [("one.avi", clip)], compress_type=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(clip) + len(clip) // 2] ^= 1
    path.write_bytes(data)
    with (
        archives.open_clips(path) as opened,
        pytest.raises(UserError, match=r"one\.avi in .* is damaged"),
    ):
        opened.read("one", size=SIZE, channels=3)


def test_what_is_no_clip_is_told_by_its_name_in_the_archive(tmp_path, clip):
    path = zip_of(tmp_path / "clips.zip", [("a/one.avi", b"no video"), ("small.avi", clip)])
    with archives.open_clips(path) as opened:
        with pytest.raises(UserError, match=r"^a/one\.avi in .*clips\.zip holds no video"):
            opened.read("one", size=SIZE, channels=3)
        with pytest.raises(UserError, match=r"^small\.avi in .* is 16x24, 32x24 \(height"):
            opened.read("small", size=(32, 24), channels=3)


def test_what_is_no_archive_is_named(tmp_path):
    page = tmp_path / "clips.zip"
    page.write_text("<html>not found</html>")
    assert "no whole zip archive" in refused(page)
    assert "does not exist" in refused(tmp_path / "absent.zip")


def test_a_cut_archive_is_named(tmp_path, clip):
    path = zip_of(tmp_path / "clips.zip", [("one.avi", clip)])
    path.write_bytes(path.read_bytes()[:-30])
    assert "no whole zip archive" in refused(path)
