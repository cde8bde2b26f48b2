"""Watch or record what a served generator makes: new video, a trained clip's, a still image's.

  python -m launch.client --url=http://localhost:8501
  python -m launch.client --url=grpc://localhost:8500 --output=FILE_OR_DIR

Without --output it plays in the terminal (24-bit colours), endlessly unless --num_frames is given;
Ctrl-C ends it. --output ends in .mp4, .gif, .npy (uint8 [T, H, W, C]) or .png (a contact sheet), or
names a folder for numbered pictures; Ctrl-C completes it with the frames that have come.

deploy/tf_serving says how a generator is served.
"""

import sys
from pathlib import Path

from absl import flags

from launch import command_line, waiting
from tf_dyngen.errors import UserError

DEFAULT_NUM_FRAMES = 240
_LARGEST = 2**31 - 1

_URL = flags.DEFINE_string(
    "url",
    "http://localhost:8501",
    "of TensorFlow Serving: http://HOST:8501, REST, starts at once; grpc://HOST:8500, gRPC, has"
    " messages a fifth as large, for large frames",
)
_MODEL = flags.DEFINE_string("model", "dyngen", "the generator's name on the server")
_OUTPUT = flags.DEFINE_string("output", None, "what to write: .mp4, .gif, .npy, .png or a folder")
_NUM_FRAMES = flags.DEFINE_integer(
    "num_frames",
    None,
    f"length; {DEFAULT_NUM_FRAMES} in a file, without end in the terminal, if not given",
    upper_bound=_LARGEST,
)
_SEED = flags.DEFINE_integer("seed", 0, "the same seed gives the same video")
_CLIP = flags.DEFINE_integer(
    "clip", None, "start as the trained clip of this index", lower_bound=0, upper_bound=_LARGEST
)
_IMAGE = flags.DEFINE_string("image", None, "start with this picture, of any size")
_VARIETY = flags.DEFINE_float(
    "variety",
    None,
    "how far new video goes from the clip, 0 to 1; 0.5 if not given. Models of the default preset"
    " have it",
    lower_bound=0.0,
    upper_bound=1.0,
)
_CHUNK = flags.DEFINE_integer("chunk", 30, "frames of a request", upper_bound=_LARGEST)
_FRAME_RATE = flags.DEFINE_float("frame_rate", 25.0, "frames a second", upper_bound=1000.0)
_TIMEOUT = flags.DEFINE_float(
    "timeout", 60.0, "seconds that one try may take", upper_bound=86_400.0
)
_RETRIES = flags.DEFINE_integer(
    "retries", 5, "how often to ask again while the server does not answer", upper_bound=1000
)


def main() -> None:
    """Plays or records as the flags say."""
    for flag in (_NUM_FRAMES, _CHUNK, _FRAME_RATE, _TIMEOUT):
        command_line.require_positive(flag)
    command_line.require_not_negative(_RETRIES)
    command_line.require_seeds(_SEED, 1)
    if _CLIP.value is not None and _IMAGE.value:
        raise UserError("--clip with --image", "video starts with one of them, leave one out")
    if not _OUTPUT.value and not sys.stdout.isatty():
        raise UserError("standard output is no terminal to play in", "name a file with --output")

    from tf_dyngen.serving.connection import open_connection
    from tf_dyngen.serving.recording import record
    from tf_dyngen.serving.streaming import PRIOR, prefetch, stream_frames
    from tf_dyngen.training.interruption import StopRequest
    from tf_dyngen.video.stills import read_still
    from tf_dyngen.video.terminal import play
    from tf_dyngen.video.writers import output_paths

    num_frames = _NUM_FRAMES.value or DEFAULT_NUM_FRAMES
    if _OUTPUT.value:
        output_paths(_OUTPUT.value, 1)  # Refuses, before any work, what cannot be written.
    image = read_still(Path(_IMAGE.value)) if _IMAGE.value else None
    connection = open_connection(
        _URL.value,
        _MODEL.value,
        timeout=_TIMEOUT.value,
        retries=_RETRIES.value,
        say=_say if _OUTPUT.value else None,
    )
    with connection, StopRequest() as stop:
        frames = stream_frames(
            connection,
            seed=_SEED.value,
            clip=PRIOR if _CLIP.value is None else _CLIP.value,
            image=image,
            num_frames=num_frames if _OUTPUT.value else _NUM_FRAMES.value,
            chunk=_CHUNK.value,
            variety=_VARIETY.value,
        )
        pieces = prefetch(frames, stop)
        if _OUTPUT.value:
            record(pieces, Path(_OUTPUT.value), num_frames=num_frames, frame_rate=_FRAME_RATE.value)
        else:
            with waiting.not_told():
                play(pieces, sys.stdout, frame_rate=_FRAME_RATE.value, should_stop=stop)


def _say(line: str) -> None:
    import tqdm

    tqdm.tqdm.write(line, file=sys.stderr)


if __name__ == "__main__":
    command_line.run(main, __doc__)
