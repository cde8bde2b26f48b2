"""Flags that say which frames are read of each clip, and at which size."""

from typing import Any

from absl import flags

from launch import command_line

SIZE_OF_SOURCE = "source"
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
