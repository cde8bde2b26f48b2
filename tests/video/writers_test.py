import contextlib
import os
import resource
import stat
import subprocess
from fractions import Fraction

import av
import imageio.v3 as iio
import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video import encoding, writers
from tf_dyngen.video.encoding import Sound

FORMS = [".mp4", ".gif", ".npy", ".png", ""]


def moving_gradient(num_frames=12, size=(24, 32)):
    """Smooth colours that travel: [T, H, W, 3] uint8, no two frames alike."""
    time, row, column = np.ogrid[:num_frames, : size[0], : size[1]]
    waves = [np.sin(column / 9 + time / 3), np.cos(row / 8 + time / 4), np.sin(time / 5)]
    return np.stack(np.broadcast_arrays(*[127 + 90 * wave for wave in waves]), -1).astype(np.uint8)


def noise(num_frames=60, size=(64, 64)):
    shape = (num_frames, *size, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def open_for(path, frames, **changes):
    layout = {
        "num_frames": len(frames),
        "frame_size": frames.shape[1:3],
        "channels": frames.shape[-1],
        "frame_rate": 25.0,
    }
    return writers.open_video_writer(path, **(layout | changes))


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("frame_rate", [25.0, 29.97])
def test_mp4_keeps_frames_size_and_rate(tmp_path, frame_rate):
    frames = moving_gradient()
    writers.write_video(tmp_path / "waves.mp4", frames, frame_rate)
    read = iio.imread(tmp_path / "waves.mp4", plugin="FFMPEG")
    assert read.shape == frames.shape
    # Up to 3 levels on average: 8-bit YCbCr, crf 12, and the reader's fast conversion to RGB.
    assert np.abs(read.astype(int) - frames).mean() < 4
    metadata = iio.immeta(tmp_path / "waves.mp4", plugin="FFMPEG")
    assert metadata["fps"] == pytest.approx(frame_rate)
    assert metadata["codec"] == "h264"
    assert metadata["pix_fmt"].startswith("yuv420p")


def test_mp4_of_odd_sides_plays_everywhere_and_the_line_says_so(tmp_path, capsys):
    frames = moving_gradient(size=(23, 31))
    for name in ("one.mp4", "two.mp4"):
        writers.write_video(tmp_path / name, frames, 25.0)
    assert iio.immeta(tmp_path / "one.mp4", plugin="FFMPEG")["pix_fmt"].startswith("yuv420p")
    read = iio.imread(tmp_path / "one.mp4", plugin="FFMPEG").astype(int)
    assert read.shape == (12, 24, 32, 3)
    assert np.abs(read[:, :23, :31] - frames).mean() < 4
    assert np.abs(read[:, 23] - read[:, 22]).mean() < 4
    assert np.abs(read[:, :, 31] - read[:, :, 30]).mean() < 4
    assert capsys.readouterr().err.count("MP4 is written at 24x32 in place of 23x31") == 1


def test_mp4_states_rate_and_colours_exactly(tmp_path):
    writers.write_video(tmp_path / "film.mp4", moving_gradient(), 24000 / 1001)
    with av.open(str(tmp_path / "film.mp4")) as film:
        stream = film.streams.video[0]
        assert stream.average_rate == Fraction(24000, 1001)
        tags = stream.codec_context
        assert (tags.color_primaries, tags.color_trc, tags.colorspace) == (1, 1, 1)


def test_mp4_takes_the_sound_of_its_source_along(tmp_path):
    tone = ["-f", "lavfi", "-i", "sine=440:duration=2", "-f", "lavfi", "-i", "color=s=32x24:d=2"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *tone, tmp_path / "source.mkv"]
    subprocess.run(list(map(str, command)), check=True)
    sound = Sound(tmp_path / "source.mkv", start=0.5, seconds=12 / 25)
    with open_for(tmp_path / "new.mp4", moving_gradient(), sound=sound) as writer:
        writer.append(moving_gradient())
    with av.open(str(tmp_path / "new.mp4")) as film:
        samples = np.concatenate([f.to_ndarray()[0] for f in film.decode(audio=0)])
        rate = film.streams.audio[0].rate
    # The codec works in blocks of 1024 samples.
    assert abs(len(samples) / rate - 12 / 25) < 2 * 1024 / rate
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert abs(spectrum.argmax() * rate / len(samples) - 440) < 5


def test_missing_ffmpeg_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "no_ffmpeg"))
    with pytest.raises(UserError, match=r"no ffmpeg was found.*IMAGEIO_FFMPEG_EXE"):
        writers.write_video(tmp_path / "waves.mp4", moving_gradient(), 25.0)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(("frame_rate", "hundredths"), [(25.0, 4.0), (30.0, 10 / 3), (50.0, 2.0)])
def test_gif_keeps_frames_and_rate(tmp_path, frame_rate, hundredths):
    frames = moving_gradient()
    writers.write_video(tmp_path / "waves.gif", frames, frame_rate)
    with Image.open(tmp_path / "waves.gif") as gif:
        assert gif.n_frames == len(frames)
        assert gif.info["loop"] == 0
        durations = []
        for number, frame in enumerate(frames):
            gif.seek(number)
            durations.append(gif.info["duration"] / 10)
            # 256 colours for a frame leave at most a few levels, spread by dithering.
            assert np.abs(np.asarray(gif.convert("RGB")).astype(int) - frame).mean() < 8
    assert abs(sum(durations) - hundredths * len(frames)) <= 1


def test_a_gif_of_too_high_a_rate_leaves_frames_out_and_says_so(tmp_path, capsys):
    writers.write_video(tmp_path / "fast.gif", moving_gradient(30), 60.0)
    assert "GIF holds 50 frames a second at most" in capsys.readouterr().err
    with Image.open(tmp_path / "fast.gif") as gif:
        durations = []
        for number in range(gif.n_frames):
            gif.seek(number)
            durations.append(gif.info["duration"])
    assert abs(sum(durations) - 500) <= 20


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_frames_that_do_not_change_are_all_kept(tmp_path, suffix):
    still = moving_gradient(1).repeat(10, axis=0)
    writers.write_video(tmp_path / f"still{suffix}", still, 25.0)
    plugin = "FFMPEG" if suffix == ".mp4" else "pillow"
    assert len(iio.imread(tmp_path / f"still{suffix}", plugin=plugin)) == 10


@pytest.mark.parametrize("channels", [1, 3])
def test_arrays_and_folders_are_exact(tmp_path, channels):
    frames = moving_gradient()[..., :channels]
    writers.write_video(tmp_path / "waves.npy", frames, 25.0)
    writers.write_video(tmp_path / "waves", frames, 25.0)
    np.testing.assert_array_equal(np.load(tmp_path / "waves.npy", allow_pickle=False), frames)
    assert names_in(tmp_path / "waves") == [f"frame_{number:05d}.png" for number in range(12)]
    for number, frame in enumerate(frames):
        picture = np.asarray(Image.open(tmp_path / "waves" / f"frame_{number:05d}.png"))
        np.testing.assert_array_equal(picture.reshape(frame.shape), frame)


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_grey_is_written_as_grey(tmp_path, suffix):
    grey = moving_gradient()[..., :1]
    writers.write_video(tmp_path / f"grey{suffix}", grey, 25.0)
    plugin = "FFMPEG" if suffix == ".mp4" else "pillow"
    read = iio.imread(tmp_path / f"grey{suffix}", plugin=plugin).astype(int)
    assert np.abs(read - grey).max() <= 6
    assert np.ptp(read, axis=-1).max() <= 6


def test_png_is_a_sheet_of_16_frames(tmp_path):
    levels = np.arange(0, 250, 5, dtype=np.uint8)
    frames = np.broadcast_to(levels[:, None, None, None], (50, 128, 128, 3))
    writers.write_video(tmp_path / "sheet.png", frames, 25.0)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert 4 * 128 < sheet.shape[0] < 5 * 128
    shown = [level for level in levels if (sheet == level).all(axis=-1).sum() >= 128 * 128]
    assert len(shown) == 16
    assert {levels[0], levels[-1]} <= set(shown)


@pytest.mark.parametrize("suffix", FORMS)
def test_pieces_make_the_same_file_as_the_whole(tmp_path, suffix):
    frames = moving_gradient()
    writers.write_video(tmp_path / f"whole{suffix}", frames, 25.0)
    with open_for(tmp_path / f"pieces{suffix}", frames) as writer:
        for piece in (frames[:5], frames[5:5], frames[5:6], frames[6:]):
            writer.append(piece)
    whole, pieces = tmp_path / f"whole{suffix}", tmp_path / f"pieces{suffix}"
    if suffix:
        assert pieces.read_bytes() == whole.read_bytes()
    else:
        for name in names_in(whole):
            assert (pieces / name).read_bytes() == (whole / name).read_bytes()


@pytest.mark.parametrize("suffix", FORMS)
def test_missing_parents_are_made_and_nothing_else_is_left(tmp_path, suffix):
    writers.write_video(tmp_path / "a" / "b" / f"waves{suffix}", moving_gradient(), 25.0)
    assert names_in(tmp_path / "a" / "b") == [f"waves{suffix}"]


def test_new_files_have_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    writers.write_video(tmp_path / "waves.mp4", moving_gradient(), 25.0)
    writers.write_atomically(tmp_path / "words.txt", "words")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".npy", ".png"])
def test_an_existing_file_is_replaced(tmp_path, suffix):
    path = tmp_path / f"waves{suffix}"
    path.write_bytes(b"old")
    writers.write_video(path, moving_gradient(), 25.0)
    if suffix == ".npy":
        assert np.load(path).shape == (12, 24, 32, 3)
    else:
        assert iio.imread(path, plugin="FFMPEG" if suffix == ".mp4" else "pillow").size > 1000
    assert names_in(tmp_path) == [path.name]


def test_a_link_keeps_pointing_to_its_file(tmp_path):
    (tmp_path / "latest.npy").symlink_to(tmp_path / "run.npy")
    writers.write_video(tmp_path / "latest.npy", moving_gradient(), 25.0)
    assert (tmp_path / "latest.npy").is_symlink()
    assert np.load(tmp_path / "run.npy").shape == (12, 24, 32, 3)


@pytest.mark.parametrize("suffix", FORMS)
def test_an_exception_in_the_middle_changes_nothing(tmp_path, suffix):
    frames = moving_gradient()
    path = tmp_path / f"waves{suffix}"
    if suffix:
        path.write_bytes(b"old")
    else:
        path.mkdir()

    def interrupted():
        with open_for(path, frames) as writer:
            writer.append(frames[:7])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names_in(tmp_path) == [path.name]
    assert path.read_bytes() == b"old" if suffix else names_in(path) == []


@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize("num_appended", [11, 13])
def test_another_number_of_frames_than_announced(tmp_path, suffix, num_appended):
    frames = moving_gradient(13)
    message = f"12 frames announced, {num_appended} appended"
    with (
        pytest.raises(ValueError, match=message),
        open_for(tmp_path / f"waves{suffix}", frames, num_frames=12) as writer,
    ):
        writer.append(frames[:num_appended])
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("suffix", FORMS)
def test_a_video_that_ends_early_is_whole_and_shorter(tmp_path, suffix):
    frames = moving_gradient(13)
    for name, num_frames in (("early", 1000), ("plain", 13)):
        with open_for(tmp_path / f"{name}{suffix}", frames, num_frames=num_frames) as writer:
            writer.append(frames[:5])
            writer.append(frames[5:])
            if name == "early":
                writer.end_early()
                with pytest.raises(ValueError, match="13 frames announced, 14 appended"):
                    writer.append(frames[:1])
                writer.end_early()
    early, plain = tmp_path / f"early{suffix}", tmp_path / f"plain{suffix}"
    if suffix == "":
        assert names_in(early) == names_in(plain)
    elif suffix == ".npy":
        np.testing.assert_array_equal(np.load(early), frames)
    elif suffix != ".png":
        assert early.read_bytes() == plain.read_bytes()


def test_nothing_at_all_is_no_early_end(tmp_path):
    with (
        pytest.raises(ValueError, match="0 frames cannot be all"),
        open_for(tmp_path / "waves.npy", moving_gradient()) as writer,
    ):
        writer.end_early()
    assert names_in(tmp_path) == []


def test_frames_of_another_shape_or_type(tmp_path):
    frames = moving_gradient()
    for wrong in (frames[..., :1], frames.astype(np.float32), frames[0]):
        with (
            pytest.raises(ValueError, match="uint8 frames"),
            open_for(tmp_path / "waves.npy", frames) as writer,
        ):
            writer.append(wrong)
    with pytest.raises(ValueError, match=r"only \.npy holds several videos"):
        writers.write_video(tmp_path / "waves.mp4", frames[None].repeat(2, axis=0), 25.0)
    assert names_in(tmp_path) == []


@pytest.fixture
def files_limited_to_8_kilobytes():
    """A disk that takes no more, as far as a program can tell."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("files_limited_to_8_kilobytes")
@pytest.mark.parametrize("suffix", FORMS)
def test_a_full_disk_is_named_and_changes_nothing(tmp_path, capfd, suffix):
    path = tmp_path / f"noise{suffix}"
    if suffix:
        path.write_bytes(b"old")
    with pytest.raises(UserError, match=f"cannot write .*noise{suffix}: File too large: "):
        writers.write_video(path, noise(), 25.0)
    assert names_in(tmp_path) == ([path.name] if suffix else [])
    assert not suffix or path.read_bytes() == b"old"
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("files_limited_to_8_kilobytes")
def test_a_full_disk_that_shows_when_the_last_frames_are_flushed(tmp_path):
    # So few frames wait in the encoder until it is told that there are no more.
    frames = noise(4)
    writing = contextlib.ExitStack()
    writing.enter_context(open_for(tmp_path / "noise.mp4", frames)).append(frames)
    with pytest.raises(UserError, match="File too large"):
        writing.close()
    assert names_in(tmp_path) == []


def test_a_folder_with_content_is_refused_before_any_work(tmp_path):
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "mine.txt").write_text("mine")
    with (
        pytest.raises(UserError, match=r"frames: Directory not empty: .*empty folder"),
        open_for(tmp_path / "frames", moving_gradient()),
    ):
        pytest.fail("the block must not be entered")
    assert names_in(tmp_path) == ["frames"]
    with pytest.raises(UserError, match="Directory not empty"):
        writers.output_paths(tmp_path / "frames", 3)


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("a file")
    (tmp_path / "folder.mp4").mkdir()
    for name, reason in [
        ("file/waves.mp4", "Not a directory"),
        ("file/deeper/waves", "Not a directory"),
        ("file", "File exists"),
        ("folder.mp4", "Is a directory"),
        ("x" * 300 + ".npy", "File name too long"),
    ]:
        with pytest.raises(UserError, match=f"cannot write .*{name}: {reason}: "):
            writers.write_video(tmp_path / name, moving_gradient(), 25.0)
    with pytest.raises(UserError, match=r"cannot write .*file/words"):
        writers.write_atomically(tmp_path / "file" / "words", "words")
    assert names_in(tmp_path) == ["file", "folder.mp4"]


def test_no_write_permission(tmp_path):
    # Root may write wherever the disk can be written; the tests act as nobody there.
    root = os.geteuid() == 0
    (tmp_path / "locked").mkdir(mode=0o500)
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(UserError, match=r"cannot write .*waves\.mp4: Permission denied: .*may"):
            writers.write_video(tmp_path / "locked" / "waves.mp4", moving_gradient(), 25.0)
        with pytest.raises(UserError, match=r"cannot write .*words\.txt: Permission denied"):
            writers.write_atomically(tmp_path / "locked" / "words.txt", "words")
    finally:
        if root:
            os.seteuid(0)
    assert names_in(tmp_path / "locked") == []


@pytest.mark.parametrize("name", ["waves.avi", "waves.jpeg", "run.final"])
def test_another_suffix_names_the_five_forms(tmp_path, name):
    for attempt in (
        lambda: writers.write_video(tmp_path / name, moving_gradient(), 25.0),
        lambda: writers.output_paths(tmp_path / name, 1),
    ):
        with pytest.raises(UserError) as caught:
            attempt()
        for form in (".mp4", ".gif", ".npy", ".png", "folder"):
            assert form in caught.value.advice
    assert names_in(tmp_path) == []


def test_output_paths(tmp_path):
    assert writers.output_paths(tmp_path / "waves.mp4", 1) == [tmp_path / "waves.mp4"]
    assert writers.output_paths(tmp_path / "waves.GIF", 2) == [
        tmp_path / "waves_000.GIF",
        tmp_path / "waves_001.GIF",
    ]
    assert writers.output_paths(tmp_path / "waves", 2) == [
        tmp_path / "waves" / "video_000",
        tmp_path / "waves" / "video_001",
    ]
    assert writers.output_paths(tmp_path / "waves.npy", 5) == [tmp_path / "waves.npy"]
    assert len(set(writers.output_paths(tmp_path / "waves.mp4", 1001))) == 1001


@pytest.mark.parametrize("suffix", [".npy", ".gif", ""])
def test_several_videos(tmp_path, suffix):
    videos = np.stack([moving_gradient(), moving_gradient()[::-1]])
    remaining = iter(videos)
    paths = writers.output_paths(tmp_path / f"waves{suffix}", len(videos))
    for path in paths:
        num_videos = len(videos) // len(paths)
        with open_for(path, videos[0], num_videos=num_videos) as writer:
            for _ in range(num_videos):
                writer.append(next(remaining))
    if suffix == ".npy":
        np.testing.assert_array_equal(np.load(tmp_path / "waves.npy"), videos)
        writers.write_video(tmp_path / "again.npy", videos, 25.0)
        np.testing.assert_array_equal(np.load(tmp_path / "again.npy"), videos)
    elif suffix:
        assert names_in(tmp_path) == ["waves_000.gif", "waves_001.gif"]
    else:
        assert names_in(tmp_path / "waves") == ["video_000", "video_001"]
        first = np.asarray(Image.open(tmp_path / "waves" / "video_001" / "frame_00000.png"))
        np.testing.assert_array_equal(first, videos[1, 0])


def test_write_atomically(tmp_path):
    path = tmp_path / "deep" / "words.json"
    writers.write_atomically(path, "Grüße")
    assert path.read_bytes() == "Grüße".encode()
    writers.write_atomically(path, b"\x00\x01")
    assert path.read_bytes() == b"\x00\x01"
    assert names_in(path.parent) == ["words.json"]


@pytest.mark.usefixtures("files_limited_to_8_kilobytes")
def test_write_atomically_keeps_the_old_file_on_a_full_disk(tmp_path):
    (tmp_path / "words.txt").write_text("old")
    with pytest.raises(UserError, match=r"cannot write .*words\.txt: File too large"):
        writers.write_atomically(tmp_path / "words.txt", b"0" * 100_000)
    assert (tmp_path / "words.txt").read_text() == "old"
    assert names_in(tmp_path) == ["words.txt"]


@pytest.mark.parametrize("name", ["result.v2", "2026.11.27"])
def test_a_folder_may_have_a_dot_and_a_number_in_its_name(tmp_path, name):
    writers.write_video(tmp_path / name, moving_gradient(2), 25.0)
    assert names_in(tmp_path / name) == ["frame_00000.png", "frame_00001.png"]


def test_a_folder_may_have_any_name_that_is_not_a_files(tmp_path):
    for name in ("report", "result.v2", "of.fire", "kept.mp4"):
        if name == "kept.mp4":
            (tmp_path / name).mkdir()
        encoding.require_folder_name(tmp_path / name)
    (tmp_path / "there").touch()
    for name in ("new.mp4", "new.GIF", "report.html", "there"):
        with pytest.raises(UserError, match=f"{name} is a file, or is named like one"):
            encoding.require_folder_name(tmp_path / name)


def test_folders_made_for_what_is_not_written_are_removed(tmp_path):
    path = tmp_path / "new" / "folder" / "video.mp4"
    with pytest.raises(TypeError), writers.replacing(path) as temporary:
        temporary.write_bytes("text")
    assert not list(tmp_path.iterdir())
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "other").touch()
    with pytest.raises(ZeroDivisionError), writers.replacing(path):
        _ = 1 / 0
    assert [found.name for found in tmp_path.rglob("*")] == ["new", "other"]
    with writers.replacing(path) as temporary:
        temporary.write_bytes(b"whole")
    assert path.read_bytes() == b"whole"
