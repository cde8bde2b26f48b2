"""Videos as arrays that know their rate, show themselves in a notebook and save themselves."""

import base64
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tf_dyngen.config import STRETCH, VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.interface.wording import words_of_python
from tf_dyngen.messages import say
from tf_dyngen.video import clips
from tf_dyngen.video.file_clips import picture_size
from tf_dyngen.video.frame_size import frame_size
from tf_dyngen.video.timing import DEFAULT_FRAME_RATE
from tf_dyngen.video.writers import write_video

DEFAULT_SIZE = VideoConfig().shorter_side
# What a notebook shows: no more frames, and no smaller, in pixels.
MOST_SHOWN, SMALLEST_SHOWN = 750, 256


class Video(np.ndarray):
    """Frames [T, H, W, C] uint8; an array like any other, with a frame rate.

    Args:
      frames: uint8 [T, H, W, C], C 3 for RGB or 1 for grey.
      frame_rate: frames a second.

    Attributes:
      frame_rate: frames a second; what is computed from a video keeps it.
    """

    frame_rate: float

    def __new__(cls, frames: np.ndarray, frame_rate: float = float(DEFAULT_FRAME_RATE)) -> "Video":
        """Makes a view of the frames, which are not copied."""
        video = np.asarray(frames).view(cls)
        video.frame_rate = float(frame_rate)
        return video

    def __array_finalize__(self, other: Any) -> None:
        self.frame_rate = getattr(other, "frame_rate", float(DEFAULT_FRAME_RATE))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the video in the form that the suffix of `path` names; returns the path.

        Args:
          path: .mp4, .gif, .npy, .png (a contact sheet), or no suffix: a folder of pictures.
        Raises: UserError, a ValueError, where it cannot be written; ValueError if this is no video.
        """
        if not self._is_video:
            raise ValueError(f"{self.dtype} {list(self.shape)} is no video, uint8 [T, H, W, C] is")
        with words_of_python():
            write_video(path, np.asarray(self), self.frame_rate)
        return Path(path)

    def _repr_html_(self) -> str | None:
        """Returns a player for notebooks; None, the array's text, for what is no video."""
        if not self._is_video:
            return None
        with tempfile.TemporaryDirectory() as folder:
            path = self[:MOST_SHOWN].save(Path(folder) / "video.mp4")
            data = base64.b64encode(path.read_bytes()).decode()
        number, height, width, _ = self.shape
        scale = max(1, -(-SMALLEST_SHOWN // min(height, width)))
        shown = f"the first {MOST_SHOWN} of {number}" if number > MOST_SHOWN else number
        return (
            f'<video width="{width * scale}" height="{height * scale}" autoplay loop muted controls'
            f' style="image-rendering: pixelated" src="data:video/mp4;base64,{data}"></video>'
            f"<div>{shown} frames of {height}x{width}, {self.frame_rate:g} a second</div>"
        )

    @property
    def _is_video(self) -> bool:
        is_whole = self.ndim == 4 and self.size > 0 and self.shape[-1] in (1, 3)
        return is_whole and self.dtype == np.uint8

    def __reduce__(self) -> Any:
        return Video, (np.asarray(self), self.frame_rate)


@words_of_python()
def read_clip(
    path: str | os.PathLike[str],
    *,
    size: int | tuple[int, int] | None = DEFAULT_SIZE,
    num_frames: int | None = None,
    fit: str = STRETCH,
    start: int | str = 0,
    every: int = 1,
    channels: int = 3,
) -> Video:
    """Reads a clip: a video file, an animation, a folder of numbered pictures or an .npy array.

    Args:
      path: of the file or folder; whatever ffmpeg decodes.
      size: in pixels, the shorter side at most, in the clip's own proportions; or (height, width);
        None keeps the clip's own.
      num_frames: the most frames; None reads to the end.
      fit: "stretch", or "crop", which keeps proportions and cuts off what stands over.
      start: the first frame, or a time as in "3s".
      every: 2 reads every second frame, and so on.
      channels: 3 for RGB, 1 for grey.
    Returns: Video [T, H, W, C] uint8, with the clip's frame rate.
    Raises: UserError, a ValueError, if it cannot be read.
    """
    if size is not None and np.min(size) < 1:
        raise UserError(f"size={size}", "give a whole number of pixels above 0")
    sides = frame_size(picture_size(Path(path)), size) if isinstance(size, int) else size
    clip = clips.read_clip(
        path,
        num_frames=num_frames,
        size=sides,
        channels=channels,
        fit=fit,
        start=start,
        every=every,
    )
    for note in clip.notes:
        say(note)
    return Video(clip.frames, clip.frame_rate)
