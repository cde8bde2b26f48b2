import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video import clips, film

SIZE = (24, 32)


def moving_gradient(num_frames=12, size=SIZE):
    """Smooth colours that travel: [T, H, W, 3] uint8, no two frames alike."""
    time, row, column = np.ogrid[:num_frames, : size[0], : size[1]]
    waves = [np.sin(column / 9 + time / 3), np.cos(row / 8 + time / 4), np.sin(time / 5)]
    return np.stack(np.broadcast_arrays(*[127 + 90 * wave for wave in waves]), -1).astype(np.uint8)


def save_video(path, frames, frame_rate=25):
    codec = "libvpx-vp9" if path.suffix == ".webm" else None
    iio.imwrite(path, frames, plugin="FFMPEG", fps=frame_rate, macro_block_size=1, codec=codec)
    return path


def save_pictures(folder, frames, names=None):
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / (names[number] if names else f"{number}.png"))
    return folder


def run_ffmpeg(*arguments):
    executable = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([executable, "-v", "error", *map(str, arguments)], check=True)


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mov", ".mkv", ".webm"])
def test_video_files_keep_frames_and_rate(tmp_path, suffix):
    frames = moving_gradient()
    path = save_video(tmp_path / f"waves{suffix}", frames, frame_rate=12.5)
    clip = clips.read_clip(path, num_frames=None, size=SIZE)
    assert clip.frames.shape == frames.shape
    assert clip.frames.dtype == np.uint8
    assert clip.frame_rate == pytest.approx(12.5)
    assert clip.name == "waves"
    distances = np.abs(clip.frames[:, None].astype(int) - frames[None]).mean(axis=(2, 3, 4))
    # Each frame is the one that was written, and not a neighbour or a repetition.
    np.testing.assert_array_equal(distances.argmin(axis=1), np.arange(len(frames)))


def test_decoded_colours_have_no_bias(tmp_path):
    # 8 bits in 4:2:0 cost less than 2 levels on smooth content; a bias shows as its mean.
    frames = moving_gradient(size=(64, 64))
    save_pictures(tmp_path / "frames", frames)
    pictures, video = tmp_path / "frames" / "%d.png", tmp_path / "lossless.mkv"
    run_ffmpeg("-i", pictures, "-c:v", "libx264", "-qp", 0, "-pix_fmt", "yuv420p", video)
    errors = clips.read_clip(video, num_frames=None, size=(64, 64)).frames.astype(int) - frames
    assert np.abs(errors).mean() < 2
    assert abs(errors.mean()) < 0.5


def test_pictures_and_arrays_are_exact(tmp_path):
    frames = moving_gradient()
    np.save(tmp_path / "waves.npy", frames)
    save_pictures(tmp_path / "waves", frames)
    for path in (tmp_path / "waves.npy", tmp_path / "waves"):
        clip = clips.read_clip(path, num_frames=None, size=SIZE)
        np.testing.assert_array_equal(clip.frames, frames)
        assert clip.frame_rate == 25.0
        assert clip.name == "waves"


def test_grey_arrays_with_and_without_a_channel_axis(tmp_path):
    grey = moving_gradient()[..., :1]
    np.save(tmp_path / "flat.npy", grey[..., 0])
    np.save(tmp_path / "axis.npy", grey)
    for name in ("flat.npy", "axis.npy"):
        one = clips.read_clip(tmp_path / name, num_frames=None, size=SIZE, channels=1).frames
        three = clips.read_clip(tmp_path / name, num_frames=None, size=SIZE, channels=3).frames
        np.testing.assert_array_equal(one, grey)
        np.testing.assert_array_equal(three, np.repeat(grey, 3, axis=-1))


def test_start_and_num_frames(tmp_path):
    frames = moving_gradient()
    np.save(tmp_path / "waves.npy", frames)
    clip = clips.read_clip(tmp_path / "waves.npy", num_frames=4, size=SIZE, start=3)
    np.testing.assert_array_equal(clip.frames, frames[3:7])
    shorter = clips.read_clip(tmp_path / "waves.npy", num_frames=10, size=SIZE, start=5)
    np.testing.assert_array_equal(shorter.frames, frames[5:])


def test_gif_frames_are_composed_and_timed(tmp_path):
    canvas = Image.new("RGB", (32, 24), (250, 0, 0))
    pictures = []
    for step in range(4):
        # Only a corner changes, so that the later frames of the file hold no more than it.
        canvas.paste((0, 0, 60 * step), (0, 0, 6, 6))
        pictures.append(canvas.copy())
    path = tmp_path / "corner.gif"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=80)
    clip = clips.read_clip(path, num_frames=None, size=(24, 32))
    np.testing.assert_array_equal(clip.frames, np.stack([np.asarray(p) for p in pictures]))
    assert clip.frame_rate == pytest.approx(12.5)


def test_transparency_turns_black(tmp_path):
    rgba = np.zeros((24, 32, 4), np.uint8)
    rgba[...] = (200, 100, 50, 255)
    rgba[:, :16, 3] = 0
    save_pictures(tmp_path / "see_through", [rgba, rgba])
    frames = clips.read_clip(tmp_path / "see_through", num_frames=None, size=(24, 32)).frames
    assert (frames[:, :, :16] == 0).all()
    assert (frames[:, :, 16:] == (200, 100, 50)).all()


def test_sixteen_bit_grey_is_scaled(tmp_path):
    deep = np.linspace(0, 65535, 24 * 32).reshape(24, 32).astype(np.uint16)
    save_pictures(tmp_path / "deep", [deep, deep])
    frames = clips.read_clip(tmp_path / "deep", num_frames=None, size=(24, 32), channels=1).frames
    np.testing.assert_allclose(frames[0, ..., 0], deep / 257, atol=0.5)


def test_luminance_of_red(tmp_path):
    red = np.zeros((2, 24, 32, 3), np.uint8)
    red[..., 0] = 255
    np.save(tmp_path / "red.npy", red)
    frames = clips.read_clip(
        tmp_path / "red.npy", num_frames=None, size=(24, 32), channels=1
    ).frames
    assert frames.shape == (2, 24, 32, 1)
    # ITU-R BT.601: 0.299 of red.
    assert np.unique(frames) == [76]


def test_shrinking_averages_and_growing_keeps_levels(tmp_path):
    checkers = np.indices((2, 64, 64)).sum(axis=0) % 2 * 255
    np.save(tmp_path / "checkers.npy", checkers.astype(np.uint8))
    small = clips.read_clip(tmp_path / "checkers.npy", num_frames=None, size=(16, 32), channels=1)
    # Picking pixels instead of averaging them would give 0 or 255 everywhere.
    assert np.abs(small.frames[:, 1:-1, 1:-1].astype(int) - 127).max() <= 3
    np.save(tmp_path / "flat.npy", np.full((2, 8, 8), 90, np.uint8))
    large = clips.read_clip(tmp_path / "flat.npy", num_frames=None, size=(40, 24), channels=1)
    assert large.frames.shape == (2, 40, 24, 1)
    assert np.unique(large.frames) == [90]


def test_natural_order_and_other_files_ignored(tmp_path):
    levels = np.arange(12, dtype=np.uint8)[:, None, None].repeat(8, 1).repeat(8, 2)
    names = [f"Frame{number}.png" for number in range(12)]
    folder = save_pictures(tmp_path / "frames", levels[::-1], names[::-1])
    (folder / "notes.txt").write_text("not a picture")
    (folder / "._Frame0.png").write_bytes(b"not a picture either")
    clip = clips.read_clip(folder, num_frames=None, size=(8, 8), channels=1)
    np.testing.assert_array_equal(clip.frames[:, 0, 0, 0], np.arange(12))


def test_id_follows_content_not_name(tmp_path):
    frames = moving_gradient()
    np.save(tmp_path / "one.npy", frames)
    shutil.copy(tmp_path / "one.npy", tmp_path / "two.npy")
    save_pictures(tmp_path / "three", frames)
    np.save(tmp_path / "other.npy", frames[::-1])

    def clip_id(name, size=SIZE):
        return clips.read_clip(tmp_path / name, num_frames=None, size=size).clip_id

    assert clip_id("one.npy") == clip_id("two.npy") == clip_id("three")
    assert len(clip_id("one.npy")) == 16
    int(clip_id("one.npy"), 16)
    assert len({clip_id("one.npy"), clip_id("other.npy"), clip_id("one.npy", (32, 24))}) == 3
    # The same bytes in another shape are another clip.
    np.save(tmp_path / "flat.npy", np.zeros((2, 8, 8), np.uint8))
    assert clip_id("flat.npy", (24, 32)) != clip_id("flat.npy", (32, 24))


def test_long_video_is_not_decoded_whole(tmp_path, monkeypatch):
    path = tmp_path / "long.mkv"
    run_ffmpeg("-f", "lavfi", "-i", "testsrc=s=32x24:r=25:d=80", "-preset", "ultrafast", path)
    decode, pulled = film.decode_frames, []

    def counting(*arguments):
        for frame in decode(*arguments):
            pulled.append(frame)
            yield frame

    monkeypatch.setattr(film, "decode_frames", counting)
    assert len(clips.read_clip(path, num_frames=10, size=SIZE).frames) == 10
    assert len(pulled) == 10
    pulled.clear()
    assert len(clips.read_clip(path, num_frames=None, size=(4, 4)).frames) == 2000


def test_pictures_behind_the_last_one_wanted_are_not_opened(tmp_path):
    folder = save_pictures(tmp_path / "frames", moving_gradient(4))
    (folder / "9.png").write_bytes(b"damaged")
    assert len(clips.read_clip(folder, num_frames=4, size=SIZE).frames) == 4


def test_damaged_video_gives_what_comes_before_the_damage(tmp_path):
    frames = moving_gradient(40, (96, 128))
    path = tmp_path / "cut.avi"
    iio.imwrite(path, frames, plugin="FFMPEG", codec="mjpeg", macro_block_size=1)
    whole = clips.read_clip(path, num_frames=None, size=SIZE).frames
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    cut = clips.read_clip(path, num_frames=None, size=SIZE).frames
    assert 10 <= len(cut) < 40
    np.testing.assert_array_equal(cut[:10], whole[:10])


def make_missing(folder):
    return folder / "nowhere.mp4", ["does not exist"]


def make_folder_without_pictures(folder):
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_text("nothing to see")
    return folder / "empty", ["no pictures", ".png"]


def make_two_sizes(folder):
    save_pictures(folder / "mixed", [np.zeros((8, 6), np.uint8), np.zeros((4, 5), np.uint8)])
    return folder / "mixed", ["0.png is 8x6", "1.png is 4x5"]


def make_text(folder):
    (folder / "text.mp4").write_text("this is no video\n")
    return folder / "text.mp4", ["no video that ffmpeg can decode"]


def make_sound(folder):
    run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", folder / "sound.mp4")
    return folder / "sound.mp4", ["sound", "no video stream"]


def make_empty(folder):
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4", ["empty (0 bytes)"]


def make_truncated(folder):
    path = save_video(folder / "cut.mp4", moving_gradient())
    path.write_bytes(path.read_bytes()[:900])
    return path, ["no video that ffmpeg can decode"]


def make_damaged_gif(folder):
    (folder / "noise.gif").write_bytes(b"GIF89a" + bytes(range(200)))
    return folder / "noise.gif", ["no GIF frame that can be decoded"]


def make_damaged_picture(folder):
    save_pictures(folder / "frames", moving_gradient(3))
    damaged = folder / "frames" / "1.png"
    damaged.write_bytes(damaged.read_bytes()[:100])
    return folder / "frames", ["1.png cannot be decoded as a picture"]


def make_array(contents, *expected):
    def make(folder):
        np.save(folder / "array.npy", contents, allow_pickle=True)
        return folder / "array.npy", list(expected)

    return make


def make_damaged_array(folder):
    np.save(folder / "array.npy", moving_gradient())
    (folder / "array.npy").write_bytes((folder / "array.npy").read_bytes()[:500])
    return folder / "array.npy", ["no whole .npy file"]


def make_archive(folder):
    with (folder / "array.npy").open("wb") as file:
        np.savez(file, frames=moving_gradient())
    return folder / "array.npy", ["is a .npz archive"]


def make_single_frame(folder):
    return save_video(folder / "one.mp4", moving_gradient(1)), ["1 frame ", "2 or more"]


def make_other_suffix(folder):
    (folder / "clip.docx").write_text("words")
    return folder / "clip.docx", [".docx", ".mp4, "]


def make_single_picture(folder):
    save_pictures(folder, moving_gradient(1))
    return folder / "0.png", ["one picture"]


@pytest.mark.parametrize(
    "make",
    [
        make_missing,
        make_folder_without_pictures,
        make_two_sizes,
        make_text,
        make_sound,
        make_empty,
        make_truncated,
        make_damaged_gif,
        make_damaged_picture,
        pytest.param(make_array(np.zeros((3, 8, 8, 3)), "float64", "uint8"), id="dtype"),
        pytest.param(make_array(np.zeros((8, 8), np.uint8), "[8, 8]"), id="rank"),
        pytest.param(make_array(np.zeros((2, 3, 8, 8, 3), np.uint8), "2 videos"), id="several"),
        pytest.param(make_array(np.array([{"a": 1}]), "Python objects"), id="objects"),
        pytest.param(make_array(np.zeros((3, 8, 8, 4), np.uint8), "C = 1 or 3"), id="channels"),
        pytest.param(make_array(np.zeros((1, 8, 8), np.uint8), "1 frame "), id="one_frame"),
        make_damaged_array,
        make_archive,
        make_single_frame,
        make_other_suffix,
        make_single_picture,
    ],
)
def test_mistakes_are_named(tmp_path, capfd, make):
    path, expected = make(tmp_path)
    with pytest.raises(UserError) as caught:
        clips.read_clip(path, num_frames=None, size=SIZE)
    assert str(path) in caught.value.problem
    for words in expected:
        assert words in str(caught.value)
    assert caught.value.advice
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_fewer_than_two_frames_wanted(tmp_path):
    with pytest.raises(UserError, match="1 frames wanted"):
        clips.read_clip(tmp_path / "waves.npy", num_frames=1, size=SIZE)


def test_start_behind_the_end(tmp_path):
    np.save(tmp_path / "waves.npy", moving_gradient(12))
    with pytest.raises(UserError, match=r"holds 12 frames.* from frame 11 on.*start at frame 10"):
        clips.read_clip(tmp_path / "waves.npy", num_frames=4, size=SIZE, start=11)


@contextlib.contextmanager
def without_privileges():
    """Acts as a user without a name where the tests run as root, whom no permission stops."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_no_read_permission(tmp_path):
    path = tmp_path / "secret.npy"
    np.save(path, moving_gradient())
    path.chmod(0)
    with without_privileges(), pytest.raises(UserError, match=r"secret\.npy.*permission denied"):
        clips.read_clip(path, num_frames=None, size=SIZE)


def test_model_range_there_and_back():
    pixels = np.arange(256, dtype=np.uint8)
    values = clips.to_model_range(pixels)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, np.linspace(-1, 1, 256), atol=1e-7)
    np.testing.assert_array_equal(clips.to_uint8(values), pixels)
    # Half a level either way is rounded, all beyond the range is clipped.
    np.testing.assert_array_equal(
        clips.to_uint8(np.array([-7.0, -1 + 0.49 / 127.5, -1 + 0.51 / 127.5, 1.2, np.inf])),
        [0, 0, 1, 255, 255],
    )
    with pytest.raises(ValueError, match="not-a-number"):
        clips.to_uint8(np.array([0.0, np.nan]))


def test_video_needs_no_tensorflow():
    program = (
        "import sys, tf_dyngen.video.clips, tf_dyngen.video.writers, tf_dyngen.video.display;"
        "sys.exit('tensorflow' in sys.modules)"
    )
    root = Path(clips.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root).returncode == 0


def test_blocks_hold_the_frames_of_the_clip(tmp_path):
    frames = moving_gradient(num_frames=clips.BLOCK + 15)
    np.save(tmp_path / "waves.npy", frames)
    sources = [tmp_path / "waves.npy", save_video(tmp_path / "waves.mp4", frames)]
    for path in sources:
        for channels in (1, 3):
            wanted = {"num_frames": clips.BLOCK + 10, "size": (16, 20), "channels": channels}
            blocks = list(clips.read_blocks(path, **wanted))
            assert [len(block) for block in blocks] == [clips.BLOCK, 10]
            whole = clips.read_clip(path, **wanted).frames
            np.testing.assert_array_equal(np.concatenate(blocks), whole)
    with pytest.raises(UserError, match="does not exist"):
        next(clips.read_blocks(tmp_path / "none.mp4", num_frames=None, size=SIZE))
