"""Where clips come from: files and folders, or a TFDS data set; listed first, read on demand."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import tqdm

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.video.clip_paths import expand_clip_paths, find_mask
from tf_dyngen.video.clips import Clip, read_clip
from tf_dyngen.video.dataset_clips import DatasetCollection
from tf_dyngen.video.masks import read_visible


@dataclasses.dataclass(frozen=True)
class Source:
    """Where the clips come from: paths of clips, or a TFDS name and the folder of its data."""

    clips: tuple[str, ...] = ()
    dataset: str | None = None
    data_dir: str | None = None


class Collection(Protocol):
    """Clips that are known but not read yet."""

    def __len__(self) -> int:
        """The number of clips."""
        ...

    def fingerprint(self) -> str:
        """A text that changes when the clips may have changed."""
        ...

    def read(self, rows: np.ndarray) -> Iterator[Clip]:
        """Reads the clips at ascending `rows`, one at a time."""
        ...


class FileCollection:
    """Clips in files and folders of pictures.

    Args:
      paths: as for `expand_clip_paths`.
      video: what is read of each clip.
      masks: whether to read the masks that lie beside the clips.
    """

    def __init__(self, paths: Iterable[str], video: VideoConfig, *, masks: bool = False):
        self._paths = expand_clip_paths(paths)
        self._video = video
        self._masks = [find_mask(path) if masks else None for path in self._paths]

    def __len__(self) -> int:
        return len(self._paths)

    def fingerprint(self) -> str:
        """Names, sizes and times of all files."""
        files = [file for path in self._paths for file in _files_of(path)]
        files += [file for mask in self._masks if mask for file in _files_of(mask)]
        stats = [(file, file.stat()) for file in files]
        return json.dumps([(str(f.absolute()), s.st_size, s.st_mtime_ns) for f, s in stats])

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
                visible = read_visible(mask, path, num_frames=length, size=size, fit=video.fit)
                clip = clip._replace(visible=visible)
            yield clip


def open_collection(source: Source, video: VideoConfig, *, masks: bool = False) -> Collection:
    """Lists the clips of a source; a data set is prepared first if need be.

    Args:
      source: of either kind.
      video: what is read of each clip.
      masks: whether to read masks, those beside the clips or the data set's feature `mask`.
    Raises: UserError if the source names both kinds or none, or holds no clips.
    """
    if source.clips and source.dataset:
        raise UserError("both --clip and --dataset are given", "give one of them")
    if source.dataset:
        return DatasetCollection(source.dataset, source.data_dir, video, masks=masks)
    if not source.clips:
        raise UserError("no clips are given", "name files, a folder or a data set")
    return FileCollection(source.clips, video, masks=masks)


def signature(collection: Collection, video: VideoConfig, rows: np.ndarray, masks: bool) -> str:
    """Returns 16 hexadecimal digits; the same digits mean that the same clips would be read."""
    parts = [dataclasses.asdict(video), masks, collection.fingerprint()]
    digest = hashlib.sha256(json.dumps(parts).encode())
    digest.update(json.dumps([int(row) for row in rows]).encode())
    return digest.hexdigest()[:16]


def read_with_progress(collection: Collection, rows: np.ndarray) -> Iterator[Clip]:
    """Reads clips behind a progress bar, which is drawn once the first is asked for."""
    yield from tqdm.tqdm(collection.read(rows), "clips", len(rows), unit="clip", disable=None)


def _files_of(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
