"""A contact sheet of one video, whose frames come one after the other."""

import numpy as np

from tf_dyngen.video.display import contact_sheet, evenly_spaced

# Frames of a sheet, and of a row of it.
NUM_FRAMES, NUM_COLUMNS = 16, 4


class Sheet:
    """Frames evenly spaced in time; of a loop also those on both sides of its seam.

    Args:
      num_frames: of the video.
      is_loop: whether its first frame follows its last.
    """

    def __init__(self, num_frames: int, is_loop: bool):
        self._rows = _rows_of(evenly_spaced(num_frames, NUM_FRAMES).tolist())
        if is_loop:
            beside = min(NUM_COLUMNS // 2, num_frames // 2)
            around = [*range(num_frames - beside, num_frames), *range(beside)]
            self._rows["last | first"] = around
        self._wanted = {number for row in self._rows.values() for number in row}
        self._kept: dict[int, np.ndarray] = {}
        self._taken = 0

    def add(self, frames: np.ndarray) -> None:
        """Takes the next frames [n, H, W, C] uint8."""
        for number, frame in enumerate(frames, self._taken):
            if number in self._wanted:
                self._kept[number] = frame.copy()
        self._taken += len(frames)

    def picture(self) -> np.ndarray:
        """Returns the sheet [H', W', 3] uint8 of the frames that were taken."""
        rows = {
            label: np.stack([self._kept[number] for number in row if number in self._kept])
            for label, row in self._rows.items()
            if any(number in self._kept for number in row)
        }
        return contact_sheet(rows, NUM_COLUMNS)


def _rows_of(chosen: list[int]) -> dict[str, list[int]]:
    starts = range(0, len(chosen), NUM_COLUMNS)
    return {f"frame {chosen[start]}": chosen[start : start + NUM_COLUMNS] for start in starts}
