"""The ffmpeg that decodes and encodes: the one that imageio-ffmpeg brings or finds."""

import logging
import shutil

import imageio_ffmpeg

from tf_dyngen.errors import UserError

# It logs on the terminal what is none of the user's business, such as a phone's rotated frames.
logging.getLogger("imageio_ffmpeg").setLevel(logging.CRITICAL)


def executable() -> str:
    """Find ffmpeg's executable; UserError if there is none."""
    try:
        found = shutil.which(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        found = None
    if found is None:
        raise UserError(
            "no ffmpeg was found, which video files need",
            "pip install --force-reinstall imageio-ffmpeg, or let the environment variable"
            " IMAGEIO_FFMPEG_EXE name an executable",
        )
    return found
