"""Decoding, one picture at a time: video files, GIFs, folders of pictures and .npy arrays.

Every decoder is a generator of (picture, seconds on screen), so that a long file is decoded no
further than its reader asks, and no more than one full-size picture is held in memory.
"""

import contextlib
import os
import re
import warnings
from collections.abc import Generator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tf_dyngen.errors import UserError
from tf_dyngen.video import ffmpeg

FFMPEG_SUFFIXES = (".avi", ".mp4", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".ogv", ".wmv")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
CLIP_SUFFIXES = (*FFMPEG_SUFFIXES, ".gif", ".npy")
DEFAULT_FRAME_RATE = 25.0

Pictures = Generator[tuple[Image.Image, float]]

# What Pillow raises, by format and by damage, for a file that it cannot decode.
_UNDECODABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    IndexError,
)


def decode(path: Path) -> Pictures:
    """Decode the clip at `path`, picture by picture, each with its seconds on screen.

    Raises: UserError when there is nothing at `path`, when it may not be read, or when it is no
      clip; and, once the pictures are asked for, where one of them cannot be decoded.
    """
    require_readable(path)
    if path.is_dir():
        return _decode_folder(path)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _decode_array(path)
    if suffix == ".gif":
        return _decode_gif(path)
    if suffix in FFMPEG_SUFFIXES:
        return _decode_video(path)
    advice = f"give one of {', '.join(CLIP_SUFFIXES)}, or a folder of numbered pictures"
    if suffix in PICTURE_SUFFIXES:
        raise UserError(f"{path} is one picture, a clip of 2 frames or more is wanted", advice)
    raise UserError(f"{path} ends in {suffix or 'no suffix'}, a video file is wanted", advice)


def natural_order(path: Path) -> tuple[list[str | int], str]:
    """Give the sort key that puts frame2 before frame10."""
    pieces = re.split(r"([0-9]+)", path.name)
    words = [int(piece) if index % 2 else piece.lower() for index, piece in enumerate(pieces)]
    return words, path.name


def visible_files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """List the files of `folder` with one of `suffixes`, hidden ones left out, naturally sorted."""
    found = [
        path
        for path in folder.iterdir()
        # macOS leaves a hidden ._frame.png beside each frame.png on foreign disks.
        if path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
    ]
    return sorted(found, key=natural_order)


def require_readable(path: Path, wanted: str = "a video file or a folder of pictures") -> None:
    """Raise UserError unless `path` is a file with content, or a folder, that may be read."""
    try:
        if path.is_dir():
            os.scandir(path).close()
            return
        with path.open("rb"):
            pass
        if not path.stat().st_size:
            raise UserError(
                f"{path} is empty (0 bytes), {wanted} is wanted", "copy or download the file again"
            )
    except FileNotFoundError:
        raise UserError(
            f"{path} does not exist, {wanted} is wanted",
            "check the spelling of the path",
        ) from None
    except PermissionError:
        raise UserError(
            f"{path} may not be read: permission denied", "grant read permission (chmod +r)"
        ) from None
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror or error}", "check the path and the disk"
        ) from None


def _decode_video(path: Path) -> Pictures:
    ffmpeg.executable()
    reader = imageio_ffmpeg.read_frames(
        f"file:{path.resolve()}",
        pix_fmt="rgba",
        bits_per_pixel=32,
        # A playlist under a video's name must not make ffmpeg fetch things from elsewhere.
        input_params=["-hide_banner", "-protocol_whitelist", "file,pipe"],
        # Every stored frame once, whatever its time stamp. The flags make the conversion to RGB
        # unbiased (its fast default darkens by a level) and the same on every processor.
        output_params=["-map", "0:v:0", "-fps_mode", "passthrough"]
        + ["-sws_flags", "bicubic+accurate_rnd+full_chroma_int+bitexact"],
    )
    with contextlib.closing(reader):
        # imageio-ffmpeg tells damage by whatever its parser of ffmpeg's log stumbles over.
        try:
            with ffmpeg.plain_start():
                header = next(reader)
        except (OSError, RuntimeError, LookupError, ValueError, AttributeError) as error:
            raise _undecodable_video(path, str(error)) from None
        seconds = 1 / (header["fps"] or DEFAULT_FRAME_RATE)
        while True:
            try:
                data = next(reader, None)
            except RuntimeError:
                # A frame cut short ends a damaged file; the frames before it are whole.
                return
            if data is None:
                return
            yield Image.frombuffer("RGBA", header["size"], data, "raw", "RGBA", 0, 1), seconds


def _undecodable_video(path: Path, log: str) -> UserError:
    if "Audio:" in log and "Video:" not in log:
        return UserError(
            f"{path} holds sound and no video stream, a video is wanted", "give a video file"
        )
    return UserError(
        f"{path} holds no video that ffmpeg can decode",
        "check that it plays; if it was cut short or is no video, download or export it again",
    )


def _decode_gif(path: Path) -> Pictures:
    number = 0
    try:
        with Image.open(path, formats=["GIF"]) as gif:
            while True:
                gif.seek(number)
                # Browsers show a frame without a duration for a tenth of a second.
                yield gif.copy(), (gif.info.get("duration") or 100) / 1000
                number += 1
    except _UNDECODABLE:
        if not number:
            raise UserError(
                f"{path} holds no GIF frame that can be decoded", "export the GIF again"
            ) from None


def _decode_folder(folder: Path) -> Pictures:
    pictures = visible_files(folder, PICTURE_SUFFIXES)
    if not pictures:
        raise UserError(
            f"{folder} holds no pictures, numbered {', '.join(PICTURE_SUFFIXES)} files are wanted",
            "name a folder that holds the frames, or a video file",
        )
    return _decode_pictures(pictures)


def _decode_pictures(pictures: list[Path]) -> Pictures:
    first_size = None
    for path in pictures:
        image = open_picture(path)
        first_size = first_size or image.size
        if image.size != first_size:
            raise UserError(
                f"pictures of two sizes in {path.parent}: {pictures[0].name} is"
                f" {_by(first_size)}, {path.name} is {_by(image.size)} (height x width)",
                "keep pictures of one size in the folder",
            )
        yield image, 1 / DEFAULT_FRAME_RATE


def open_picture(path: Path) -> Image.Image:
    """Decode one picture, upright, with 8 bits a channel; UserError where it cannot be."""
    require_readable(path)
    try:
        with Image.open(path) as image:
            # The camera's upright, not the sensor's.
            upright = ImageOps.exif_transpose(image)
        return _to_8_bits(upright)
    except _UNDECODABLE as error:
        raise UserError(
            f"{path} cannot be decoded as a picture ({error})",
            "replace the picture or take it out of the folder",
        ) from None


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Bring 16-bit grey to 8 bits, which Pillow would clip rather than scale."""
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("32-bit pixels; 8 or 16 bits are wanted")
        return Image.fromarray(np.rint(values / 257).astype(np.uint8))
    if image.mode == "F":
        raise ValueError("floating-point pixels; 8 or 16 bits are wanted")
    return image


def _decode_array(path: Path) -> Pictures:
    return _decode_frames(_open_array(path))


def _decode_frames(frames: np.ndarray) -> Pictures:
    for frame in frames:
        # Pillow knows grey pictures as [H, W] only.
        pixels = frame[..., 0] if frame.ndim == 3 and frame.shape[-1] == 1 else frame
        yield Image.fromarray(np.ascontiguousarray(pixels)), 1 / DEFAULT_FRAME_RATE


def _open_array(path: Path) -> np.ndarray:
    wanted = "a uint8 array [T, H, W, C] or [T, H, W] with C = 1 or 3 is wanted"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frames = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        # NumPy refuses an array of objects with one of these two words, by where it meets them.
        if re.search("pickle|Python objects", str(error)) and _is_array_file(path):
            raise UserError(
                f"{path} holds Python objects, {wanted}", "save it again as frames.astype(np.uint8)"
            ) from None
        raise UserError(
            f"{path} is no whole .npy file, {wanted}", "save it again with numpy.save"
        ) from None
    if not isinstance(frames, np.ndarray):
        frames.close()
        raise UserError(f"{path} is a .npz archive, {wanted}", "save the array with numpy.save")
    if frames.dtype != np.uint8:
        raise UserError(
            f"{path} holds {frames.dtype} values, {wanted}",
            "scale it to 0..255 and save frames.astype(np.uint8)",
        )
    if frames.ndim == 5:
        raise UserError(
            f"{path} holds {len(frames)} videos {list(frames.shape)}, {wanted}",
            "save each video in a file of its own",
        )
    wrong_channels = frames.ndim == 4 and frames.shape[-1] not in (1, 3)
    if frames.ndim not in (3, 4) or wrong_channels or 0 in frames.shape[1:]:
        raise UserError(
            f"{path} holds an array of shape {list(frames.shape)}, {wanted}",
            "bring the axes into that order and save it again",
        )
    return frames


def _is_array_file(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(6) == b"\x93NUMPY"


def _by(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"
