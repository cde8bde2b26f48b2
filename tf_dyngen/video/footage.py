"""What every form of clip gives: pictures as they are stored, and when each is shown."""

import abc
import contextlib
import functools
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from tf_dyngen.video.timing import Schedule


class Stored(NamedTuple):
    """A picture and its number among those that the clip holds."""

    number: int
    picture: Image.Image


class Footage(abc.ABC):
    """A clip that is open; nothing is decoded before its pictures are asked for.

    Attributes:
      path: of the file or folder.
      notes: what is cut, guessed or brought to another form in reading, one line each; more may
        come while pictures are read.
      rate_is_known: whether the source states when its pictures are shown.
      has_sound: whether there is sound beside them.
      damage: None, or in words what is missing of it.
    """

    rate_is_known = True
    has_sound = False
    damage: str | None = None

    def __init__(self, path: Path):
        self.path = path
        self.notes: list[str] = []

    @functools.cached_property
    def schedule(self) -> Schedule:
        """Which stored picture is shown at each moment of an even rate."""
        return self._plan()

    @functools.cached_property
    def num_pictures(self) -> int:
        """How many pictures are stored."""
        return self._count()

    @abc.abstractmethod
    def _plan(self) -> Schedule:
        """Returns the schedule."""

    @abc.abstractmethod
    def _count(self) -> int:
        """Returns how many pictures are stored."""

    @abc.abstractmethod
    def pictures(self) -> Generator[Stored]:
        """Decodes the stored pictures in order; one whose place is damaged is passed over.

        Raises: UserError where none can be decoded.
        """

    @property
    def stored_size(self) -> tuple[int, int] | None:
        """(H, W) as stored, where pictures are brought to another size as their pixels ask."""
        return None

    def show(self, numbers: Iterable[int]) -> Generator[Image.Image]:
        """Yields the pictures of ascending numbers, decoded no further than they are asked for.

        One that cannot be decoded is the one before it; behind the last there are no more.
        """
        with contextlib.closing(self.pictures()) as pictures:
            held, ahead = None, None
            for number in numbers:
                while held is None or held.number < number:
                    ahead = ahead or next(pictures, None)
                    if ahead is None:
                        return
                    if held is not None and ahead.number > number:
                        break
                    held, ahead = ahead, None
                yield held.picture

    def note_unevenness(self, schedule: Schedule) -> None:
        """Notes what a schedule does to pictures that are not shown evenly."""
        if schedule.unevenness:
            stored = len({*schedule.shown.tolist()})
            self.note(
                f"{self.path.name} shows its frames unevenly, for {schedule.unevenness}: read at"
                f" {float(schedule.rate):.6g} frames a second, {len(schedule.shown)} frames of"
                f" {stored} pictures"
            )

    def note(self, line: str) -> None:
        """Adds a line, once."""
        if line not in self.notes:
            self.notes.append(line)
