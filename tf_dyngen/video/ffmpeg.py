"""The ffmpeg that decodes and encodes: the one that imageio-ffmpeg brings or finds."""

import contextlib
import logging
import os
import shutil
import threading
from collections.abc import Iterator

import imageio_ffmpeg

from tf_dyngen.errors import UserError

# It logs on the terminal what is none of the user's business, such as a phone's rotated frames.
logging.getLogger("imageio_ffmpeg").setLevel(logging.CRITICAL)

_NO_SHIELD = "IMAGEIO_FFMPEG_NO_PREVENT_SIGINT"
_STARTING = threading.Lock()


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


@contextlib.contextmanager
def plain_start() -> Iterator[None]:
    """Let imageio-ffmpeg start ffmpeg without running Python code in the forked child.

    That code, which shields ffmpeg from Ctrl-C, can hang where other threads hold locks while the
    process forks, as those of Apache Beam's runners do (imageio-ffmpeg, issue 58).
    """
    with _STARTING:
        os.environ[_NO_SHIELD] = "1"
        try:
            yield
        finally:
            del os.environ[_NO_SHIELD]
