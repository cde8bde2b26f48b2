"""Pictures of clips for people to look at: contact sheets and clips side by side."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

CELL_HEIGHT = 128
PANEL_HEIGHT = 256
GAP = 4
_BACKGROUND = (255, 255, 255)
_INK = (0, 0, 0)


def upscale(frames: np.ndarray, factor: int) -> np.ndarray:
    """Repeat each pixel factor x factor times, which blurs and invents nothing.

    Args:
      frames: [T, H, W, C].
      factor: a whole number, 1 or more.
    Returns: [T, factor * H, factor * W, C], the type of `frames`.
    """
    if factor < 1:
        raise ValueError(f"factor is {factor}, 1 or more is wanted")
    return frames.repeat(factor, axis=1).repeat(factor, axis=2)


def scaled(frames: np.ndarray, height: int) -> np.ndarray:
    """Bring frames [T, H, W, 3] uint8 to about `height`: whole pixels up, smoothed down."""
    source_height, source_width = frames.shape[1:3]
    if source_height <= 1.5 * height:
        return upscale(frames, max(1, round(height / source_height)))
    size = (max(1, round(source_width * height / source_height)), height)
    return np.stack([np.asarray(Image.fromarray(frame).resize(size)) for frame in frames])


def evenly_spaced(num_frames: int, num_chosen: int) -> np.ndarray:
    """Choose up to `num_chosen` of `num_frames` frames, first and last among them: [n] int."""
    return np.rint(np.linspace(0, num_frames - 1, min(num_frames, num_chosen))).astype(int)


def contact_sheet(rows: Mapping[str, np.ndarray], columns: int = 8) -> np.ndarray:
    """Lay clips out on one picture: a labelled row a clip, its columns evenly spaced in time.

    Args:
      rows: label -> frames [T, H, W, C] uint8, C = 1 or 3; lengths and sizes may differ.
      columns: the most frames of a clip to show.
    Returns: [H', W', 3] uint8, with cells about 128 pixels high.
    Raises: ValueError without rows, or for frames of another type or shape.
    """
    if not rows:
        raise ValueError("a contact sheet needs at least one row")
    strips = []
    for label, frames in rows.items():
        _check_frames(label, frames)
        chosen = frames[evenly_spaced(len(frames), columns)]
        strips.append(_strip(scaled(_to_rgb(chosen), CELL_HEIGHT)))
    font = ImageFont.load_default(16)
    left = max(_text_size(label, font)[0] for label in rows) + 3 * GAP
    width = left + max(strip.shape[1] for strip in strips) + GAP
    height = GAP + sum(len(strip) + GAP for strip in strips)
    sheet = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    top = GAP
    for label, strip in zip(rows, strips, strict=True):
        sheet.paste(Image.fromarray(strip), (left, top))
        draw.text((left - 2 * GAP, top + len(strip) // 2), label, _INK, font, anchor="rm")
        top += len(strip) + GAP
    return np.array(sheet)


def side_by_side(videos: Mapping[str, np.ndarray], scale: int | None = None) -> np.ndarray:
    """Lay clips out beside each other, each under its caption.

    Args:
      videos: label -> frames [T, H, W, C] uint8, C = 1 or 3, of one H; the longer ones are cut to
        the shortest.
      scale: how many times to magnify; None magnifies small clips to about 256 pixels of height.
    Returns: [T, H', W', 3] uint8, H' and W' even, as common video players want them.
    Raises: ValueError without videos, for frames of another type or shape, or of two heights.
    """
    if not videos:
        raise ValueError("side by side needs at least one video")
    for label, frames in videos.items():
        _check_frames(label, frames)
    heights = {label: frames.shape[1] for label, frames in videos.items()}
    if len(set(heights.values())) > 1:
        raise ValueError(f"videos of one height are wanted, found {heights}")
    length = min(len(frames) for frames in videos.values())
    height = next(iter(heights.values()))
    scale = scale or max(1, round(PANEL_HEIGHT / height))
    font = ImageFont.load_default(14)
    captions = {label: _caption(label, videos[label].shape[2] * scale, font) for label in videos}
    caption_height = next(iter(captions.values())).shape[0]
    widths = [caption.shape[1] for caption in captions.values()]
    canvas = np.full(
        (
            length,
            _even(caption_height + height * scale + GAP),
            _even(GAP + sum(width + GAP for width in widths)),
            3,
        ),
        _BACKGROUND,
        np.uint8,
    )
    left = GAP
    for (label, frames), width in zip(videos.items(), widths, strict=True):
        panel = upscale(_to_rgb(frames[:length]), scale)
        inset = left + (width - panel.shape[2]) // 2
        bottom = caption_height + panel.shape[1]
        canvas[:, :caption_height, left : left + width] = captions[label]
        canvas[:, caption_height:bottom, inset : inset + panel.shape[2]] = panel
        left += width + GAP
    return canvas


def _check_frames(label: str, frames: np.ndarray) -> None:
    right_shape = frames.ndim == 4 and frames.shape[-1] in (1, 3) and frames.size
    if frames.dtype != np.uint8 or not right_shape:
        raise ValueError(
            f"{label!r}: uint8 frames [T, H, W, 1 or 3] are wanted,"
            f" found {frames.dtype} {list(frames.shape)}"
        )


def _to_rgb(frames: np.ndarray) -> np.ndarray:
    return np.broadcast_to(frames, (*frames.shape[:-1], 3))


def _strip(frames: np.ndarray) -> np.ndarray:
    """Set frames [T, H, W, 3] beside each other: [H, T * (W + GAP) - GAP, 3]."""
    padded = np.pad(frames, ((0, 0), (0, 0), (0, GAP), (0, 0)), constant_values=_BACKGROUND[0])
    return np.concatenate(padded, axis=1)[:, :-GAP]


def _text_size(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> tuple[int, int]:
    _, _, right, bottom = font.getbbox(text)
    return int(np.ceil(right)), int(np.ceil(bottom))


def _caption(
    label: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> np.ndarray:
    """Draw a caption at least `width` wide: [H, W, 3], H the same for every label."""
    text_width, text_height = _text_size(label, font)[0], _text_size("Ag", font)[1]
    caption = Image.new("RGB", (max(width, text_width), text_height + 2 * GAP), _BACKGROUND)
    center = (caption.width / 2, caption.height / 2)
    ImageDraw.Draw(caption).text(center, label, _INK, font, anchor="mm")
    return np.array(caption)


def _even(length: int) -> int:
    return length + length % 2
