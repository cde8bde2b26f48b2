"""Playing video in a terminal, two pixels to a character: the upper half block on a background."""

import os
import time
from collections.abc import Callable, Iterator
from typing import TextIO

import numpy as np
from PIL import Image

# The alternate screen without a cursor, so that what stood in the terminal comes back.
_BEGIN = "\x1b[?1049h\x1b[?25l"
_END = "\x1b[0m\x1b[?25h\x1b[?1049l"
_TOP_LEFT = "\x1b[H"
# A terminal that knows this shows a frame at once; others pass over it.
_BEGIN_FRAME, _END_FRAME = "\x1b[?2026h", "\x1b[?2026l"
_CLEAR = "\x1b[0m\x1b[2J"
# How long a request to stop may go unnoticed.
_SECONDS_OF_POLLING = 0.05


def play(
    pieces: Iterator[np.ndarray],
    terminal: TextIO,
    *,
    frame_rate: float,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Shows frames at their rate, as large as the terminal allows; returns how many.

    Frames that come late are shown late, and none is left out. The terminal is restored however
    this ends.

    Args:
      pieces: [n, H, W, C] uint8, C = 1 or 3.
      terminal: that understands 24-bit colours.
      frame_rate: frames a second.
      should_stop: asked before every frame.
    """
    num_shown, size, due = 0, None, time.monotonic()
    terminal.write(_BEGIN)
    try:
        for frame in (frame for piece in pieces for frame in piece):
            while (left := due - time.monotonic()) > 0 and not should_stop():
                time.sleep(min(left, _SECONDS_OF_POLLING))
            if should_stop():
                break
            found = os.get_terminal_size(terminal.fileno())
            clear = _CLEAR if found != size else ""
            size = found
            text = half_blocks(frame, size.columns, size.lines)
            terminal.write(f"{_BEGIN_FRAME}{clear}{_TOP_LEFT}{text}{_END_FRAME}")
            terminal.flush()
            num_shown += 1
            due = max(due, time.monotonic() - 1.0 / frame_rate) + 1.0 / frame_rate
    finally:
        terminal.write(_END)
        terminal.flush()
    return num_shown


def half_blocks(frame: np.ndarray, columns: int, lines: int) -> str:
    """Draws a frame [H, W, C] uint8 with 24-bit colours in at most columns x lines characters.

    A frame that fits is magnified a whole number of times, others are smoothed down.
    """
    pixels = _fitted(frame, 2 * lines, columns)
    height, width, _ = pixels.shape
    if height % 2:
        pixels = np.concatenate([pixels, np.zeros((1, width, 3), np.uint8)])
    # [lines, columns, upper and lower, RGB]
    cells = pixels.reshape(-1, 2, width, 3).swapaxes(1, 2).tolist()
    return "\r\n".join(_line(row) for row in cells)


def _line(cells: list) -> str:
    parts, last = [], None
    for cell in cells:
        if cell != last:
            (red, green, blue), (red2, green2, blue2) = cell
            parts.append(f"\x1b[38;2;{red};{green};{blue};48;2;{red2};{green2};{blue2}m")
            last = cell
        parts.append("▀")
    return "".join(parts) + "\x1b[0m"


def _fitted(frame: np.ndarray, height: int, width: int) -> np.ndarray:
    """Brings a frame to at most height x width, in its proportions: [h, w, 3]."""
    rgb = np.broadcast_to(frame, (*frame.shape[:2], 3))
    scale = min(height / frame.shape[0], width / frame.shape[1])
    if scale >= 1.0:
        return rgb.repeat(int(scale), axis=0).repeat(int(scale), axis=1)
    size = (max(1, int(frame.shape[1] * scale)), max(1, int(frame.shape[0] * scale)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR))
