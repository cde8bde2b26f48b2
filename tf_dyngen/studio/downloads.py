"""Files of what the settings give: the video from its first frame on, as MP4 or GIF."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tf_dyngen.errors import UserError
from tf_dyngen.studio.player import Player, Stream, most_frames
from tf_dyngen.studio.settings import Settings, read_number, read_whole
from tf_dyngen.video.display import upscale
from tf_dyngen.video.encoding import MAX_GIF_FRAME_RATE
from tf_dyngen.video.writers import open_video_writer

SUFFIXES = (".mp4", ".gif")
MOST_FRAMES = 3000
MOST_SCALE = 16
# Bounds of what one download makes ffmpeg compress, and of a side that players take.
MOST_PIXELS = 600_000_000
LARGEST_SIDE = 2048
SLOWEST, FASTEST = 0.25, 4.0


class Download(NamedTuple):
    """What is asked for.

    Attributes:
      num_frames: length of the file.
      speed: how much faster than the model's own rate it plays.
      scale: how many times every pixel is repeated, down and across.
    """

    num_frames: int
    speed: float
    scale: int


def read_download(given: Mapping[str, Any], player: Player) -> Download:
    """Reads length, speed and scale of a query; UserError where they are out of bounds."""
    download = Download(
        read_whole(given, "frames", 100, (1, MOST_FRAMES)),
        read_number(given, "speed", 1.0, (SLOWEST, FASTEST)),
        read_whole(given, "scale", 1, (1, MOST_SCALE)),
    )
    sides = [side * download.scale for side in player.export.frame_size]
    pixels = download.num_frames * sides[0] * sides[1]
    if (download.scale > 1 and max(sides) > LARGEST_SIDE) or pixels > MOST_PIXELS:
        raise UserError(
            f"{download.num_frames} frames of {sides[1]}x{sides[0]} pixels are too many",
            "choose a shorter or a smaller video",
        )
    return download


def write_download(
    path: Path, player: Player, stream: Stream, settings: Settings, download: Download
) -> None:
    """Writes the first frames of a stream in the form that the path's suffix names."""
    height, width = player.export.frame_size
    frame_rate = player.export.frame_rate * download.speed
    # A GIF has a fastest rate; fewer frames keep the speed of what is seen.
    stride = 1
    while path.suffix == ".gif" and frame_rate / stride > MAX_GIF_FRAME_RATE:
        stride += 1
    writer = open_video_writer(
        path,
        num_frames=-(-download.num_frames // stride),
        frame_size=(height * download.scale, width * download.scale),
        channels=player.export.channels,
        frame_rate=frame_rate / stride,
    )
    # A multiple of the stride, so that every piece starts with a frame that is kept.
    piece = max(stride, most_frames(player.export) // stride * stride)
    with writer as file:
        for first in range(0, download.num_frames, piece):
            num_frames = min(piece, download.num_frames - first)
            frames = stream.next(num_frames, noise=settings.noise, look=settings.look)
            file.append(upscale(frames[::stride], download.scale))
