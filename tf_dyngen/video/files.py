"""Files and folders before they are opened: endings, order, numbers, permission."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from tf_dyngen.errors import UserError

# A folder's files with these endings are clips; a file that is named may have any or none.
VIDEO_SUFFIXES = (
    *(".avi", ".mp4", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".ogv", ".wmv"),
    *(".ts", ".mts", ".m2ts", ".m2t", ".3gp", ".3g2", ".flv", ".f4v", ".y4m", ".mxf", ".ogg"),
    *(".asf", ".vob", ".divx", ".dv", ".qt", ".mpe", ".m2v", ".m1v", ".nut", ".ivf", ".mjpg"),
    *(".mjpeg", ".h264", ".264", ".h265", ".265", ".hevc", ".rm", ".rmvb", ".amv", ".mod", ".tod"),
)
PICTURE_SUFFIXES = (
    *(".png", ".apng", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".avif"),
    *(".heic", ".heif"),
)
HEIC_SUFFIXES = (".heic", ".heif")
# Pictures that may hold several, which play one after the other.
ANIMATED_SUFFIXES = (".png", ".apng", ".webp", ".tif", ".tiff", ".avif")
CLIP_SUFFIXES = (*VIDEO_SUFFIXES, ".gif", ".npy")
_DIGITS = re.compile(r"([0-9]+)")


def natural_order(path: Path) -> tuple[list[str | int], str]:
    """Give the sort key that puts frame2 before frame10."""
    pieces = _DIGITS.split(path.name)
    words = [int(piece) if index % 2 else piece.lower() for index, piece in enumerate(pieces)]
    return words, path.name


def visible_files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """List the files of `folder` with one of `suffixes`, hidden ones left out, naturally sorted."""
    found = [
        path
        for path in folder.iterdir()
        # macOS leaves a hidden ._frame.png beside each frame.png on foreign disks.
        if path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
    ]
    return sorted(found, key=natural_order)


def numbers_of(paths: Iterable[Path]) -> dict[int, Path] | None:
    """Return the paths by the last number in their names; None if they are not numbered in order.

    They are if the names differ in that number alone.
    """
    found: dict[int, Path] = {}
    stems = set()
    for path in paths:
        pieces = _DIGITS.split(path.stem)
        if len(pieces) < 3:
            return None
        stems.add((*pieces[:-2], pieces[-1]))
        found[int(pieces[-2])] = path
        if len(stems) > 1:
            return None
    return found


def missing_numbers(numbered: dict[int, Path]) -> list[str]:
    """List the numbers that are left out, written as the others are; none where most are."""
    numbers = sorted(numbered)
    missing = sorted(set(range(numbers[0], numbers[-1])) - numbered.keys())
    if len(missing) >= len(numbers):
        return []
    digits = len(_DIGITS.split(numbered[numbers[0]].stem)[-2])
    return [f"{number:0{digits}d}" for number in missing]


def listed(names: Iterable[str], most: int = 5) -> str:
    """Join names with commas, the first few of them and the number of the others."""
    names = list(names)
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def require_readable(path: Path, wanted: str = "a video file or a folder of pictures") -> None:
    """Raise UserError unless `path` is a file with content, or a folder, that may be read."""
    try:
        if path.is_dir():
            os.scandir(path).close()
            return
        with path.open("rb"):
            pass
        if not path.stat().st_size:
            raise UserError(
                f"{path} is empty (0 bytes), {wanted} is wanted", "copy or download the file again"
            )
    except FileNotFoundError:
        raise UserError(
            f"{path} does not exist, {wanted} is wanted",
            "check the spelling of the path",
        ) from None
    except PermissionError:
        raise UserError(
            f"{path} may not be read: permission denied", "grant read permission (chmod +r)"
        ) from None
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror or error}", "check the path and the disk"
        ) from None
