"""Masks: which pixels of a clip are hidden."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import ndimage

from tf_dyngen.config import STRETCH
from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.mask_files import decode_hidden
from tf_dyngen.video.resizing import resize_mask


def read_visible(
    mask: Path,
    clip: Path,
    *,
    num_frames: int,
    size: tuple[int, int],
    fit: str = STRETCH,
    start: int = 0,
    mask_size: tuple[int, int] | None = None,
    dilate: int = 0,
) -> np.ndarray:
    """Read which pixels of a clip can be seen.

    Args:
      mask: a picture or an array without time axis, for all frames alike, or what has a frame for
        each of the clip's; see `decode_hidden` for the forms and for what hides. What is longer
        than the clip is cut.
      clip: what it is the mask of.
      num_frames, size, fit, start: as the clip was read, see `read_clip`. A mask of the clip's own
        size is resized and cropped as the clip is; one of `size` is taken as it is.
      mask_size: (H, W) of the mask, to be stated for a mask of any other size. It covers the whole
        picture, stretched over it, and is then resized and cropped as the clip is.
      dilate: by how many pixels the hidden region grows, a disc around each hidden pixel; they are
        pixels of `size`, after all resizing.
    Returns: [T, H, W, 1] bool, False where a pixel is hidden.
    Raises: UserError when the mask cannot be read, has another size than the clip or too few
      frames.
    """
    frames = _visible_frames(mask, clip, size, fit, mask_size, dilate)
    wanted = start + num_frames
    visible = list(itertools.islice(frames, wanted))
    if len(visible) < wanted:
        raise _too_short(mask, clip, len(visible), f"{wanted}")
    return np.stack(visible[start:])


def iterate_visible(
    mask: Path,
    clip: Path,
    *,
    size: tuple[int, int],
    fit: str = STRETCH,
    mask_size: tuple[int, int] | None = None,
    dilate: int = 0,
) -> Iterator[np.ndarray]:
    """Read which pixels of a clip can be seen, frame by frame; see `read_visible`.

    Yields: [H, W, 1] bool, as many as are asked for.
    Raises: UserError when the mask has another size than the clip, or no more frames.
    """
    num_read = 0
    for visible in _visible_frames(mask, clip, size, fit, mask_size, dilate):
        yield visible
        num_read += 1
    raise _too_short(mask, clip, num_read, "more")


def dilate(visible: np.ndarray, radius: int) -> np.ndarray:
    """Widen what is hidden by a disc around each hidden pixel, frame by frame.

    Args:
      visible: [T, H, W, 1] bool, False where a pixel is hidden.
      radius: of the disc, in pixels.
    Returns: [T, H, W, 1] bool.
    Raises: UserError for a radius below 0.
    """
    if radius < 0:
        raise UserError(f"a mask is to grow by {radius} pixels", "give 0 or more")
    if not radius:
        return visible
    return np.stack([_beyond(frame[..., 0], radius) for frame in visible])[..., None]


def require_partial(visible: np.ndarray, name: str) -> None:
    """Raise UserError unless some pixels are hidden and some are not.

    Args:
      visible: [T, H, W, 1] bool, False where a pixel is hidden.
      name: what the mask is called in the error.
    """
    if visible.all():
        raise UserError(
            f"{name} hides nothing in the {len(visible)} frames read",
            "give a mask that is not zero where pixels are hidden",
        )
    if not visible.any():
        raise UserError(
            f"{name} hides every pixel of the {len(visible)} frames read",
            "give a mask that is zero where pixels can be seen",
        )


def _visible_frames(
    mask: Path,
    clip: Path,
    size: tuple[int, int],
    fit: str,
    mask_size: tuple[int, int] | None,
    radius: int,
) -> Iterator[np.ndarray]:
    clip_size = _size_of(clip)
    for hidden in decode_hidden(mask):
        if mask_size not in (None, hidden.shape):
            raise UserError(
                f"the mask {mask} is {_by(hidden.shape)}, its size is stated as"
                f" {_by(mask_size)} (height x width)",
                "state the size that it has, or give another mask",
            )
        if hidden.shape == clip_size:
            hidden = resize_mask(hidden, size, fit)
        elif hidden.shape != size:
            if mask_size is None:
                raise _wrong_size(mask, clip, hidden.shape, clip_size, size)
            hidden = resize_mask(_spread(hidden, clip_size), size, fit)
        yield dilate(~hidden[None, ..., None], radius)[0]


def _size_of(clip: Path) -> tuple[int, int]:
    pictures = decoding.decode(clip)
    picture, _ = next(pictures, (None, 0.0))
    pictures.close()
    if picture is None:
        raise UserError(f"{clip} holds no frame that can be decoded", "give another clip")
    return picture.height, picture.width


def _spread(hidden: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Stretches a mask over `size`; a pixel is True where it touches one that was."""
    for axis, length in enumerate(size):
        covered = hidden.shape[axis] * np.arange(length + 1)
        first, behind = covered[:-1] // length, -(-covered[1:] // length)
        widths = [(1, 0) if other == axis else (0, 0) for other in (0, 1)]
        num_hidden = np.pad(hidden, widths).cumsum(axis=axis)
        hidden = num_hidden.take(behind, axis) > num_hidden.take(first, axis)
    return hidden


def _beyond(visible: np.ndarray, radius: int) -> np.ndarray:
    # Without a hidden pixel, there is no distance to the nearest.
    if visible.all():
        return visible
    distance = np.asarray(ndimage.distance_transform_edt(visible))
    return distance > radius


def _wrong_size(mask: Path, clip: Path, mask_size, clip_size, size) -> UserError:
    return UserError(
        f"the mask {mask} is {_by(mask_size)}, its clip {clip} is {_by(clip_size)} and read at"
        f" {_by(size)} (height x width)",
        f"give a mask of one of these sizes, or state its size {_by(mask_size)} if it covers the"
        " whole picture",
    )


def _too_short(mask: Path, clip: Path, num_read: int, wanted: str) -> UserError:
    return UserError(
        f"the mask {mask} holds {num_read} frame{'s' * (num_read != 1)}, {wanted} of its clip"
        f" {clip} are read",
        "give a mask with a frame for each of the clip's, or one picture for all",
    )


def _by(size: tuple[int, ...]) -> str:
    return f"{size[0]}x{size[1]}"
