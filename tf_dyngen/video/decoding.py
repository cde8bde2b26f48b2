"""Opening a clip, whatever form it has: its content decides, not its ending."""

from pathlib import Path

from tf_dyngen.errors import UserError
from tf_dyngen.video.arrays import ArrayClip, is_array_file
from tf_dyngen.video.files import CLIP_SUFFIXES, VIDEO_SUFFIXES, require_readable
from tf_dyngen.video.film import Film
from tf_dyngen.video.footage import Footage
from tf_dyngen.video.pictures import (
    Animation,
    PictureFolder,
    count_pictures,
    is_picture,
    refuse_heic,
)


def open_footage(path: Path) -> Footage:
    """Open the clip at `path`: a video, an animation, a folder of pictures or a .npy array.

    Raises: UserError when there is nothing at `path`, when it may not be read, or when it is no
      clip; and, once the pictures are asked for, where none of them can be decoded.
    """
    require_readable(path)
    if path.is_dir():
        return PictureFolder(path)
    if path.suffix.lower() == ".npy" or is_array_file(path):
        return ArrayClip(path)
    refuse_heic(path)
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return Film(path)
    if is_picture(path):
        if path.suffix.lower() != ".gif" and count_pictures(path) < 2:
            raise UserError(
                f"{path} is one picture, a clip of 2 frames or more is wanted",
                f"give one of {', '.join(CLIP_SUFFIXES[:5])}, or a folder of numbered pictures",
            )
        return Animation(path)
    suffix = path.suffix.lower()
    no_gif = UserError(f"{path} holds no GIF frame that can be decoded", "export the GIF again")
    with path.open("rb") as file:
        if file.read(4) == b"GIF8":
            raise no_gif
    try:
        # Many a GIF of the web is a video in truth.
        return Film(path)
    except UserError as error:
        if suffix == ".gif":
            raise no_gif from error
        raise UserError(
            error.problem,
            f"give a video such as {', '.join(VIDEO_SUFFIXES[:5])}, a GIF, a .npy array, or a"
            " folder of numbered pictures",
        ) from error
