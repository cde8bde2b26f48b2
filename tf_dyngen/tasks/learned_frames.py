"""A clip that a run has learned, recognised by its frames wherever it is found."""

import numpy as np

from tf_dyngen.video.clips import Clip, ClipRecord, blacken, content_id


class Learned:
    """The frames that a run has learned of a clip.

    Attributes:
      record: of the clip.
      frames: [T, H, W, C] uint8, with predictions where they are hidden; None if they are not
        known yet.

    Args:
      record: of the clip.
      kept: the clip as it was learned; None if it is no longer kept.
    """

    def __init__(self, record: ClipRecord, kept: Clip | None):
        self.record = record
        self.frames = None if kept is None else kept.frames
        self._visible = None if kept is None else kept.visible

    def is_first_of(self, clip: Clip) -> bool:
        """Whether a clip of T frames is the learned one: in all that is visible, or by its id."""
        if self.frames is None:
            return blacken(clip).clip_id == self.record.clip_id
        return len(clip.frames) == len(self.frames) and self._agrees(clip.frames, 0)

    def begins(self, frames: np.ndarray) -> bool:
        """Whether frames start with those that were learned; true where they are not known."""
        return self.frames is None or self._agrees(frames, 0)

    def find_in(self, frames: np.ndarray) -> None:
        """Takes the learned frames from a stretch of others that has the clip's id, if any has.

        Args:
          frames: [T', H, W, C] uint8.
        """
        length = self.record.num_frames
        for start in range(len(frames) - length + 1):
            stretch = frames[start : start + length]
            if content_id(stretch) == self.record.clip_id:
                self.frames = stretch
                return

    def leave_out(self, frames: np.ndarray) -> tuple[np.ndarray, int]:
        """Returns the longer part of a clip before or after the learned frames, all without any.

        Frames are the learned ones if all agree that can be compared, in all pixels that are
        visible; a part of the learned frames at either end is left out too.

        Args:
          frames: [T', H, W, C] uint8.
        Returns: frames that were not learned; the number of learned ones among `frames`.
        """
        if self.frames is None:
            return frames, 0
        length = len(self.frames)

        def overlap(start: int) -> int:
            return min(start + length, len(frames)) - max(start, 0)

        for start in sorted(range(1 - length, len(frames)), key=overlap, reverse=True):
            if self._agrees(frames, start):
                before, after = frames[: max(start, 0)], frames[start + length :]
                return (before if len(before) > len(after) else after), overlap(start)
        return frames, 0

    def _agrees(self, frames: np.ndarray, start: int) -> bool:
        """Whether all visible pixels agree if the first learned frame is at `start`."""
        assert self.frames is not None
        compared = False
        for time in range(max(0, -start), min(len(self.frames), len(frames) - start)):
            learned, found = self.frames[time], frames[start + time]
            if self._visible is not None:
                seen = self._visible[time, ..., 0]
                if not seen.any():
                    continue
                learned, found = learned[seen], found[seen]
            if not np.array_equal(learned, found):
                return False
            compared = True
        return compared
