"""Where clips come from: files and folders, or a TFDS data set; listed first, read on demand."""

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from tf_dyngen.config import SHORTER_SIDE_OF_SOURCE, VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.video.clip_paths import find_clips, find_mask
from tf_dyngen.video.clips import Clip
from tf_dyngen.video.collection import Collection
from tf_dyngen.video.content import describe_content
from tf_dyngen.video.dataset_clips import DatasetCollection
from tf_dyngen.video.file_clips import FileCollection
from tf_dyngen.video.frame_size import settled
from tf_dyngen.video.masked_clips import NOTHING_HIDDEN, OWN, MaskedCollection, MaskSource

_MOST_LINES = 40


@dataclasses.dataclass(frozen=True)
class Source:
    """Where the clips come from: paths of clips, or a TFDS name and the folder of its data.

    `mask` says what of them is hidden, `frame_rate` how many frames a second there are in files
    that do not say.
    """

    clips: tuple[str, ...] = ()
    dataset: str | None = None
    data_dir: str | None = None
    mask: MaskSource = NOTHING_HIDDEN
    frame_rate: float | None = None


def require_one_kind(source: Source) -> None:
    """Raises UserError if a source names both kinds of clips or none."""
    if source.clips and source.dataset:
        raise UserError("both --clip and --dataset are given", "give one of them")
    if not source.clips and not source.dataset:
        raise UserError("no clips are given", "name files, a folder or a data set")


def open_collection(
    source: Source, video: VideoConfig, *, seed: int = 0, own_masks: bool = False
) -> Collection:
    """Lists the clips of a source; a data set is prepared first if need be.

    Args:
      source: of either kind.
      video: what is read of each clip.
      seed: of masks that are made on the spot.
      own_masks: whether to read masks that come with the clips, where some do, if the source says
        nothing of masks.
    Raises: UserError if the source names both kinds or none, or holds no clips, or not the masks
      that it asks for.
    """
    mask = source.mask
    wants_own = mask.file == OWN or (own_masks and not mask)
    require_one_kind(source)
    if source.dataset:
        if mask.file and mask.file != OWN:
            raise UserError(
                f"a mask, {mask.file}, is given for a data set",
                "give --mask=own, for the data set's feature `mask`, or --hide",
            )
        collection = DatasetCollection(source.dataset, source.data_dir, video, masks=wants_own)
    else:
        collection = FileCollection(
            source.clips,
            video,
            own_masks=wants_own,
            mask=Path(mask.file) if mask.file and not wants_own else None,
            mask_size=mask.size,
            hides_otherwise=bool(mask.hide),
            only_shows=own_masks and not mask,
            frame_rate=source.frame_rate,
        )
    if mask.file == OWN and not collection.has_masks:
        raise UserError(
            "none of the clips has a mask of its own",
            "put masks beside them, as NAME_mask.png, or name one by --mask=FILE",
        )
    return MaskedCollection(collection, mask, seed) if mask else collection


def settle_size(source: Source, video: VideoConfig) -> VideoConfig:
    """Returns settings with a size for the frames, of the first clip's proportions if need be.

    A line says so where the clip is smaller than the size asked for.

    Raises: UserError as `open_collection`.
    """
    if video.height and video.width:
        return video
    found = open_collection(source, video).picture_size()
    video = settled(video, found)
    asked = video.shorter_side
    is_own = asked in (VideoConfig().shorter_side, SHORTER_SIDE_OF_SOURCE)
    if not is_own and min(found) < asked:
        say(
            f"the clip is {found[0]}x{found[1]} (height x width) and is not enlarged to"
            f" {asked}: read at {video.height}x{video.width}"
        )
    return video


def refuse_sources(outputs: Iterable[Path], source: Source) -> None:
    """Raises UserError if writing `outputs` would replace a clip that is learned, or its mask."""
    there = [output for output in outputs if output.exists()]
    if not there:
        return
    files: list[Path] = []
    for path in source.clips:
        # What is gone cannot be replaced.
        with contextlib.suppress(UserError):
            for clip in find_clips(path).clips:
                files += [clip, *([mask] if (mask := find_mask(clip)) else [])]
    if source.mask.file and source.mask.file != OWN:
        files.append(Path(source.mask.file))
    for output in there:
        if any(file.exists() and output.samefile(file) for file in files):
            raise UserError(
                f"--output={output} is the clip that was learned, or its mask", "name another file"
            )


def signature(collection: Collection, video: VideoConfig, rows: np.ndarray) -> str:
    """Returns 16 hexadecimal digits; the same digits mean that the same clips would be read."""
    parts = [dataclasses.asdict(video), collection.fingerprint()]
    digest = hashlib.sha256(json.dumps(parts).encode())
    digest.update(json.dumps([int(row) for row in rows]).encode())
    return digest.hexdigest()[:16]


def read_with_progress(collection: Collection, rows: np.ndarray, every: int = 1) -> Iterator[Clip]:
    """Reads clips with a progress bar, which is drawn once the first is asked for.

    What was left out, guessed or changed is said, and what in the frames is worth a look.

    Args:
      collection, rows: see `Collection.read`.
      every: the clips have one of so many frames of their source.
    """
    lines = _Lines()
    lines.say(collection.notes)
    for clip in progress_bar(collection.read(rows), "clips", total=len(rows), unit="clip"):
        lines.say((*clip.notes, *describe_content(clip, every)))
        yield clip
    lines.end()


class _Lines:
    """Says each line once, and of a great many the first ones."""

    def __init__(self):
        self._said: set[str] = set()

    def say(self, lines: Iterable[str]) -> None:
        for line in lines:
            if line not in self._said and len(self._said) < _MOST_LINES:
                say(line)
            self._said.add(line)

    def end(self) -> None:
        if len(self._said) > _MOST_LINES:
            more = len(self._said) - _MOST_LINES
            say(f"{more} more lines on other clips are not shown")
