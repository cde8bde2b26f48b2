"""The clips that a path, folder or pattern stands for, and the masks that lie beside them."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.mask_files import MASK_SUFFIXES, MATLAB_SUFFIX

MASK_SUFFIX = "_mask"


def expand_clip_paths(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
) -> list[Path]:
    """List the clips that `paths` stand for, each as one path to give to `read_clip`.

    A file is itself, a folder of pictures is one clip, a folder of videos (or .npy arrays, or
    folders of pictures) is all of them in natural order, and a pattern (*, ?, [a-z], **) is
    whatever it matches. Masks, see `find_mask`, are left out of folders and patterns.

    Raises: UserError for a pattern without a match, and for a folder that holds neither pictures
      nor videos, or both.
    """
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return [clip for path in paths for match in _matches(path) for clip in _clips_at(match)]


def find_mask(clip: Path) -> Path | None:
    """Find the mask beside a clip: `NAME_mask` with any suffix that holds one, or a folder.

    Raises: UserError if there are several.
    """
    stem = clip.name if clip.is_dir() else clip.stem
    suffixes = ("", *MASK_SUFFIXES)
    found = [
        path
        for path in (clip.with_name(f"{stem}{MASK_SUFFIX}{suffix}") for suffix in suffixes)
        if path.exists() and (path.is_dir() or path.suffix)
    ]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise UserError(f"{clip} has several masks, {names}", "keep one of them beside the clip")
    return found[0] if found else None


def _is_mask(path: Path) -> bool:
    """Whether `path` is the mask of a clip that lies beside it, or a MATLAB file, never a clip."""
    if path.suffix.lower() == MATLAB_SUFFIX and path.is_file():
        return True
    stem = path.name if path.is_dir() else path.stem
    if not stem.endswith(MASK_SUFFIX):
        return False
    owner = stem.removesuffix(MASK_SUFFIX)
    suffixes = ("", *decoding.CLIP_SUFFIXES)
    return any(path.with_name(owner + suffix).exists() for suffix in suffixes)


def _matches(path: str | os.PathLike[str]) -> list[Path]:
    # A file whose name happens to hold a bracket is itself, not a pattern.
    if not glob.has_magic(os.fspath(path)) or os.path.lexists(path):
        return [Path(path)]
    # pathlib's own glob refuses absolute patterns.
    found = glob.glob(os.fspath(path), recursive=True)  # noqa: PTH207
    matches = [match for match in map(Path, found) if not _is_mask(match)]
    if not matches:
        raise UserError(
            f"{path} matches no file, a pattern that matches clips is wanted",
            "check the pattern, and quote it against the shell",
        )
    return sorted(matches, key=lambda match: [decoding.natural_order(Path(p)) for p in match.parts])


def _clips_at(path: Path) -> list[Path]:
    decoding.require_readable(path)
    if not path.is_dir():
        return [path]
    pictures = decoding.visible_files(path, decoding.PICTURE_SUFFIXES)
    pictures = [picture for picture in pictures if not _is_mask(picture)]
    videos = decoding.visible_files(path, decoding.CLIP_SUFFIXES)
    videos = [video for video in videos if not _is_mask(video)]
    if pictures and videos:
        raise UserError(
            f"{path} holds pictures ({pictures[0].name}) and videos ({videos[0].name}),"
            " either are wanted",
            f"move the others elsewhere, or name the videos, as in '{path}/*{videos[0].suffix}'",
        )
    if pictures:
        return [path]
    clips = sorted(videos + _picture_folders(path), key=decoding.natural_order)
    if not clips:
        raise UserError(
            f"{path} holds neither videos nor pictures, clips are wanted",
            f"name a folder that holds some; '{path}/*' stands for all that lies in it",
        )
    return clips


def _picture_folders(path: Path) -> list[Path]:
    return [
        folder
        for folder in path.iterdir()
        if folder.is_dir()
        and not folder.name.startswith(".")
        and not _is_mask(folder)
        and decoding.visible_files(folder, decoding.PICTURE_SUFFIXES)
    ]
