"""Frames of a served generator written to a file as they come."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.video.writers import open_video_writer


def record(
    pieces: Iterator[np.ndarray], output: Path, *, num_frames: int, frame_rate: float
) -> int:
    """Writes frames and returns how many; pieces that end early make a shorter, complete file.

    Args:
      pieces: [n, H, W, C] uint8.
      output: where to write; its suffix says in which form, see `open_video_writer`.
      num_frames: how many are expected.
      frame_rate: frames a second.
    Raises: UserError if there is no piece at all, or the output cannot be written.
    """
    first = next(pieces, None)
    if first is None:
        raise UserError("stopped before the first frame", "nothing was written; start again")
    _, height, width, channels = first.shape
    video = open_video_writer(
        output,
        num_frames=num_frames,
        frame_size=(height, width),
        channels=channels,
        frame_rate=frame_rate,
    )
    num_written = 0
    with video as writer, progress_bar(total=num_frames, unit="frame") as bar:
        piece: np.ndarray | None = first
        while piece is not None:
            writer.append(piece)
            num_written += len(piece)
            bar.update(len(piece))
            piece = next(pieces, None)
        if num_written < num_frames:
            writer.end_early()
    early = f", stopped after {num_written} of {num_frames} frames"
    say(f"wrote {output}{early if num_written < num_frames else ''}")
    return num_written
