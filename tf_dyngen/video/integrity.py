"""Whether a clip is whole: what decoding alone, which takes what it can get, does not tell."""

from pathlib import Path

import av
import av.logging

from tf_dyngen.errors import UserError
from tf_dyngen.video import containers
from tf_dyngen.video.files import require_readable
from tf_dyngen.video.film import choose_stream, open_film
from tf_dyngen.video.pictures import ends_as_gif, is_picture

# Said of Matroska files that were cut short, and of nothing else.
_CUT_SHORT = "ended prematurely"


def require_whole(path: Path) -> None:
    """Raise UserError if the clip at `path` is cut short or damaged anywhere.

    A video file must have the length that it states and decode to its end without an error, a GIF
    must have its trailer; pictures and arrays are checked whenever they are read. MPEG program
    streams (.mpg, .mpeg) that were cut between two frames pass: they state no length.
    """
    require_readable(path)
    if path.is_dir():
        return
    containers.require_all_bytes(path)
    suffix = path.suffix.lower()
    if suffix == ".gif" and not ends_as_gif(path):
        raise UserError(f"{path} is cut short: it has no end", containers.ADVICE)
    if suffix != ".npy" and not is_picture(path):
        _decode_strictly(path)


def _decode_strictly(path: Path) -> None:
    level = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    av.logging.set_skip_repeated(False)
    with av.logging.Capture(local=False) as log:
        try:
            with open_film(path, err_detect="explode") as film:
                stream = film.streams.video[choose_stream(film, path)]
                stream.codec_context.options = {"err_detect": "explode"}
                for packet in film.demux(stream):
                    if packet.is_corrupt:
                        raise _damaged(path, "a packet is not whole")
                    packet.decode()
        except av.error.FFmpegError as error:
            raise _damaged(path, error.strerror or str(error)) from None
        finally:
            av.logging.set_level(level)
    lines = [line for _, _, line in log if _CUT_SHORT in line]
    if lines:
        raise _damaged(path, lines[0].strip())


def _damaged(path: Path, reason: str) -> UserError:
    return UserError(f"{path} is cut short or damaged (ffmpeg: {reason})", containers.ADVICE)
