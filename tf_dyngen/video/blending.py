"""Small recovered frames blended into the clip they come from, at the clip's own size."""

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from tf_dyngen.video.resizing import kept_box

# Width of the soft edge around what was hidden, in pixels of the recovered frames.
EDGE = 2.0


class SourcePictures:
    """The pictures of a clip at its own size, decoded once to a file and read in any order.

    Args:
      pictures: of the clip, [H, W, 3] uint8.
      num_frames: how many of them.
      file: where they are kept, T * H * W * 3 bytes; the room is taken before the first is written.
    Raises: OSError where there is not as much room; ValueError if there are fewer pictures.
    """

    def __init__(self, pictures: Iterable[np.ndarray], num_frames: int, file: Path):
        num_read = 0
        for index, picture in enumerate(itertools.islice(pictures, num_frames)):
            if not index:
                # A map of a file without room ends the process once it is written to.
                with file.open("wb") as room:
                    os.posix_fallocate(room.fileno(), 0, num_frames * picture.nbytes)
                shape = (num_frames, *picture.shape)
                self._pictures = np.memmap(file, np.uint8, "r+", shape=shape)
            self._pictures[index] = picture
            num_read = index + 1
        if num_read < num_frames:
            raise ValueError(f"{num_read} pictures, {num_frames} are wanted")

    def __getitem__(self, index: int) -> np.ndarray:
        """Returns the picture [H, W, 3] uint8 of that number."""
        return np.asarray(self._pictures[index])

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self._pictures.shape[1:3]


def blend_into_source(
    pictures: SourcePictures, frames: np.ndarray, hidden: np.ndarray, shifts: np.ndarray, fit: str
) -> Iterator[np.ndarray]:
    """Puts recovered frames into the clip they were read from, wherever they were hidden.

    What the clip's size shows beyond the recovered one is taken from the time where the errors of
    the recovered pixel were drawn from. A hidden pixel is replaced wholly; around it the share
    falls to none within a soft edge, and what was never hidden comes through untouched.

    Args:
      pictures: of the clip, T of them.
      frames: [T, H, W, 3] uint8, recovered from them.
      hidden: [T, H, W] bool.
      shifts: [T, H, W] int, how far in time detail may be taken from; 0 is nowhere.
      fit: how the clip was brought to H x W, see `resize_picture`.
    Yields: [H', W', 3] uint8 of the clip's own size, T times.
    """
    height, width = pictures.size
    box = [round(edge) for edge in kept_box((width, height), hidden.shape[1:], fit)]
    left, top, right, bottom = box
    size = (right - left, bottom - top)
    for time, (frame, part) in enumerate(zip(frames, hidden, strict=True)):
        whole = pictures[time].copy()
        if part.any():
            large = _enlarge(frame, size)
            for shift in np.unique(shifts[time][part]):
                if shift:
                    donor = pictures[time + shift][top:bottom, left:right]
                    share = _enlarge_share(shifts[time] == shift, size)
                    large += share[..., None] * _detail(donor, part.shape)
            share = _soft(part, size)[..., None]
            behind = whole[top:bottom, left:right]
            blended = share * large + (1.0 - share) * behind
            whole[top:bottom, left:right] = np.clip(np.rint(blended), 0, 255)
        yield whole


def _enlarge(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns a frame [H, W, 3] uint8 at `size`, (width, height), as float32."""
    large = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(large).astype(np.float32)


def _detail(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns what a picture [H', W', 3] shows beyond what is left of it at `size`, (H, W)."""
    small = Image.fromarray(picture).resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return picture - _enlarge(np.asarray(small), (picture.shape[1], picture.shape[0]))


def _enlarge_share(part: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns [height, width] of `size` (width, height), 0 to 1, of a part [H, W] bool."""
    return np.asarray(Image.fromarray(part.astype(np.float32)).resize(size))


def _soft(hidden: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns [height, width] of `size` (width, height): 1 where hidden, falling to 0 around."""
    beyond = np.asarray(ndimage.distance_transform_edt(~hidden), np.float32)
    # Half a pixel further than the corner of any hidden pixel, whatever the enlargement.
    distance = np.maximum(np.asarray(Image.fromarray(beyond).resize(size)) - 1.0, 0.0)
    share = np.clip(1.0 - distance / EDGE, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
