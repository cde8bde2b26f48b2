"""Video of every container and kind comes as a viewer shows it, or a line says what was done."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from tests.video_files import encode, moving_bar, places_of_bar, run_ffmpeg
from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import read_clip

H264 = ("-c:v", "libx264", "-crf", "12", "-pix_fmt", "yuv420p")
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "2")
FORMS = {
    **dict.fromkeys(("ts", "mts", "m2ts", "3gp", "flv", "f4v", "mkv", "mov", "nut"), H264),
    **dict.fromkeys(("mxf", "vob", "mpg", "m2v"), MPEG2),
    **dict.fromkeys(("ogg", "ogv"), ("-c:v", "libtheora", "-q:v", "9")),
    **dict.fromkeys(("asf", "wmv"), ("-c:v", "wmv2", "-q:v", "2")),
    "h264": (*H264, "-f", "h264"),
    "qt": (*H264, "-f", "mov"),
    "y4m": ("-c:v", "rawvideo", "-pix_fmt", "yuv420p"),
    "avi": ("-c:v", "libx264", "-bf", "2", "-crf", "12", "-pix_fmt", "yuv420p"),
    "webm": ("-c:v", "libvpx", "-b:v", "2M"),
    "mjpeg": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"),
}


def notes_of(clip):
    return " / ".join(clip.notes)


@pytest.mark.parametrize("ending", FORMS)
def test_all_frames_come_in_order_from_every_container(tmp_path, ending):
    path = encode(tmp_path / f"clip.{ending}", moving_bar(20), *FORMS[ending])
    clip = read_clip(path, num_frames=None, size=(32, 48))
    assert places_of_bar(clip.frames) == list(range(0, 40, 2))
    assert clip.frame_rate == 25.0
    assert clip.notes == ()


def test_the_content_decides_and_not_the_ending(tmp_path):
    whole = encode(tmp_path / "clip.mp4", moving_bar(6), *H264).read_bytes()
    for name in ("no_ending", "clip.dat", "clip.gif"):
        (tmp_path / name).write_bytes(whole)
        assert len(read_clip(tmp_path / name, num_frames=None, size=(32, 48)).frames) == 6


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "60", "1000", "25/2"])
def test_rates_are_exact(tmp_path, rate):
    path = encode(tmp_path / "clip.mp4", moving_bar(12), *H264, rate=rate)
    assert read_clip(path, num_frames=None, size=(32, 48)).frame_rate == float(Fraction(rate))


@pytest.mark.parametrize("ending", ["webm", "mkv", "mp4"])
def test_uneven_frames_keep_their_speed_and_the_line_says_so(tmp_path, ending):
    uneven = ("-vf", r"select='lt(n\,10)+not(mod(n\,4))'", "-fps_mode", "vfr")
    path = encode(tmp_path / f"clip.{ending}", moving_bar(21), *FORMS.get(ending, H264), *uneven)
    clip = read_clip(path, num_frames=None, size=(32, 48))
    assert clip.frame_rate == 25.0
    shown = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 18, 18, *[24] * 4, *[32] * 4, 40]
    assert places_of_bar(clip.frames[:21]) == shown
    assert "shows its frames unevenly, for 40 to 160 ms" in notes_of(clip)


def test_pixels_that_are_not_square_keep_the_proportions(tmp_path):
    frames = moving_bar(4)
    wide = encode(tmp_path / "wide.mp4", frames, *H264, "-vf", "setsar=2/1")
    clip = read_clip(wide, num_frames=None, size=None)
    assert clip.frames.shape == (4, 32, 96, 3)
    assert places_of_bar(clip.frames) == [0, 4, 8, 12]
    assert "not square (2:1): it is read at 32x96 instead of 32x48" in notes_of(clip)
    high = encode(tmp_path / "high.mp4", frames, *H264, "-vf", "setsar=1/2")
    assert read_clip(high, num_frames=None, size=None).frames.shape == (4, 64, 48, 3)


@pytest.mark.parametrize(
    ("flags", "turn"),
    [
        (["-display_rotation", "90"], Image.Transpose.ROTATE_90),
        (["-display_rotation", "180"], Image.Transpose.ROTATE_180),
        (["-display_rotation", "270"], Image.Transpose.ROTATE_270),
        (["-display_hflip"], Image.Transpose.FLIP_LEFT_RIGHT),
        (["-display_vflip"], Image.Transpose.FLIP_TOP_BOTTOM),
        (["-display_rotation", "90", "-display_hflip"], Image.Transpose.TRANSVERSE),
        (["-display_rotation", "90", "-display_vflip"], Image.Transpose.TRANSPOSE),
    ],
)
def test_turned_and_mirrored_clips_are_upright(tmp_path, flags, turn):
    frames = moving_bar(3)
    frames[:, :8, :16] = (200, 0, 0)
    plain = encode(tmp_path / "plain.mp4", frames, *H264)
    run_ffmpeg(*flags, "-i", plain, "-c", "copy", tmp_path / "turned.mp4")
    expected = read_clip(plain, num_frames=None, size=None).frames[1]
    found = read_clip(tmp_path / "turned.mp4", num_frames=None, size=None).frames[1]
    np.testing.assert_array_equal(found, Image.fromarray(expected).transpose(turn))


def test_interlaced_frames_have_no_combs(tmp_path):
    fields = ("-vf", "tinterlace=interleave_top,setfield=tff", "-flags", "+ilme+ildct")
    still = moving_bar(40, size=(64, 96), step=0)
    moving = moving_bar(40, size=(64, 96), step=2)

    def combs(frames, name):
        path = encode(tmp_path / f"{name}.mpg", frames, *fields, *MPEG2, rate=50)
        clip = read_clip(path, num_frames=10, size=(64, 96))
        rows = clip.frames.astype(int).mean(axis=-1)
        between = (rows[:, :-2] + rows[:, 2:]) / 2 - rows[:, 1:-1]
        return np.abs(between[:, 4:-4]).mean(), clip

    of_moving, clip = combs(moving, "moving")
    of_still, _ = combs(still, "still")
    assert "moving.mpg is interlaced: its frames are de-interlaced" in clip.notes
    # Fields that stand beside each other differ by 190 levels in an eighth of the columns.
    assert of_moving < of_still + 2


BARS = np.repeat(np.uint8([[255] * 3, [255, 0, 0], [0, 255, 0], [0, 0, 255], [0] * 3]), 16, axis=0)


def bars(size, num_frames=3):
    return np.broadcast_to(np.resize(BARS, (size[1], 3)), (num_frames, *size, 3)).copy()


def centres(frames):
    return frames[1, frames.shape[1] // 2, 8:80:16].astype(int)


@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
def test_high_dynamic_range_comes_in_usual_colours(tmp_path, transfer):
    to_2020 = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
    light = (bars((32, 80)) / 255) ** 2.2 @ np.transpose(to_2020)
    if transfer == "smpte2084":  # Diffuse white is 203 cd/m2.
        power = (light * 203 / 10000) ** 0.1593017578125
        signal = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    else:  # Diffuse white is a signal of 0.75.
        scene = 0.265 * light
        bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
        signal = np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)
    tags = f"range=tv:color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc"
    form = f"scale=out_color_matrix=bt2020:out_range=tv,format=yuv420p10le,setparams={tags}"
    codec = ("-c:v", "libx265", "-x265-params", "log-level=error:lossless=1:pools=1")
    deep = np.rint(signal * 65535).astype(np.uint16)
    path = encode(tmp_path / "hdr.mp4", deep, *codec, "-vf", form)
    clip = read_clip(path, num_frames=None, size=None)
    assert "is HDR" in notes_of(clip)
    white, red, green, blue, black = centres(clip.frames)
    assert white.min() > 235
    assert np.ptp(white) <= 2
    for colour, channel in ((red, 0), (green, 1), (blue, 2)):
        assert colour[channel] > 235
        assert np.delete(colour, channel).max() < 30
    assert black.max() < 5


@pytest.mark.parametrize(("size", "matrix"), [((720, 1280), "bt709"), ((64, 80), "bt601")])
def test_what_says_nothing_of_its_colours_is_read_by_its_size(tmp_path, size, matrix):
    untagged = f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv444p"
    untagged += ",setparams=range=unknown:colorspace=unknown"
    path = encode(tmp_path / "bars.mp4", bars(size), "-c:v", "libx264", "-qp", "0", "-vf", untagged)
    np.testing.assert_allclose(
        centres(read_clip(path, num_frames=None, size=None).frames), BARS[::16], atol=3
    )


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9", "qtrle"])
def test_transparent_video_is_read_as_black_and_the_line_says_so(tmp_path, codec):
    ending = "mov" if codec == "qtrle" else "webm"
    form = "argb" if codec == "qtrle" else "yuva420p"
    alpha = "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*gt(X,23)'"
    options = ("-vf", f"{alpha},format={form}", "-c:v", codec, "-auto-alt-ref", "0", "-b:v", "2M")
    options = options[:4] if codec == "qtrle" else options
    path = encode(tmp_path / f"clip.{ending}", np.full((4, 32, 48, 3), 200, np.uint8), *options)
    clip = read_clip(path, num_frames=None, size=None)
    assert clip.frames[:, :, :20].max() < 12
    assert clip.frames[:, :, 28:].min() > 180
    assert (
        f"clip.{ending} is partly transparent: what is transparent is read as black" in clip.notes
    )


def test_a_cover_picture_is_no_video(tmp_path):
    Image.fromarray(moving_bar(1)[0]).save(tmp_path / "cover.png")
    song = ["-f", "lavfi", "-i", "sine=440:duration=1", "-i", tmp_path / "cover.png"]
    tags = ["-map", "0", "-map", "1", "-c:v", "png", "-disposition:v:0", "attached_pic"]
    run_ffmpeg(*song, *tags, tmp_path / "song.m4a")
    with pytest.raises(UserError, match="holds sound and a cover picture and no video stream"):
        read_clip(tmp_path / "song.m4a", num_frames=None, size=None)


@pytest.mark.parametrize("ending", ["mp4", "avi"])
def test_a_clip_that_was_cut_short_says_how_much_is_there(tmp_path, ending):
    noise = np.random.default_rng(0).integers(0, 256, (50, 32, 48, 3), np.uint8)
    options = ("-c:v", "mpeg4", "-q:v", "4", "-bf", "0", "-movflags", "+faststart")
    options = options if ending == "mp4" else options[:-2]
    path = encode(tmp_path / f"clip.{ending}", noise, *options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    clip = read_clip(path, num_frames=None, size=(32, 48))
    assert 25 < len(clip.frames) < 33
    assert clip.damage == f"cut short: {len(clip.frames)} of 50 frames"
    assert f"clip.{ending} is {clip.damage}" in notes_of(clip)


@pytest.mark.parametrize("ending", ["mkv", "webm"])
def test_a_stream_that_was_cut_short_says_about_how_much(tmp_path, ending):
    noise = np.random.default_rng(0).integers(0, 256, (50, 32, 48, 3), np.uint8)
    path = encode(tmp_path / f"clip.{ending}", noise, *FORMS[ending])
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    clip = read_clip(path, num_frames=None, size=(32, 48))
    assert 20 < len(clip.frames) < 45
    assert clip.damage.startswith("cut short: ")
    assert clip.damage.endswith((" of about 50 frames", " of about 49 frames"))


def test_a_beginning_that_is_edited_out_is_not_shown(tmp_path):
    whole = encode(tmp_path / "whole.mp4", moving_bar(20), *H264)
    run_ffmpeg("-ss", "0.2", "-i", whole, "-c", "copy", tmp_path / "edited.mp4")
    clip = read_clip(tmp_path / "edited.mp4", num_frames=None, size=(32, 48))
    assert places_of_bar(clip.frames) == list(range(10, 40, 2))
    assert clip.notes == ()


def test_start_every_and_what_is_left_out_are_said(tmp_path):
    path = encode(tmp_path / "clip.mp4", moving_bar(20), *H264)
    clip = read_clip(path, num_frames=3, size=(32, 48), start="0.2s", every=2)
    assert places_of_bar(clip.frames) == [10, 14, 18]
    assert clip.frame_rate == 12.5
    assert clip.first_frame == 5
    said = "clip.mp4: reads frames 5 on, 3 of 20 frames, one of 2; --num_frames=8 takes all"
    assert f"{said} after --start" in clip.notes
    first = read_clip(path, num_frames=15, size=(32, 48))
    assert first.notes == ("clip.mp4: reads the first 15 of 20 frames; --num_frames=20 takes all",)


def test_other_proportions_are_named(tmp_path):
    path = encode(tmp_path / "clip.mp4", moving_bar(3), *H264)
    stretched = read_clip(path, num_frames=None, size=(16, 16))
    assert "read at 16x16 (height x width): its proportions change (stretch)" in notes_of(stretched)
    cropped = read_clip(path, num_frames=None, size=(16, 16), fit="crop")
    assert "what stands over is cut off (crop)" in notes_of(cropped)
    assert read_clip(path, num_frames=None, size=(16, 24)).notes == ()


def test_texts_and_playlists_are_no_video(tmp_path):
    encode(tmp_path / "a.ts", moving_bar(4), *H264)
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n")
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile a.ts\n")
    (tmp_path / "notes.txt").write_text("This is no video.\n" * 50)
    for name in ("list.m3u8", "list.mp4", "notes.txt"):
        with pytest.raises(UserError, match="holds no video that ffmpeg can decode"):
            read_clip(tmp_path / name, num_frames=None, size=None)
