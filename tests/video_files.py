"""Videos for tests, encoded as a test needs them."""

from pathlib import Path

import imageio_ffmpeg
import numpy as np


def write_video(
    path: Path,
    frames: np.ndarray,
    *,
    rate: float = 25,
    codec: str = "rawvideo",
    pix_fmt: str = "bgr24",
    flags: tuple[str, ...] = (),
) -> None:
    """Writes frames [T, H, W, 3 or 1] uint8; as they are not encoded, they come back exactly."""
    height, width = frames.shape[1:3]
    writer = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        fps=rate,
        codec=codec,
        pix_fmt_out=pix_fmt,
        macro_block_size=1,
        output_params=list(flags),
    )
    writer.send(None)
    for frame in frames:
        writer.send(np.ascontiguousarray(np.broadcast_to(frame, (height, width, 3))))
    writer.close()
