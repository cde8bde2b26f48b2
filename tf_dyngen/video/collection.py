"""What every kind of source gives: clips that are known but not read yet."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from tf_dyngen.video.clips import Clip


class Collection(Protocol):
    """Clips that are known but not read yet."""

    # What was passed over when they were listed, one line each.
    notes: tuple[str, ...]

    def __len__(self) -> int:
        """The number of clips."""
        ...

    @property
    def has_masks(self) -> bool:
        """Whether masks are read with the clips, of some at least."""
        ...

    def fingerprint(self) -> str:
        """A text that changes when the clips, or what is hidden of them, may have changed."""
        ...

    def picture_size(self) -> tuple[int, int]:
        """Returns (H, W) of the first clip's pictures; UserError if there are none."""
        ...

    def read(self, rows: np.ndarray) -> Iterator[Clip]:
        """Reads the clips at ascending `rows`, one at a time."""
        ...
