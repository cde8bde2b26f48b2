"""Why a mask hides nothing, everything or almost everything."""

from pathlib import Path

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.files import PICTURE_SUFFIXES, visible_files
from tf_dyngen.video.mask_files import LOSSY_THRESHOLD, MATLAB_SUFFIX, is_lossy
from tf_dyngen.video.pictures import count_pictures, open_picture

# Objects that are taken out are small; who hides more may have the mask the wrong way round.
MUCH = 0.6


def require_clear(visible: np.ndarray, mask: Path, clip: str, hidden_share: float) -> str | None:
    """Return a line where a mask hides most of the picture; None where it does not.

    Args:
      visible: [T, H, W, 1] bool, False where a pixel is hidden.
      mask: the file, to tell why.
      clip: the name of its clip.
      hidden_share: of the mask as it is stored.
    Raises: UserError if it hides nothing, or everything.
    """
    if visible.all():
        raise UserError(
            f"the mask {mask} of {clip} hides nothing in the {len(visible)} frames read"
            f"{_why(mask, _why_nothing)}",
            "give a mask that is not zero where pixels are hidden",
        )
    if not visible.any():
        raise UserError(
            f"the mask {mask} of {clip} hides every pixel of the {len(visible)} frames read"
            f"{_why(mask, _why_everything)}",
            "give a mask that is zero where pixels can be seen",
        )
    if hidden_share <= MUCH:
        return None
    return (
        f"the mask {mask.name} hides {100 * hidden_share:.0f}% of the picture: is it the wrong way"
        " round? (what is white, or not black, is hidden)"
    )


def _why(mask: Path, explain) -> str:
    if mask.is_dir():
        mask = visible_files(mask, PICTURE_SUFFIXES)[0]
    values = _first_values(mask)
    reason = None if values is None else explain(mask, *values)
    return f" ({reason})" if reason else ""


def _first_values(mask: Path) -> tuple[np.ndarray, np.ndarray | None] | None:
    """Returns values and, of pictures, alpha of the first frame; None if that says nothing."""
    suffix = mask.suffix.lower()
    if suffix == MATLAB_SUFFIX:
        return None
    if suffix == ".npy":
        array = np.load(mask, mmap_mode="r")
        return np.asarray(array if array.ndim == 2 else array[0]), None
    if mask.suffix.lower() in PICTURE_SUFFIXES and count_pictures(mask) < 2:
        picture = open_picture(mask)
    else:
        picture = next(decoding.open_footage(mask).show([0]))
    pixels = np.asarray(picture.convert("RGBA"))
    return pixels[..., :3].max(axis=-1), pixels[..., 3]


def _why_nothing(mask: Path, values: np.ndarray, alpha: np.ndarray | None) -> str | None:
    if alpha is not None and not values.any() and alpha.min() < alpha.max():
        return "all its colours are black, only transparency differs, and that counts as black"
    if alpha is not None and not alpha.any():
        return "all of it is transparent, which counts as black"
    if is_lossy(mask) and alpha is not None and 0 < values.max() <= LOSSY_THRESHOLD:
        return (
            f"in a {mask.suffix.lstrip('.').upper()}, which is inexact, what is over half bright"
            f" is hidden, and its largest value is {values.max()}"
        )
    return None


def _why_everything(mask: Path, values: np.ndarray, alpha: np.ndarray | None) -> str | None:
    if is_lossy(mask) and alpha is not None:
        return f"its lowest value is {values.min()}, and what is over half bright is hidden"
    if values.min() != 0 and values.dtype != bool:
        return f"its lowest value is {values.min():.3g}, and what is not 0 is hidden"
    return None
