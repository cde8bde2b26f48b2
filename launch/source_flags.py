"""Flags that say where clips come from and what is read of them, shared by several commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import flags

from launch import command_line

if TYPE_CHECKING:
    from tf_dyngen.video.sources import Source

CLIP = flags.DEFINE_multi_string(
    "clip", [], "video file, GIF, folder of numbered pictures, .npy, or a pattern; may be repeated"
)
DATASET = flags.DEFINE_string("dataset", None, "TFDS data set: NAME[/CONFIG][:SPLIT]")
DATA_DIR = flags.DEFINE_string("data_dir", None, "folder of TFDS data sets")
SIZE = flags.DEFINE_string("size", None, "frame size in pixels: 64, or HEIGHTxWIDTH")
FIT = flags.DEFINE_enum(
    "fit",
    None,
    ["stretch", "crop"],
    "how clips of other proportions come to that size; crop keeps proportions",
)


def source() -> Source:
    """Returns where the flags say that the clips are; paths are made absolute.

    They are kept in config.json, from where they must be found from any folder.
    """
    from tf_dyngen.video.sources import Source

    clips = tuple(str(Path(path).absolute()) for path in CLIP.value)
    return Source(clips, DATASET.value, DATA_DIR.value)


def video_changes() -> dict[str, Any]:
    """Returns the settings of frames that the flags name, as "section.key" -> value."""
    changes = {}
    if SIZE.value is not None:
        height, width = command_line.parse_size(SIZE)
        changes |= {"video.height": height, "video.width": width}
    if FIT.value is not None:
        changes["video.fit"] = FIT.value
    return changes
