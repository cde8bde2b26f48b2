"""Files of what the settings give: the video from its first frame on, as MP4 or GIF."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.studio.exported import Export
from tf_dyngen.studio.player import Player, Still, most_frames
from tf_dyngen.studio.settings import Settings, read_flag, read_whole, require_run
from tf_dyngen.studio.showing import Showing
from tf_dyngen.video.encoding import MAX_GIF_FRAME_RATE
from tf_dyngen.video.frame_size import output_size
from tf_dyngen.video.resizing import resize_frames
from tf_dyngen.video.still_region import hold_still
from tf_dyngen.video.writers import open_video_writer

SUFFIXES = (".mp4", ".gif")
MOST_FRAMES = 3000
# Bounds of what one download makes ffmpeg compress, and of a side that players take.
MOST_PIXELS = 600_000_000
LARGEST_SIDE = 2048


class Download(NamedTuple):
    """What is asked for.

    Attributes:
      num_frames: length of the file.
      size: (H, W) that frames are written at.
      loop: whether the last frame leads back to the first.
    """

    num_frames: int
    size: tuple[int, int]
    loop: bool


def read_download(given: Mapping[str, Any], export: Export) -> Download:
    """Reads length, size and loop of a query.

    Raises: UserError where they are out of bounds, or an export does not know what it takes.
    """
    num_frames = read_whole(given, "frames", 100, (1, MOST_FRAMES))
    loop = read_flag(given, "loop")
    if loop:
        require_run(export, "loop")
        if given.get("image") or given.get("frame") not in (None, ""):
            advice = "a loop goes where it closes best; leave one of them out"
            raise UserError("loop with a picture or a frame to begin with", advice)
    size = _read_size(given, export)
    if max(size) > max(LARGEST_SIDE, *export.frame_size) or num_frames * size[0] * size[1] > (
        MOST_PIXELS
    ):
        raise UserError(
            f"{num_frames} frames of {size[1]}x{size[0]} pixels are too many",
            "choose a shorter or a smaller video",
        )
    return Download(num_frames, size, loop)


def _read_size(given: Mapping[str, Any], export: Export) -> tuple[int, int]:
    """Returns (H, W) of what `size` says, as --output_size of launch.synthesize."""
    asked = str(given.get("size") or "")
    if not asked:
        return export.frame_size
    if len(asked) > 40:
        raise UserError("size is a long text", "give source, 2x, 720 or HEIGHTxWIDTH")

    def picture_size() -> tuple[int, int]:
        size = require_run(export, "size=source").picture_size
        if size is None:
            raise UserError("the clip is not where it was when it was learned", "give HEIGHTxWIDTH")
        return size

    return output_size(asked, export.frame_size, picture_size, name="size")


def make_pieces(
    player: Player, settings: Settings, still: Still | None, download: Download
) -> Iterator[np.ndarray]:
    """Yields the frames of a download, uint8 [n, H, W, C] each, at the model's size.

    Args:
      player: of the model.
      settings: all of what is shown.
      still: the picture of the start, if any.
      download: what is asked for.
    """
    if download.loop:
        frames = player.loop(settings.start, download.num_frames, settings.noise, settings.speed)
        box = settings.still
        yield from (
            frames if box is None else hold_still(frames, box.region(player.export.frame_size))
        )
        return
    showing = Showing(player.export, player.begin(settings.start, still))
    most = most_frames(player.export)
    for first in range(0, download.num_frames, most):
        yield showing.next(min(most, download.num_frames - first), settings)


def write_download(
    path: Path, pieces: Iterable[np.ndarray], export: Export, download: Download
) -> None:
    """Writes frames, [n, H, W, C] each, in the form that the path's suffix names."""
    # A GIF has a fastest rate; fewer frames keep the speed of what is seen.
    stride = 1
    while path.suffix == ".gif" and export.frame_rate / stride > MAX_GIF_FRAME_RATE:
        stride += 1
    writer = open_video_writer(
        path,
        num_frames=-(-download.num_frames // stride),
        frame_size=download.size,
        channels=export.channels,
        frame_rate=export.frame_rate / stride,
    )
    position = 0
    with writer as file:
        for piece in pieces:
            # Of all frames, every `stride`, wherever pieces begin.
            kept = piece[-position % stride :: stride]
            position += len(piece)
            if len(kept):
                file.append(resize_frames(kept, download.size))
