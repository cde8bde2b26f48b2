"""A picture that an attention model's clip does not show, moved as the clip moves."""

from collections.abc import Iterator

import numpy as np
from PIL import Image
from scipy import ndimage

from tf_dyngen.config import STRETCH
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.motion_transfer.clip_motion import ClipMotion
from tf_dyngen.motion_transfer.correspondence import Correspondence
from tf_dyngen.motion_transfer.moving_picture import MovingPicture
from tf_dyngen.tasks.moment_path import MomentPath
from tf_dyngen.video.frame_size import of_shorter_side
from tf_dyngen.video.resizing import resize_picture

PEAK = 255.0


def move_as_clip(
    generator: AttentionGenerator,
    picture: Image.Image,
    size: tuple[int, int],
    *,
    num_frames: int,
    seed: int,
    scale: float,
) -> Iterator[np.ndarray]:
    """Yields video of a picture's own pixels, as uint8 pieces [1, H, W, C].

    Its parts go through the moments that the model goes through; each place moves as the place of
    the clip does that it is most like. The first frame is the picture itself.

    Args:
      generator: the model.
      picture: of any size.
      size: (H, W) of the video, 8 or more each.
      num_frames: of the video.
      seed: names the motion.
      scale: what the noise of the model is multiplied by, see `synthesize.noise_scale`.
    """
    memory, layout = generator.memory, generator.layout
    frames = memory.bank(layout.grids[-1]).numpy().reshape(-1, *layout.padded, layout.channels)
    motion = ClipMotion(frames[:, : layout.height, : layout.width], memory.after.numpy())
    low = of_shorter_side(size, min(*size, *motion.size))
    small = (_pixels(picture, low, layout.channels) / PEAK).astype(np.float32)
    moving = MovingPicture(
        _pixels(picture, size, layout.channels),
        motion,
        Correspondence(small, motion.frames),
        scale=min(size) / min(low),
        windows=_windows(generator, motion.size),
        seed=seed,
    )
    moments = MomentPath(generator)(num_frames, seed, scale)
    for frame in moving.frames(moments[: num_frames - 1]):
        yield frame[None]


def _pixels(picture: Image.Image, size: tuple[int, int], channels: int) -> np.ndarray:
    return resize_picture(picture, size, channels, STRETCH).reshape(*size, channels)


def _windows(generator: AttentionGenerator, size: tuple[int, int]) -> np.ndarray:
    """Returns what the parts share of a picture of that size, [K, h, w]."""
    windows = generator.transition.windows.numpy().reshape(-1, *generator.layout.low)
    along = [
        (np.arange(length) + 0.5) * own / length - 0.5
        for length, own in zip(size, windows.shape[1:], strict=True)
    ]
    places = np.meshgrid(*along, indexing="ij")
    shares = np.stack(
        [ndimage.map_coordinates(window, places, order=1, mode="nearest") for window in windows]
    )
    return shares / shares.sum(axis=0)
