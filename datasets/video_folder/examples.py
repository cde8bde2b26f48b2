"""From clips to examples: ids, windows, masks; the same functions with Beam and without."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.video.clip_paths import expand_clip_paths, find_mask
from tf_dyngen.video.files import PICTURE_SUFFIXES, require_readable, visible_files
from tf_dyngen.video.integrity import require_whole
from tf_dyngen.video.masks import iterate_visible
from tf_dyngen.video.windows import read_windows, roll

from .configuration import VideoFolderConfig

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = (TRAIN, VALIDATION, TEST)
_READ_BYTES = 1 << 20


def find_splits(root: str, test_share: float) -> dict[str, list[Path]]:
    """Lists the clips of each split.

    A folder that holds a folder `train`, and perhaps `validation` and `test`, has these splits.
    Otherwise a clip's path below `root` says whether it is in the share of `test`: clips that come
    or go later move no other.

    Raises: UserError if there are no clips.
    """
    folders = [Path(root) / name for name in SPLITS]
    if folders[0].is_dir():
        return {path.name: expand_clip_paths([path]) for path in folders if path.is_dir()}
    splits: dict[str, list[Path]] = {TRAIN: [], TEST: []}
    for path in expand_clip_paths([root]):
        splits[TEST if _place(path, root) < test_share else TRAIN].append(path)
    return {name: paths for name, paths in splits.items() if paths}


def source_id(path: Path) -> str:
    """Returns 16 hexadecimal digits of the SHA-256 of a clip's bytes, whatever it is called."""
    digest = hashlib.sha256()
    require_readable(path)
    pictures = visible_files(path, PICTURE_SUFFIXES) if path.is_dir() else [path]
    for file in pictures:
        with file.open("rb") as stream:
            while block := stream.read(_READ_BYTES):
                digest.update(block)
    return digest.hexdigest()[:16]


def require_one(paths: Iterable[Path]) -> Path:
    """Returns the one path that has a source's id; UserError if several clips have its bytes."""
    first, *others = sorted(paths)
    if others:
        raise UserError(f"{first} and {others[0]} are one clip, given twice", "keep one of them")
    return first


def read_examples(
    source: str, path: Path, root: str, config: VideoFolderConfig
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields (clip id, example) of every window of a clip.

    Args:
      source: the clip's `source_id`.
      path: where the clip is.
      root: what its name is relative to.
      config: the settings.
    Raises: UserError, with the path, if the clip is damaged or too short.
    """
    require_whole(path)
    size = (config.height, config.width)
    windows = read_windows(
        path,
        num_frames=config.num_frames,
        stride=config.stride,
        size=size,
        channels=config.channels,
        fit=config.fit,
    )
    hidden = _read_hidden(path, config) if config.masks else None
    for window in windows:
        recipe = f"{source}/first_frame={window.first_frame}/num_frames={config.num_frames}"
        clip_id = hashlib.sha256(recipe.encode()).hexdigest()[:16]
        example = {
            "clip_id": clip_id,
            "frames": window.frames,
            "frame_rate": window.frame_rate,
            "first_frame": window.first_frame,
            "source": _relative(path, root),
        }
        if hidden is not None:
            example["mask"] = next(hidden)
        yield clip_id, example


def _read_hidden(path: Path, config: VideoFolderConfig) -> Iterator[np.ndarray]:
    """Yields the mask of each window, [T, H, W, 1] uint8, 255 where a pixel is hidden."""
    size = (config.height, config.width)
    mask = find_mask(path)
    if mask is None:
        yield from itertools.repeat(np.zeros((config.num_frames, *size, 1), np.uint8))
        return
    visible = iterate_visible(mask, path, size=size, fit=config.fit)
    for _, frames in roll(visible, config.num_frames, config.stride):
        yield np.where(np.stack(frames), 0, 255).astype(np.uint8)


def _place(path: Path, root: str) -> float:
    """Returns where in [0, 1) the hash of a path falls."""
    digest = hashlib.sha256(_relative(path, root).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _relative(path: Path, root: str) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.name
