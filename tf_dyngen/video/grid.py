"""Videos in rows and columns that play at once, the rows and columns named."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tf_dyngen.video.display import CELL_HEIGHT, GAP, upscale

LONGEST_LABEL = 200
BAND_HEIGHT = 20
FONT_SIZE = 14
_BACKGROUND = (255, 255, 255)
_INK = (0, 0, 0)


class LabelledGrid:
    """A grid of cells of one size, names in a band above and at the left.

    Args:
      row_labels: of the rows; what is too long is cut off.
      column_labels: of the columns.
      cell_shape: (H, W) of the videos; they are magnified to about 128 pixels of height.

    Attributes:
      size: (H', W') of the whole, both even, as common video players want them.
    """

    def __init__(
        self, row_labels: Sequence[str], column_labels: Sequence[str], cell_shape: tuple[int, int]
    ):
        font = ImageFont.load_default(FONT_SIZE)
        self._scale = max(1, round(CELL_HEIGHT / cell_shape[0]))
        self._pitch = self._scale * cell_shape[0] + GAP, self._scale * cell_shape[1] + GAP
        row_labels = [_shorten(label, LONGEST_LABEL, font) for label in row_labels]
        column_labels = [_shorten(label, self._pitch[1] - GAP, font) for label in column_labels]
        self._left = 2 * GAP + max(int(np.ceil(font.getlength(label))) for label in row_labels)
        height = BAND_HEIGHT + len(row_labels) * self._pitch[0]
        width = self._left + len(column_labels) * self._pitch[1]
        self.size = (height + height % 2, width + width % 2)
        empty = Image.new("RGB", (self.size[1], self.size[0]), _BACKGROUND)
        draw = ImageDraw.Draw(empty)
        for row, label in enumerate(row_labels):
            top, _ = self._corner(row, 0)
            middle = top + (self._pitch[0] - GAP) // 2
            draw.text((self._left - GAP, middle), label, _INK, font, anchor="rm")
        for column, label in enumerate(column_labels):
            _, left = self._corner(0, column)
            middle = left + (self._pitch[1] - GAP) // 2
            draw.text((middle, BAND_HEIGHT // 2), label, _INK, font, anchor="mm")
        self._empty = np.array(empty)

    def draw(self, rows: Sequence[Sequence[np.ndarray | None]]) -> np.ndarray:
        """Lays videos out.

        Args:
          rows: of cells: frames [T, H, W, C] uint8, C = 1 or 3, of one T; None leaves one empty.
        Returns: [T, H', W', 3] uint8.
        """
        (num_frames,) = {len(cell) for row in rows for cell in row if cell is not None}
        grid = np.repeat(self._empty[None], num_frames, axis=0)
        for number, row in enumerate(rows):
            for column, frames in enumerate(row):
                if frames is None:
                    continue
                top, left = self._corner(number, column)
                cell = upscale(frames, self._scale)
                grid[:, top : top + cell.shape[1], left : left + cell.shape[2]] = cell
        return grid

    def _corner(self, row: int, column: int) -> tuple[int, int]:
        return BAND_HEIGHT + row * self._pitch[0], self._left + column * self._pitch[1]


def _shorten(text: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Cuts a text off where it would be wider than `width` pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
