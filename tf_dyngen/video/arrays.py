"""Clips in .npy arrays."""

import re
import warnings
from collections.abc import Generator
from pathlib import Path

import numpy as np
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.footage import Footage, Stored
from tf_dyngen.video.timing import DEFAULT_FRAME_RATE, Schedule


class ArrayClip(Footage):
    """Frames [T, H, W, C] or [T, H, W] uint8 in a .npy file; UserError if it holds others."""

    rate_is_known = False

    def __init__(self, path: Path):
        super().__init__(path)
        self._frames = _open_array(path)

    def _plan(self) -> Schedule:
        return Schedule(DEFAULT_FRAME_RATE, np.arange(len(self._frames)))

    def _count(self) -> int:
        return len(self._frames)

    def pictures(self) -> Generator[Stored]:
        """See `Footage`."""
        for number, frame in enumerate(self._frames):
            # Pillow knows grey pictures as [H, W] only.
            pixels = frame[..., 0] if frame.ndim == 3 and frame.shape[-1] == 1 else frame
            yield Stored(number, Image.fromarray(np.ascontiguousarray(pixels)))


def _open_array(path: Path) -> np.ndarray:
    wanted = "a uint8 array [T, H, W, C] or [T, H, W] with C = 1 or 3 is wanted"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frames = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        # NumPy refuses an array of objects with one of these two words, by where it meets them.
        if re.search("pickle|Python objects", str(error)) and is_array_file(path):
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
    if frames.ndim == 3 and frames.shape[-1] in (3, 4):
        raise UserError(
            f"{path} holds one picture {list(frames.shape)}, {wanted}",
            "save several, stacked along a first axis",
        )
    wrong_channels = frames.ndim == 4 and frames.shape[-1] not in (1, 3)
    if frames.ndim not in (3, 4) or wrong_channels or 0 in frames.shape[1:]:
        raise UserError(
            f"{path} holds an array of shape {list(frames.shape)}, {wanted}",
            "bring the axes into that order and save it again",
        )
    return frames


def is_array_file(path: Path) -> bool:
    """Whether the file starts as a .npy file does."""
    with path.open("rb") as file:
        return file.read(6) == b"\x93NUMPY"
