"""A region of a video that stands still while the rest moves: a cinemagraph."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy import ndimage

from tf_dyngen.errors import UserError
from tf_dyngen.video.mask_files import open_mask
from tf_dyngen.video.resizing import resize_mask

# Pixels around the region over which it goes over into what moves.
SEAM = 4


def read_region(path: Path, size: tuple[int, int], fit: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Reads which pixels stand still: those that a mask marks, in any frame if it has several.

    Args:
      path: of the mask, see `open_mask`; what it hides is what it marks.
      size: (H, W) of the video's frames. A mask of another size is brought to it as clips are.
      fit: how clips are, see `resize_picture`.
    Returns: [H, W] bool; what was guessed of the mask, one line each.
    Raises: UserError when it cannot be read, or marks nothing or everything.
    """
    mask = open_mask(path)
    numbers = range(1 if mask.num_frames is None else mask.num_frames)
    return region_of(mask.decode(numbers), size, fit, f"the mask {path}"), mask.notes


def region_of(
    marked: Iterable[np.ndarray], size: tuple[int, int], fit: str, name: str
) -> np.ndarray:
    """Returns [H, W] bool, what any of the masks marks.

    Args:
      marked: masks [H', W'] bool.
      size, fit: see `read_region`.
      name: what the masks are called in errors.
    Raises: UserError when nothing or everything is marked.
    """
    region = np.zeros(size, bool)
    for mask in marked:
        region |= mask if mask.shape == size else resize_mask(mask, size, fit)
    if not region.any():
        raise UserError(f"{name} marks nothing", "mark what is to stand still, not black or not 0")
    if region.all():
        raise UserError(f"{name} marks the whole picture", "leave black, or 0, what is to move")
    return region


def hold_still(pieces: Iterable[np.ndarray], region: np.ndarray) -> Iterator[np.ndarray]:
    """Yields a video whose region shows its first frame, pixel by pixel as it is, all the time.

    Over SEAM pixels around the region the one goes over into the other; beyond, nothing changes.

    Args:
      pieces: uint8 [n, H, W, C] each.
      region: [H, W] bool, True where a pixel stands still.
    """
    pieces = iter(pieces)
    start = next(pieces)
    first = start[:1].astype(np.float32)
    share = _share(region)[..., None]
    for piece in itertools.chain([start], pieces):
        blended = piece + share * (first - piece)
        yield np.rint(blended).astype(np.uint8)


def _share(region: np.ndarray) -> np.ndarray:
    """Returns [H, W] float32: 1 in the region, falling smoothly to 0 over SEAM pixels around."""
    distance = np.asarray(ndimage.distance_transform_edt(~region), np.float32)
    share = np.clip(1.0 - distance / (SEAM + 1), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
