"""Flags that say where clips come from and what is read of them, shared by several commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import flags

from launch import command_line

if TYPE_CHECKING:
    from tf_dyngen.video.sources import Source

SIZE_OF_SOURCE = "source"
CLIP = flags.DEFINE_multi_string(
    "clip", [], "video file, GIF, folder of numbered pictures, .npy, or a pattern; may be repeated"
)
DATASET = flags.DEFINE_string("dataset", None, "TFDS data set: NAME[/CONFIG][:SPLIT]")
DATA_DIR = flags.DEFINE_string("data_dir", None, "folder of TFDS data sets")
SIZE = flags.DEFINE_string(
    "size",
    None,
    "frame size in pixels: 256 is the shorter side, the proportions the clip's own; HEIGHTxWIDTH is"
    " both sides; source is the clip's own, 1080x1920 at most. No clip is enlarged but by"
    " HEIGHTxWIDTH",
)
FIT = flags.DEFINE_enum(
    "fit",
    None,
    ["stretch", "crop"],
    "how clips of other proportions come to that size; crop keeps proportions",
)
START = flags.DEFINE_string("start", None, "begin with this frame, as 75, or time, as 3s")
EVERY = flags.DEFINE_integer("every", None, "read one frame of so many")
MASK = flags.DEFINE_string(
    "mask",
    None,
    "what is hidden: a .mat, .npy, picture, folder of pictures or video, not black where hidden;"
    " or `own`, for NAME_mask.* beside each clip or the data set's feature `mask`",
)
MASK_SIZE = flags.DEFINE_string(
    "mask_size", None, "the mask's size, if it is neither the clip's nor --size: HEIGHTxWIDTH"
)
HIDE = flags.DEFINE_string(
    "hide", None, "hide on purpose: square:60, frames:0.5 or blocks:16:0.6 (pixels, shares)"
)
DILATE = flags.DEFINE_integer("dilate", 0, "widen what is hidden by so many pixels")


def source() -> Source:
    """Returns where the flags say that the clips are; paths are made absolute.

    They are kept in config.json, from where they must be found from any folder.
    """
    from tf_dyngen.video.masked_clips import OWN, MaskSource
    from tf_dyngen.video.sources import Source

    clips = tuple(str(Path(path).absolute()) for path in CLIP.value)
    mask_file = MASK.value
    if mask_file and mask_file != OWN:
        mask_file = str(Path(mask_file).absolute())
    mask_size = command_line.parse_size(MASK_SIZE) if MASK_SIZE.value else None
    mask = MaskSource(mask_file, mask_size, HIDE.value, DILATE.value)
    return Source(clips, DATASET.value, DATA_DIR.value, mask)


def video_changes() -> dict[str, Any]:
    """Returns the settings of frames that the flags name, as "section.key" -> value."""
    changes = {}
    if SIZE.value is not None:
        changes |= _size_changes(SIZE.value)
    command_line.require_positive(EVERY)
    named = {"video.fit": FIT.value, "video.start": START.value, "video.every": EVERY.value}
    changes |= {key: value for key, value in named.items() if value is not None}
    return changes


def _size_changes(size: str) -> dict[str, Any]:
    from tf_dyngen.config import SHORTER_SIDE_OF_SOURCE

    if size.lower() == SIZE_OF_SOURCE:
        return _shorter_side(SHORTER_SIDE_OF_SOURCE)
    if size.isdecimal():
        return _shorter_side(int(size))
    height, width = command_line.parse_size(SIZE, SIZE_OF_SOURCE)
    return {"video.height": height, "video.width": width}


def _shorter_side(pixels: int) -> dict[str, Any]:
    return {"video.height": 0, "video.width": 0, "video.shorter_side": pixels}
