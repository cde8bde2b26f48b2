"""Where clips come from: files and folders, or a TFDS data set; listed first, read on demand."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import tqdm

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.clip_paths import expand_clip_paths, find_mask
from tf_dyngen.video.clips import Clip, read_clip
from tf_dyngen.video.collection import Collection
from tf_dyngen.video.dataset_clips import DatasetCollection
from tf_dyngen.video.mask_files import MASK_WANTED
from tf_dyngen.video.masked_clips import NOTHING_HIDDEN, OWN, MaskedCollection, MaskSource
from tf_dyngen.video.masks import read_visible


@dataclasses.dataclass(frozen=True)
class Source:
    """Where the clips come from: paths of clips, or a TFDS name and the folder of its data.

    `mask` says what of them is hidden.
    """

    clips: tuple[str, ...] = ()
    dataset: str | None = None
    data_dir: str | None = None
    mask: MaskSource = NOTHING_HIDDEN


class FileCollection:
    """Clips in files and folders of pictures.

    Args:
      paths: as for `expand_clip_paths`.
      video: what is read of each clip.
      own_masks: whether to read the masks that lie beside the clips.
      mask: the one clip's mask.
      mask_size: (H, W) of that mask if it is neither the clip's nor the one it is read at.
    """

    def __init__(
        self,
        paths: Iterable[str],
        video: VideoConfig,
        *,
        own_masks: bool = False,
        mask: Path | None = None,
        mask_size: tuple[int, int] | None = None,
    ):
        self._paths = expand_clip_paths(paths)
        if mask:
            decoding.require_readable(mask, MASK_WANTED)
        self._video = video
        self._mask_size = mask_size
        self._masks = [find_mask(path) if own_masks else mask for path in self._paths]
        if mask and len(self._paths) > 1:
            raise UserError(
                f"one mask, {mask}, is given for {len(self._paths)} clips",
                "put a mask beside each clip, as NAME_mask.png, and give --mask=own",
            )

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def has_masks(self) -> bool:
        """Whether any of the clips has a mask."""
        return any(self._masks)

    def fingerprint(self) -> str:
        """Names, sizes and times of all files."""
        clips = [file for path in self._paths for file in _files_of(path)]
        masks = [file for mask in self._masks if mask for file in _files_of(mask)]
        return json.dumps([[_file_state(file) for file in files] for files in (clips, masks)])

    def read(self, rows: np.ndarray) -> Iterator[Clip]:
        """Decodes the clips at `rows`."""
        video = self._video
        size = (video.height, video.width)
        for row in rows:
            path, mask = self._paths[row], self._masks[row]
            clip = read_clip(
                path,
                num_frames=video.num_frames,
                size=size,
                channels=video.channels,
                fit=video.fit,
            )
            if mask is not None:
                length = len(clip.frames)
                visible = read_visible(
                    mask,
                    path,
                    num_frames=length,
                    size=size,
                    fit=video.fit,
                    mask_size=self._mask_size,
                )
                clip = clip._replace(visible=visible)
            yield clip


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
    if source.clips and source.dataset:
        raise UserError("both --clip and --dataset are given", "give one of them")
    if source.dataset:
        if mask.file and mask.file != OWN:
            raise UserError(
                f"a mask, {mask.file}, is given for a data set",
                "give --mask=own, for the data set's feature `mask`, or --hide",
            )
        collection = DatasetCollection(source.dataset, source.data_dir, video, masks=wants_own)
    elif source.clips:
        collection = FileCollection(
            source.clips,
            video,
            own_masks=wants_own,
            mask=Path(mask.file) if mask.file and not wants_own else None,
            mask_size=mask.size,
        )
    else:
        raise UserError("no clips are given", "name files, a folder or a data set")
    if mask.file == OWN and not collection.has_masks:
        raise UserError(
            "none of the clips has a mask of its own",
            "put masks beside them, as NAME_mask.png, or name one by --mask=FILE",
        )
    return MaskedCollection(collection, mask, seed) if mask else collection


def signature(collection: Collection, video: VideoConfig, rows: np.ndarray) -> str:
    """Returns 16 hexadecimal digits; the same digits mean that the same clips would be read."""
    parts = [dataclasses.asdict(video), collection.fingerprint()]
    digest = hashlib.sha256(json.dumps(parts).encode())
    digest.update(json.dumps([int(row) for row in rows]).encode())
    return digest.hexdigest()[:16]


def read_with_progress(collection: Collection, rows: np.ndarray) -> Iterator[Clip]:
    """Reads clips behind a progress bar, which is drawn once the first is asked for."""
    yield from tqdm.tqdm(collection.read(rows), "clips", len(rows), unit="clip", disable=None)


def _file_state(path: Path) -> tuple[str, int, int]:
    stat = path.stat()
    return str(path.absolute()), stat.st_size, stat.st_mtime_ns


def _files_of(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
