"""Masks in files, in every form that can hold one, decoded frame by frame.

A value that is not zero hides its pixel, whatever its type and in whichever channel it stands.
"""

import itertools
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding, matlab
from tf_dyngen.video.files import (
    CLIP_SUFFIXES,
    PICTURE_SUFFIXES,
    listed,
    missing_numbers,
    numbers_of,
    require_readable,
    visible_files,
)
from tf_dyngen.video.footage import Footage
from tf_dyngen.video.pictures import count_pictures, is_picture, open_picture

MATLAB_SUFFIX = ".mat"
MASK_WANTED = "a mask: a picture, a folder of them, a video, .npy or .mat"
MASK_SUFFIXES = (*PICTURE_SUFFIXES, *CLIP_SUFFIXES, MATLAB_SUFFIX)

# Forms that lose nothing; compression of others leaves a little brightness everywhere.
_EXACT_SUFFIXES = (".png", ".apng", ".bmp", ".tif", ".tiff", ".gif")
LOSSY_THRESHOLD = 127

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


class Mask(NamedTuple):
    """A mask that is open.

    num_frames: how many it has; None for one that is the same for all frames.
    decode: ascending numbers of frames -> [H, W] bool each, True where a pixel is hidden.
    rate: frames a second, where frames have times of their own.
    shown: with a rate, the number of the frame at each moment of that rate.
    notes: what is guessed, one line each.
    """

    num_frames: int | None
    decode: Callable[[Iterable[int]], Hidden]
    rate: Fraction | None = None
    shown: np.ndarray | None = None
    notes: tuple[str, ...] = ()


def open_mask(path: Path) -> Mask:
    """Open the mask at `path`: a picture, a folder of them, a video, a GIF, .npy or .mat.

    A .npy array is [T, H, W], [T, H, W, C] or [H, W] of bool, integers or floats. A MATLAB file
    holds [H, W, T], [H, W, T, C] or [H, W], under the name `masks` or `mask` unless it is the only
    one. In pictures and videos what is not black is hidden; in videos, JPEG, WebP and AVIF, what is
    over half bright. Transparency counts as black.

    Raises: UserError when there is nothing at `path`, when it may not be read, or when it is no
      mask; and, once frames are asked for, where one of them is damaged or has a NaN.
    """
    require_readable(path, MASK_WANTED)
    if path.is_dir():
        return _open_folder(path)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _open_array(_open_numpy(path), path)
    if suffix == MATLAB_SUFFIX:
        return _open_array(_read_matlab(path), path)
    if suffix in PICTURE_SUFFIXES and (not is_picture(path) or count_pictures(path) < 2):
        picture = _read_picture(path)
        return Mask(None, lambda numbers: (picture for _ in numbers))
    try:
        footage = decoding.open_footage(path)
    except UserError as error:
        if suffix in MASK_SUFFIXES:
            raise
        raise UserError(
            f"{path} ends in {suffix or 'no suffix'}, a mask is wanted",
            f"give one of {', '.join(MASK_SUFFIXES)}, or a folder of numbered pictures",
        ) from error
    return _open_footage(footage)


def decode_hidden(path: Path) -> Hidden:
    """Decode the mask at `path`, see `open_mask`; without end for what has no time axis."""
    mask = open_mask(path)
    numbers = itertools.count() if mask.num_frames is None else range(mask.num_frames)
    return mask.decode(numbers)


def _open_footage(footage: Footage) -> Mask:
    path, schedule = footage.path, footage.schedule

    def decode(numbers: Iterable[int]) -> Hidden:
        return (not_black(picture, path) for picture in footage.show(numbers))

    rate = schedule.rate if footage.rate_is_known else None
    return Mask(footage.num_pictures, decode, rate, schedule.shown, tuple(footage.notes))


def _open_folder(folder: Path) -> Mask:
    """Opens numbered pictures; a number that is left out hides what those around it hide."""
    pictures = visible_files(folder, PICTURE_SUFFIXES)
    if not pictures:
        raise UserError(
            f"{folder} holds no pictures, a mask is wanted",
            f"name a folder of numbered {', '.join(PICTURE_SUFFIXES)} files, or a file",
        )
    numbered = numbers_of(pictures)
    missing = missing_numbers(numbered) if numbered else []
    if numbered is None or not missing:
        return Mask(len(pictures), lambda numbers: (_read_picture(pictures[n]) for n in numbers))
    first, last = min(numbered), max(numbered)
    known = sorted(numbered)

    def around(number: int) -> list[Path]:
        if number in numbered:
            return [numbered[number]]
        place = int(np.searchsorted(known, number))
        return [numbered[known[place - 1]], numbered[known[place]]]

    def decode(numbers: Iterable[int]) -> Hidden:
        for number in numbers:
            hidden = [_read_picture(path) for path in around(first + number)]
            yield hidden[0] if len(hidden) == 1 else hidden[0] | hidden[1]

    note = f"the mask {folder.name} has no picture {listed(missing)}: what those around hide"
    return Mask(last - first + 1, decode, notes=(f"{note} is hidden there too",))


def _read_picture(path: Path) -> np.ndarray:
    picture = open_picture(path)
    with Image.open(path) as stored:
        # Brought to 8 bits, what is small among 16 would be rounded to black.
        if stored.mode.startswith("I"):
            return np.asarray(ImageOps.exif_transpose(stored)) != 0
    return not_black(picture, path)


def not_black(picture: Image.Image, source: Path) -> np.ndarray:
    """Where a picture hides, [H, W] bool: `source`, its file, says whether it may be inexact."""
    threshold = LOSSY_THRESHOLD if is_lossy(source) else 0
    pixels = np.asarray(picture.convert("RGBA"))
    brightness, alpha = pixels[..., :3].max(axis=-1), pixels[..., 3]
    return brightness.astype(np.uint16) * alpha > threshold * 255


def is_lossy(source: Path) -> bool:
    """Whether what is stored may be a little brighter than what was meant."""
    return source.suffix.lower() not in _EXACT_SUFFIXES


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


def _open_array(array: np.ndarray, path: Path) -> Mask:
    """Opens frames [T, H, W, C] or [T, H, W], or [H, W] for all alike."""
    if array.dtype.kind not in "biuf":
        raise UserError(
            f"{path} holds {array.dtype} values, a mask of bool, integers or floats is wanted",
            "save what is not zero where a pixel is hidden",
        )
    if array.ndim == 2:
        hidden = _nonzero(array, path, 0)
        return Mask(None, lambda numbers: (hidden for _ in numbers))
    return Mask(
        len(array), lambda numbers: (_nonzero(array[number], path, number) for number in numbers)
    )


def _nonzero(frame: np.ndarray, path: Path, index: int) -> np.ndarray:
    if frame.dtype.kind == "f" and np.isnan(frame).any():
        raise UserError(
            f"{path} holds NaN in frame {index}, numbers are wanted", "put 0 or 1 in its place"
        )
    hidden = frame != 0
    return hidden.any(axis=-1) if hidden.ndim == 3 else hidden
