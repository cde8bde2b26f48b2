"""Reading a still image."""

from pathlib import Path

from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.pictures import count_pictures, open_picture, refuse_heic

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
    refuse_heic(path)
    try:
        picture = open_picture(path)
    except UserError as error:
        raise UserError(f"{error.problem}, {_WANTED}", _ADVICE) from error
    num_pictures = count_pictures(path)
    if not num_pictures:
        raise UserError(f"{path} is cut short or damaged, {_WANTED}", _ADVICE)
    if num_pictures > 1:
        advice = "save the one to start from as a picture"
        raise UserError(f"{path} holds {num_pictures} pictures, {_WANTED}", advice)
    return picture
