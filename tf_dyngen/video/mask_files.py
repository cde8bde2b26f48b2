"""Decoding of masks, frame by frame, from every form of file that can hold one.

A value that is not zero hides its pixel, whatever its type and in whichever channel it stands.
"""

import itertools
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding, matlab

MATLAB_SUFFIX = ".mat"
MASK_WANTED = "a mask: a picture, a folder of them, a video, .npy or .mat"
MASK_SUFFIXES = (*decoding.PICTURE_SUFFIXES, *decoding.CLIP_SUFFIXES, MATLAB_SUFFIX)

# Compression leaves a little brightness everywhere, which would hide every pixel.
_LOSSY_SUFFIXES = (*decoding.FFMPEG_SUFFIXES, ".jpg", ".jpeg", ".webp")
_LOSSY_THRESHOLD = 127

_MAX_CHANNELS = 4
_MATLAB_NAMES = ("masks", "mask")
# What NumPy raises, by the kind of damage, for a file that it cannot read.
_UNREADABLE = (
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    RecursionError,
    SyntaxError,
    tokenize.TokenError,
    OSError,
    EOFError,
    MemoryError,
)

Hidden = Iterator[np.ndarray]


def decode_hidden(path: Path) -> Hidden:
    """Decode the mask at `path`: a picture, a folder of them, a video, a GIF, .npy or .mat.

    A .npy array is [T, H, W], [T, H, W, C] or [H, W] of bool, integers or floats. A MATLAB file
    holds [H, W, T], [H, W, T, C] or [H, W], under the name `masks` or `mask` unless it is the only
    one. In pictures and videos what is not black is hidden; in videos, JPEG and WebP, what is over
    half bright. Transparency counts as black.

    Yields: [H, W] bool, True where a pixel is hidden; without end for what has no time axis.
    Raises: UserError when there is nothing at `path`, when it may not be read, or when it is no
      mask; and, once the frames are asked for, where one of them is damaged or has a NaN.
    """
    decoding.require_readable(path, MASK_WANTED)
    if path.is_dir():
        return _decode_folder(path)
    suffix = path.suffix.lower()
    if suffix in decoding.PICTURE_SUFFIXES:
        return itertools.repeat(_read_picture(path))
    if suffix == ".npy":
        return _decode_array(_open_numpy(path), path)
    if suffix == MATLAB_SUFFIX:
        return _decode_array(_read_matlab(path), path)
    if suffix in decoding.CLIP_SUFFIXES:
        return (_not_black(picture, path) for picture, _ in decoding.decode(path))
    raise UserError(
        f"{path} ends in {suffix or 'no suffix'}, a mask is wanted",
        f"give one of {', '.join(MASK_SUFFIXES)}, or a folder of numbered pictures",
    )


def _decode_folder(folder: Path) -> Hidden:
    pictures = decoding.visible_files(folder, decoding.PICTURE_SUFFIXES)
    if not pictures:
        raise UserError(
            f"{folder} holds no pictures, a mask is wanted",
            f"name a folder of numbered {', '.join(decoding.PICTURE_SUFFIXES)} files, or a file",
        )
    return map(_read_picture, pictures)


def _read_picture(path: Path) -> np.ndarray:
    picture = decoding.open_picture(path)
    with Image.open(path) as stored:
        # Brought to 8 bits, what is small among 16 would be rounded to black.
        if stored.mode.startswith("I"):
            return np.asarray(ImageOps.exif_transpose(stored)) != 0
    return _not_black(picture, path)


def _not_black(picture: Image.Image, source: Path) -> np.ndarray:
    threshold = _LOSSY_THRESHOLD if source.suffix.lower() in _LOSSY_SUFFIXES else 0
    pixels = np.asarray(picture.convert("RGBA"))
    brightness, alpha = pixels[..., :3].max(axis=-1), pixels[..., 3]
    return brightness.astype(np.uint16) * alpha > threshold * 255


def _open_numpy(path: Path) -> np.ndarray:
    wanted = "an array [T, H, W], [T, H, W, C] or [H, W] is wanted"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = np.lib.format.open_memmap(path, mode="r")
    except _UNREADABLE as error:
        found = (
            "holds Python objects" if "Python objects" in str(error) else "is no whole .npy file"
        )
        raise UserError(
            f"{path} {found}, {wanted}", "save it again with numpy.save, as mask.astype(bool)"
        ) from None
    if not _may_be_mask(array.shape, channels=array.shape[-1:]):
        raise UserError(
            f"{path} holds an array of shape {list(array.shape)}, {wanted}",
            "bring the axes into that order and save it again",
        )
    return array


def _read_matlab(path: Path) -> np.ndarray:
    """Returns [T, H, W, C], [T, H, W] or [H, W]."""
    array = matlab.read_array(path, _MATLAB_NAMES)
    if not _may_be_mask(array.shape, channels=array.shape[3:]):
        raise UserError(
            f"{path} holds an array of shape {list(array.shape)},"
            " an array [H, W, T], [H, W, T, C] or [H, W] is wanted",
            "bring the axes into that order and save it again",
        )
    return np.moveaxis(array, 2, 0) if array.ndim > 2 else array


def _may_be_mask(shape: tuple[int, ...], *, channels: tuple[int, ...]) -> bool:
    channels_fit = len(shape) != 4 or channels[0] <= _MAX_CHANNELS
    return len(shape) in (2, 3, 4) and min(shape) > 0 and channels_fit


def _decode_array(array: np.ndarray, path: Path) -> Hidden:
    """Yields the frames of [T, H, W, C] or [T, H, W], or [H, W] again and again."""
    if array.dtype.kind not in "biuf":
        raise UserError(
            f"{path} holds {array.dtype} values, a mask of bool, integers or floats is wanted",
            "save what is not zero where a pixel is hidden",
        )
    if array.ndim == 2:
        return itertools.repeat(_nonzero(array, path, 0))
    return (_nonzero(frame, path, index) for index, frame in enumerate(array))


def _nonzero(frame: np.ndarray, path: Path, index: int) -> np.ndarray:
    if frame.dtype.kind == "f" and np.isnan(frame).any():
        raise UserError(
            f"{path} holds NaN in frame {index}, numbers are wanted", "put 0 or 1 in its place"
        )
    hidden = frame != 0
    return hidden.any(axis=-1) if hidden.ndim == 3 else hidden
