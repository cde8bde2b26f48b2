"""Videos for tests, encoded as a test needs them."""

import subprocess
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


def encode(path: Path, frames: np.ndarray, *options: str, rate: int | str = 25) -> Path:
    """Encodes frames [T, H, W, 3] uint8, or uint16 of the full range, as ffmpeg's options say."""
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = frames.shape[1:3]
    form = "rgb24" if frames.dtype == np.uint8 else "rgb48le"
    raw = ["-f", "rawvideo", "-pix_fmt", form, "-s", f"{width}x{height}", "-r", str(rate)]
    run_ffmpeg(*raw, "-i", "-", *options, path, stdin=frames.tobytes())
    return path


def run_ffmpeg(*arguments, stdin: bytes = b"") -> None:
    """Runs ffmpeg."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", *map(str, arguments)]
    subprocess.run(command, input=stdin, check=True)


def moving_bar(num_frames: int, size: tuple[int, int] = (32, 48), step: int = 2) -> np.ndarray:
    """A white bar, 4 wide, whose left edge is at column step * t: [T, H, W, 3] uint8."""
    frames = np.full((num_frames, *size, 3), 40, np.uint8)
    for time, frame in enumerate(frames):
        frame[:, step * time : step * time + 4] = 230
    return frames


def places_of_bar(frames: np.ndarray) -> list[int]:
    """Where the bar of `moving_bar` is, the left edge in each frame."""
    return [int(np.argmax(frame.mean(axis=(0, 2)) > 135)) for frame in frames]
