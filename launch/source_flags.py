"""Flags that say where clips come from and what is hidden of them, shared by several commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from absl import flags

from launch import command_line, frame_flags

if TYPE_CHECKING:
    from tf_dyngen.video.sources import Source

flags.adopt_module_key_flags(frame_flags)
CLIP = flags.DEFINE_multi_string(
    "clip", [], "video file, GIF, folder of numbered pictures, .npy, or a pattern; may be repeated"
)
DATASET = flags.DEFINE_string("dataset", None, "TFDS data set: NAME[/CONFIG][:SPLIT]")
DATA_DIR = flags.DEFINE_string("data_dir", None, "folder of TFDS data sets")
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
