"""Bringing pictures and masks to the size that is wanted."""

import numpy as np
from PIL import Image
from scipy import ndimage

from tf_dyngen.config import CROP, STRETCH


def resize_picture(
    picture: Image.Image, size: tuple[int, int] | None, channels: int, fit: str
) -> np.ndarray:
    """Brings a picture to `size`, (H, W); smoothed where it shrinks.

    Args:
      picture: of any mode; transparency turns black.
      size: (H, W) in pixels; None keeps the picture's own.
      channels: C, 3 for RGB or 1 for luminance.
      fit: `stretch` changes the picture's proportions, `crop` keeps them and cuts off what stands
        over, the same on both sides.
    Returns: [H, W, 3] or [H, W] uint8.
    """
    height, width = size or (picture.height, picture.width)
    picture = _without_alpha(picture).convert("L" if channels == 1 else "RGB")
    box = kept_box(picture.size, (height, width), fit)
    grows = _grows(box, (height, width))
    filtering = Image.Resampling.BICUBIC if grows else Image.Resampling.BILINEAR
    return np.asarray(picture.resize((width, height), filtering, box=box))


def resize_frames(frames: np.ndarray, size: tuple[int, int], fit: str = STRETCH) -> np.ndarray:
    """Brings frames [T, H, W, C] uint8 to `size`, (H', W'); see `resize_picture`."""
    if frames.shape[1:3] == size:
        return frames
    channels = frames.shape[-1]
    pictures = [Image.fromarray(frame[..., 0] if channels == 1 else frame) for frame in frames]
    resized = [resize_picture(picture, size, channels, fit) for picture in pictures]
    return np.stack(resized).reshape(len(frames), *size, channels)


def resize_mask(mask: np.ndarray, size: tuple[int, int], fit: str) -> np.ndarray:
    """Brings a mask [H', W'] of bool to `size`; a pixel is True if any of it was.

    Args:
      mask: where pixels are hidden.
      size, fit: as in `resize_picture`, so that a mask stays on its picture.
    """
    height, width = size
    box = kept_box((mask.shape[1], mask.shape[0]), size, fit)
    if _grows(box, size) and mask.shape != size:
        # Pictures grow by a filter that reaches two pixels; the one below reaches one.
        mask = ndimage.binary_dilation(mask, np.ones((3, 3)))
    picture = Image.fromarray(mask.astype(np.uint8) * np.uint8(255))
    # The filter of pictures that shrink: what it mixes in of a hidden pixel is hidden.
    resized = picture.resize((width, height), Image.Resampling.BILINEAR, box=box)
    return np.asarray(resized) > 0


def _grows(box: tuple[float, float, float, float], size: tuple[int, int]) -> bool:
    left, top, right, bottom = box
    return size[0] >= bottom - top and size[1] >= right - left


def kept_box(
    source: tuple[int, int], size: tuple[int, int], fit: str
) -> tuple[float, float, float, float]:
    """Returns the part (left, top, right, bottom) of a picture (width, height) that is kept."""
    width, height = source
    if fit != CROP:
        return (0.0, 0.0, width, height)
    scale = min(height / size[0], width / size[1])
    spare_height, spare_width = height - scale * size[0], width - scale * size[1]
    return (
        spare_width / 2,
        spare_height / 2,
        width - spare_width / 2,
        height - spare_height / 2,
    )


def _without_alpha(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture
    picture = picture.convert("RGBA")
    least_alpha, _ = picture.getchannel("A").getextrema()
    if least_alpha == 255:
        return picture
    return Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture)
