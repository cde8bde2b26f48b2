"""Reading a still image."""

from pathlib import Path

from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.decoding import open_picture

# A photograph for 3D displays holds a second one, which no viewer shows.
_STEREO_PHOTOGRAPH = "MPO"
_WANTED = "one picture is wanted"
_ADVICE = "give a picture, such as a .png or .jpg file"


def read_still(path: Path) -> Image.Image:
    """Opens a picture; UserError where it is none, or several, as an animated GIF."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}, {_WANTED}", "check the path") from error
    if path.is_dir():
        raise UserError(f"{path} is a folder, {_WANTED}", "name a picture in it")
    if not size:
        raise UserError(f"{path} is empty (0 bytes), {_WANTED}", _ADVICE)
    try:
        picture = open_picture(path)
    except UserError as error:
        raise UserError(f"{error.problem}, {_WANTED}", _ADVICE) from error
    num_pictures = _count_pictures(path)
    if num_pictures > 1:
        advice = "save the one to start from as a picture"
        raise UserError(f"{path} holds {num_pictures} pictures, {_WANTED}", advice)
    return picture


def _count_pictures(path: Path) -> int:
    """Counts the pictures that a viewer would show one after the other."""
    try:
        with Image.open(path) as opened:
            return 1 if opened.format == _STEREO_PHOTOGRAPH else getattr(opened, "n_frames", 1)
    except (OSError, EOFError, SyntaxError, ValueError, IndexError) as error:
        raise UserError(f"{path} is cut short or damaged, {_WANTED}", _ADVICE) from error
