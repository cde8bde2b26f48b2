"""The silhouettes that come with the Weizmann actions, `classification_masks.mat`."""

import os
import zlib
from collections.abc import Collection
from pathlib import Path

import numpy as np
import scipy.io

from tf_dyngen.errors import UserError

STRUCT = "original_masks"
# A clip may have one frame more than masks; a larger difference tells of a clip cut short.
MAX_FRAMES_WITHOUT = 1
# What scipy raises, by the kind of damage, for a file that it cannot read.
_UNREADABLE = (
    scipy.io.matlab.MatReadError,
    ValueError,
    TypeError,
    NotImplementedError,
    OSError,
    LookupError,
    EOFError,
    zlib.error,
)
_ADVICE = "download classification_masks.mat again from the authors' site"


def load(
    path: str | os.PathLike[str], clips: Collection[str], size: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Read the silhouettes of `clips` in the place that they have in the frames.

    Args:
      path: a MATLAB file with the struct `original_masks`, which has a field for each clip: its
        masks [H, W, T], 1 where the person is.
      clips: names of fields.
      size: (H, W) in pixels.
    Returns: for each clip [T, H, W, 1] uint8, 255 where the person is and 0 elsewhere.
    Raises: UserError, naming the clip, where a field is missing or holds no such masks.
    """
    masks = _struct(Path(path))
    missing = sorted(set(clips) - set(masks.dtype.names or ()))
    if missing:
        raise UserError(f"{STRUCT} in {path} lacks {', '.join(missing[:5])}", _ADVICE)
    return {clip: _silhouette(clip, masks[clip], size) for clip in clips}


def check_length(clip: str, num_frames: int, num_silhouettes: int) -> None:
    """Raise UserError, naming the clip, unless each frame but perhaps the last has a silhouette."""
    if not 0 <= num_frames - num_silhouettes <= MAX_FRAMES_WITHOUT:
        raise UserError(
            f"{clip} has {num_frames} frames and {num_silhouettes} silhouettes, as many or"
            f" {MAX_FRAMES_WITHOUT} fewer are wanted",
            "the clip is cut short or the masks are of another; download both again",
        )


def _struct(path: Path) -> np.void:
    try:
        with path.open("rb") as file:
            content = scipy.io.loadmat(file, variable_names=[STRUCT])
    except _UNREADABLE as error:
        raise UserError(f"{path} is no MATLAB file that can be read ({error})", _ADVICE) from None
    struct = content.get(STRUCT)
    if struct is None or struct.dtype.names is None or struct.size != 1:
        raise UserError(f"{path} holds no struct {STRUCT}", _ADVICE)
    return struct.flat[0]


def _silhouette(clip: str, masks: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if masks.ndim != 3 or masks.shape[:2] != size or not np.isin(masks, (0, 1)).all():
        raise UserError(
            f"the masks of {clip} are {masks.dtype} {list(masks.shape)}, zeros and ones"
            f" {[*size, 'T']} are wanted",
            _ADVICE,
        )
    return np.moveaxis(masks, -1, 0).astype(np.uint8)[..., None] * np.uint8(255)
