"""The clips that a path, folder or pattern stands for, and the masks that lie beside them."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tf_dyngen.errors import UserError
from tf_dyngen.video.files import (
    ANIMATED_SUFFIXES,
    CLIP_SUFFIXES,
    PICTURE_SUFFIXES,
    listed,
    natural_order,
    require_readable,
    visible_files,
)
from tf_dyngen.video.mask_files import MASK_SUFFIXES, MATLAB_SUFFIX
from tf_dyngen.video.pictures import count_pictures

MASK_SUFFIX = "_mask"
# What training writes beside the clips where its folder is theirs.
_OF_A_RUN = frozenset(
    ["config.json", "metrics.jsonl", "checkpoints", "clips", "samples", "tensorboard", "inferred"]
    + ["arrays"]
)
_OF_SYSTEMS = frozenset(["thumbs.db", "desktop.ini"])


class Found(NamedTuple):
    """The clips that were found, and what was passed over, one line each."""

    clips: list[Path]
    notes: list[str]


def expand_clip_paths(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
) -> list[Path]:
    """List the clips that `paths` stand for, see `find_clips`."""
    return find_clips(paths).clips


def find_clips(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str], *, read_files: bool = True
) -> Found:
    """Find the clips that `paths` stand for, each as one path to give to `read_clip`.

    A file is itself, a folder of pictures is one clip, a folder of videos (or .npy arrays, animated
    pictures, or folders of pictures) is all of them in natural order, and a pattern (*, ?, [a-z],
    **) is whatever it matches. Masks, see `find_mask`, are left out of folders and patterns, and
    what a run writes out of its own folder. Files are looked into unless `read_files` is false:
    then one that is empty counts too.

    Raises: UserError for an empty path, a pattern without a match, and for a folder that holds
      neither pictures nor videos, or both.
    """
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    notes: list[str] = []

    def at(match: Path) -> list[Path]:
        return [match] if not read_files and match.is_file() else _clips_at(match, notes)

    clips = [clip for path in paths for match in _matches(path) for clip in at(match)]
    return Found(clips, notes)


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
    suffixes = ("", *CLIP_SUFFIXES)
    return any(path.with_name(owner + suffix).exists() for suffix in suffixes)


def _matches(path: str | os.PathLike[str]) -> list[Path]:
    if not os.fspath(path):
        raise UserError("the path of a clip is empty", "name a file, a folder or a pattern")
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
    return sorted(matches, key=lambda match: [natural_order(Path(p)) for p in match.parts])


def _clips_at(path: Path, notes: list[str]) -> list[Path]:
    require_readable(path)
    if not path.is_dir():
        return [path]
    pictures = [p for p in visible_files(path, PICTURE_SUFFIXES) if not _is_mask(p)]
    videos = [video for video in visible_files(path, CLIP_SUFFIXES) if not _is_mask(video)]
    if pictures and pictures[0].suffix.lower() in ANIMATED_SUFFIXES and _holds_several(pictures[0]):
        videos += [picture for picture in pictures if _holds_several(picture)]
        pictures = [picture for picture in pictures if picture not in videos]
        if pictures:
            notes.append(
                f"{path.name}: passes over {listed(p.name for p in pictures)}: one picture"
            )
            pictures = []
    if pictures and videos:
        raise UserError(
            f"{path} holds pictures ({pictures[0].name}) and videos ({videos[0].name}),"
            " either are wanted",
            f"move the others elsewhere, or name the videos, as in '{path}/*{videos[0].suffix}'",
        )
    if pictures:
        _note_others(path, {*pictures}, notes)
        return [path]
    clips = sorted(videos + _picture_folders(path), key=natural_order)
    if not clips:
        raise UserError(
            f"{path} holds neither videos nor pictures, clips are wanted",
            f"name a folder that holds some; '{path}/*' stands for all that lies in it",
        )
    _note_others(path, {*clips}, notes)
    return clips


def _holds_several(picture: Path) -> bool:
    return picture.suffix.lower() in ANIMATED_SUFFIXES and count_pictures(picture) > 1


def _note_others(folder: Path, used: set[Path], notes: list[str]) -> None:
    """Notes what lies in a folder of clips and is neither a clip nor anything of ours or theirs."""
    own = _OF_A_RUN if _is_run(folder) else frozenset()
    others = [
        path
        for path in sorted(folder.iterdir(), key=natural_order)
        if path not in used
        and not path.name.startswith(".")
        and path.name.lower() not in _OF_SYSTEMS
        and path.name not in own
        and not _is_mask(path)
    ]
    if others:
        names = listed(path.name + "/" * path.is_dir() for path in others)
        notes.append(f"{folder.name}: passes over {names}: no clips by their endings")


def _is_run(folder: Path) -> bool:
    return (folder / "config.json").is_file() and (folder / "checkpoints").is_dir()


def _picture_folders(path: Path) -> list[Path]:
    own = _OF_A_RUN if _is_run(path) else frozenset()
    return [
        folder
        for folder in path.iterdir()
        if folder.is_dir()
        and folder.name not in own
        and not folder.name.startswith(".")
        and not _is_mask(folder)
        and visible_files(folder, PICTURE_SUFFIXES)
    ]
