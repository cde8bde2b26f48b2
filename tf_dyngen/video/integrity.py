"""Whether a clip is whole: what decoding alone, which takes what it can get, does not tell."""

import subprocess
from pathlib import Path

from tf_dyngen.errors import UserError
from tf_dyngen.video import containers, decoding, ffmpeg

# Said of Matroska files that were cut short, with exit status 0.
_CUT_SHORT = b"ended prematurely"
_GIF_TRAILER = b";"


def require_whole(path: Path) -> None:
    """Raise UserError if the clip at `path` is cut short or damaged anywhere.

    A video file must have the length that it states and decode to its end without an error, a GIF
    must have its trailer; pictures and arrays are checked whenever they are read. MPEG program
    streams (.mpg, .mpeg) that were cut between two frames pass: they state no length.
    """
    decoding.require_readable(path)
    if path.is_dir():
        return
    containers.require_all_bytes(path)
    suffix = path.suffix.lower()
    if suffix == ".gif" and not path.read_bytes().rstrip(b"\0\r\n").endswith(_GIF_TRAILER):
        raise UserError(f"{path} is cut short: it has no end", containers.ADVICE)
    if suffix in decoding.FFMPEG_SUFFIXES:
        _decode_strictly(path)


def _decode_strictly(path: Path) -> None:
    command = [ffmpeg.executable(), "-nostdin", "-v", "error", "-xerror", "-err_detect", "explode"]
    command += ["-protocol_whitelist", "file,pipe", "-i", f"file:{path.resolve()}"]
    command += ["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "null", "-"]
    ended = subprocess.run(command, capture_output=True, check=False)
    if ended.returncode or _CUT_SHORT in ended.stderr:
        first_line = ended.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UserError(f"{path} is cut short or damaged (ffmpeg: {first_line})", containers.ADVICE)
