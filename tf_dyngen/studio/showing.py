"""A stream as it is shown: slower or quicker at the same frame rate, and still in a box."""

import math
from fractions import Fraction

import numpy as np

from tf_dyngen.studio.exported import Export
from tf_dyngen.studio.player import Stream, most_frames
from tf_dyngen.studio.settings import Settings
from tf_dyngen.video.retiming import Step, exact_speed
from tf_dyngen.video.still_region import hold_still


class Showing:
    """A video under way, as `retime` and `hold_still` make it, whose settings may change.

    Args:
      export: the model that is played.
      stream: the frames of motion, at its start.

    Attributes:
      position: frames of motion that are past, a whole number or between two.
    """

    def __init__(self, export: Export, stream: Stream):
        self._frame_size, self._most_at_once = export.frame_size, most_frames(export)
        self._stream = stream
        self._first_frame: np.ndarray | None = None
        # Frames of motion that are still needed, by their number.
        self._frames: dict[int, np.ndarray] = {}
        self._num_made = 0
        self._step: tuple[int, Step] | None = None
        self.position = Fraction(0)

    def next(self, num_frames: int, settings: Settings) -> np.ndarray:
        """Returns the next frames that are shown, [num_frames, H, W, C] uint8."""
        speed = exact_speed(settings.speed)
        places = [self.position + number * speed for number in range(num_frames)]
        self._make(math.ceil(places[-1]) + 1, settings)
        shown = np.stack([self._frame_at(place) for place in places])
        self.position += num_frames * speed
        self._frames = {at: frame for at, frame in self._frames.items() if at >= int(self.position)}
        if self._first_frame is None:
            self._first_frame = shown[:1]
        if settings.still is None:
            return shown
        region = settings.still.region(self._frame_size)
        *_, held = hold_still([self._first_frame, shown], region)
        return held

    def _make(self, num_frames: int, settings: Settings) -> None:
        """Keeps the frames of motion up to that number."""
        while self._num_made < num_frames:
            count = min(num_frames - self._num_made, self._most_at_once)
            for frame in self._stream.next(count, noise=settings.noise, look=settings.look):
                self._frames[self._num_made] = frame
                self._num_made += 1

    def _frame_at(self, place: Fraction) -> np.ndarray:
        """Returns the frame [H, W, C] of a place in the frames of motion, of two next to it."""
        before, share = divmod(place, 1)
        if not share:
            return self._frames[before]
        # What was found of the motion serves for all places between the two.
        if self._step is None or self._step[0] != before:
            self._step = (before, Step(self._frames[before], self._frames[before + 1]))
        return self._step[1].frame_at(float(share))
