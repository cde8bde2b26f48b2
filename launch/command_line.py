"""What all commands share: running, reading flags, one-line errors with exit status 2."""

import contextlib
import json
import logging
import math
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from absl import flags

from launch import waiting
from tf_dyngen import messages
from tf_dyngen.errors import UserError, WorkerLostError

MISTAKE = 2
# sysexits.h's EX_TEMPFAIL: the same command is to be run again.
TRY_AGAIN = 75
# What a shell reports of a command that a signal has ended.
SIGNALLED = 128
_STDERR = 2
MODULES = "python -m launch."
# What people call the flag --clip.
_CLIP, _CLIP_NAMES = "clip", ("clips", "data", "file", "input", "inputs", "path", "video", "videos")
_HELP = ("-h", "-help", "--help", "-helpshort", "--helpshort", "--helpfull")


class PartlyDoneError(UserError):
    """Some of what was asked for is done, and the rest cannot be.

    Args:
      problem, advice: see `UserError`.
      result: what --json prints.
    """

    def __init__(self, problem: str, advice: str, result: Any):
        super().__init__(problem, advice)
        self.result = result


# What commands are called by, in all that they say.
_prefix = MODULES


def speak_as(prefix: str) -> None:
    """Lets commands call each other `prefix` and their name, as "dyngen train"."""
    global _prefix
    _prefix = prefix


def run(main: Callable[[], Any], module_doc: str | None) -> None:
    """Parses the command line, calls `main` and exits.

    Exit status 0 at a good end; 2 with one line `error: what is wrong: what to do` on stderr for a
    user's mistake; 75 with such a line where another worker of several is gone; 130 and 143, with a
    line, where SIGINT or SIGTERM ended it, once all that was unfinished is removed; anything else
    is a bug and shows its traceback.
    """
    # TensorFlow and Keras read these when they are imported, which commands do late.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    # What it tells of itself, such as which of its own functions are old.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    messages.show_on_terminal(worded)
    # TFDS tells those who use it what is deprecated within it.
    logging.getLogger("absl").addFilter(lambda record: "is deprecated" not in record.getMessage())
    # Of pictures that are damaged, which messages of our own name.
    warnings.filterwarnings("ignore", module="PIL")
    # Videos are written by ffmpeg, a child process. Where gRPC is busy in another thread, its fork
    # handlers end the child before ffmpeg starts, now and then.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    if any(argument in _HELP for argument in sys.argv[1:]):
        print(worded(f"{(module_doc or '').strip()}\n{flags.FLAGS.module_help('__main__')}"))
        return
    signal.signal(signal.SIGTERM, _raise_terminated)
    try:
        _parse_flags()
        with waiting.told():
            result = main()
        _print_json(result)
    except PartlyDoneError as error:
        _print_json(error.result)
        _end(error, MISTAKE)
    except UserError as error:
        _end(error, MISTAKE)
    except WorkerLostError as error:
        _end(error, TRY_AGAIN)
    except KeyboardInterrupt:
        _end_by(signal.SIGINT)
    except _TerminatedError:
        _end_by(signal.SIGTERM)


def json_is_wanted() -> bool:
    """Whether the command has the flag --json, and it is given."""
    return "json" in flags.FLAGS and bool(flags.FLAGS["json"].value)


def _print_json(result: Any) -> None:
    if result is not None and json_is_wanted():
        print(json.dumps(_plain(result), allow_nan=False))


def _plain(value: Any) -> Any:
    """Returns what `json` can write: paths as text, NumPy's numbers, null for what is no number."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.path.abspath(value)  # noqa: PTH100
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def worded(text: str) -> str:
    """Returns text in which commands are called as the user called this one."""
    return text.replace(MODULES, _prefix)


class _TerminatedError(BaseException):
    """SIGTERM, on its way through all that tidies up."""


def _raise_terminated(number, frame) -> None:
    raise _TerminatedError


def _end_by(number: signal.Signals) -> None:
    print("stopped: nothing unfinished is left", file=sys.stderr)
    sys.exit(SIGNALLED + number)


def _end(error: Exception, status: int) -> None:
    print("error: " + printable(worded(" ".join(str(error).split()))), file=sys.stderr)
    sys.exit(status)


def printable(text: str) -> str:
    """Returns text whose control characters, which could command a terminal, are question marks."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


@contextlib.contextmanager
def quiet_imports() -> Iterator[None]:
    """Says that TensorFlow starts; what its libraries tell of themselves is kept from the terminal.

    They write past Python, and past every setting, before their logs are set up.
    """
    print("starting TensorFlow", file=sys.stderr, flush=True)
    kept = os.dup(_STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nowhere)


def require_positive(flag: flags.FlagHolder) -> None:
    """Raises UserError if the flag is given and not above 0."""
    if flag.value is not None and not flag.value > 0:
        raise UserError(f"--{flag.name}={flag.value:g}", "give a number above 0")


def require_not_negative(flag: flags.FlagHolder) -> None:
    """Raises UserError if the flag is below 0."""
    if flag.value < 0:
        raise UserError(f"--{flag.name}={flag.value}", "give 0 or more")


def require_seeds(flag: flags.FlagHolder, number: int) -> None:
    """Raises UserError unless the flag's value and the `number` - 1 behind it fit 31 bits."""
    largest = 2**31 - number
    if not 0 <= flag.value <= largest:
        raise UserError(f"--{flag.name}={flag.value}", f"give a whole number from 0 to {largest}")


def required_path(flag: flags.FlagHolder, advice: str) -> Path:
    """Returns the flag's path; UserError with the advice if it was not given."""
    if not flag.value:
        raise UserError(f"--{flag.name} is missing", advice)
    return Path(flag.value)


def require_data_dir(flag: flags.FlagHolder) -> None:
    """Raises UserError if the folder of data sets is a file: most likely a clip."""
    if flag.value is not None and Path(flag.value).is_file():
        raise UserError(
            f"--{flag.name}={flag.value} is a file, a folder of TFDS data sets is wanted",
            f"give a clip with --{_CLIP}={flag.value}",
        )


def parse_size(flag: flags.FlagHolder, *others: str) -> tuple[int, int]:
    """Returns (height, width) of `HEIGHTxWIDTH`, or of `64`, a square.

    Args:
      flag: that was given.
      others: what else the flag takes, for the advice.
    Raises: UserError if it is neither.
    """
    sides = flag.value.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() for side in sides):
        forms = ", ".join(["64", *others])
        advice = f"give {forms}, or HEIGHTxWIDTH such as 96x160"
        raise UserError(f"--{flag.name}={flag.value}", advice)
    return int(sides[0]), int(sides[-1])


def parse_settings(flag: flags.FlagHolder) -> dict[str, Any]:
    """Returns KEY -> VALUE of the flag's KEY=VALUE strings; UserError if one has no `=`."""
    pairs = [setting.partition("=") for setting in flag.value]
    for key, equals, _ in pairs:
        if not equals:
            raise UserError(f"--{flag.name}={key}", "give KEY=VALUE")
    return {key: value for key, _, value in pairs}


def _parse_flags() -> None:
    try:
        rest = flags.FLAGS(sys.argv)[1:]
    except flags.UnrecognizedFlagError as error:
        advice = "--help lists the flags"
        if error.flagname in _CLIP_NAMES and _CLIP in flags.FLAGS and "video" not in flags.FLAGS:
            advice = f"a clip is given with --{_CLIP}=FILE; {advice}"
        raise UserError(f"there is no flag --{error.flagname}{_nearest(error)}", advice) from error
    except flags.Error as error:
        raise UserError(str(error).strip().rstrip("."), "--help lists the flags") from error
    if rest:
        raise UserError(f"{rest[0]!r} is not a flag", "write --NAME=VALUE; --help lists the flags")
    for name in flags.FLAGS:
        _read_text(flags.FLAGS[name])


def _nearest(error: flags.UnrecognizedFlagError) -> str:
    """Returns the names that the error's text suggests, in brackets, or nothing."""
    _, _, names = str(error).partition("Did you mean: ")
    return f" (did you mean --{names.rstrip(' ?').replace(', ', ' or --')}?)" if names else ""


def _read_text(flag: flags.Flag) -> None:
    """Refuses texts that are empty, as of a variable that is not set, and finds home folders.

    The shell leaves `~` as it is behind `=`.
    """
    value: Any = flag.value
    several = isinstance(value, list)
    texts = value if several else [value]
    if not flag.present or not all(isinstance(text, str) for text in texts):
        return
    if not all(texts):
        raise UserError(f"--{flag.name}= is empty", f"leave it out, or give it: {flag.help}")
    found = [str(Path(t).expanduser()) if t.startswith("~") else t for t in texts]
    flag.value = found if several else found[0]
