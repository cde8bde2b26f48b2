"""The ffmpeg that encodes: the one that imageio-ffmpeg brings or finds."""

import shutil

import imageio_ffmpeg

from tf_dyngen.errors import UserError


def executable() -> str:
    """Find ffmpeg's executable; UserError if there is none."""
    try:
        found = shutil.which(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        found = None
    if found is None:
        raise UserError(
            "no ffmpeg was found, which writing video files needs",
            "pip install --force-reinstall imageio-ffmpeg, or let the environment variable"
            " IMAGEIO_FFMPEG_EXE name an executable",
        )
    return found
