"""Clips of which a part is hidden: by a mask that comes with them, or one made on the spot."""

import dataclasses
import json
from collections.abc import Iterator

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import Clip
from tf_dyngen.video.collection import Collection
from tf_dyngen.video.hiding import parse_hiding
from tf_dyngen.video.masks import dilate, require_partial

OWN = "own"


@dataclasses.dataclass(frozen=True)
class MaskSource:
    """What is hidden of clips; false if nothing is.

    file: a mask's path, or OWN for the masks that come with the clips.
    size: (H, W) of that mask if it is neither the clip's nor the one it is read at.
    hide: a mask made on the spot, see `parse_hiding`.
    dilate: by how many pixels to widen what is hidden.
    """

    file: str | None = None
    size: tuple[int, int] | None = None
    hide: str | None = None
    dilate: int = 0

    def __post_init__(self):
        if self.file and self.hide:
            raise UserError("both --mask and --hide are given", "give one of them")
        if self.dilate and not self:
            raise UserError("--dilate without anything hidden", "give --mask or --hide too")
        if self.size and not self.file:
            raise UserError("--mask_size without a mask", "give --mask too")
        if self.dilate < 0:
            raise UserError(f"--dilate={self.dilate}", "give 0 pixels or more")
        if self.hide:
            parse_hiding(self.hide)

    def __bool__(self) -> bool:
        return bool(self.file or self.hide)


NOTHING_HIDDEN = MaskSource()


class MaskedCollection:
    """The clips of a collection with what a MaskSource hides of them.

    Args:
      collection: reads the masks in files, if there are any.
      mask: what is hidden besides, and how much it is widened.
      seed: of masks made on the spot; each row of the collection has its own.
    """

    def __init__(self, collection: Collection, mask: MaskSource, seed: int):
        self._collection = collection
        self._mask = mask
        self._seed = seed
        self._hiding = parse_hiding(mask.hide) if mask.hide else None
        self.notes = collection.notes

    def __len__(self) -> int:
        return len(self._collection)

    @property
    def has_masks(self) -> bool:
        """Always."""
        return True

    def fingerprint(self) -> str:
        """That of the collection, and how its clips are hidden."""
        how = [dataclasses.asdict(self._mask), self._seed if self._hiding else None]
        return self._collection.fingerprint() + json.dumps(how)

    def picture_size(self) -> tuple[int, int]:
        """That of the collection."""
        return self._collection.picture_size()

    def read(self, rows: np.ndarray) -> Iterator[Clip]:
        """Reads the clips at ascending `rows`; UserError if a mask hides nothing or everything."""
        for row, clip in zip(rows, self._collection.read(rows), strict=True):
            visible = clip.visible
            if self._hiding:
                num_frames, height, width, _ = clip.frames.shape
                visible = self._hiding.visible(num_frames, (height, width), self._seed + int(row))
            if visible is not None:
                visible = dilate(visible, self._mask.dilate)
                require_partial(visible, f"the mask of {clip.name}")
            yield clip._replace(visible=visible)
