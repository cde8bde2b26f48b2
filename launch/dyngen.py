"""One command for all: `dyngen train ...` is `python -m launch.train ...`.

dyngen COMMAND --FLAG=VALUE ...
dyngen COMMAND --help
dyngen --help, --version
dyngen completion bash         a script for the shell; see there
"""

import difflib
import runpy
import sys
from collections.abc import Sequence

from launch import command_line, completion
from launch.listing import COMMANDS, describe

COMPLETION = "completion"
_HELP = ("-h", "-help", "--help", "help")


def dispatch() -> None:
    """Runs the command that is named; ends with exit status 2 and one line if there is none."""
    program, *arguments = sys.argv
    if not arguments or arguments[0] in _HELP:
        print(_usage())
        return
    name, *rest = arguments
    if name == "--version":
        import tf_dyngen

        print(f"tf_dyngen {tf_dyngen.__version__}")
    elif name == COMPLETION:
        _complete(rest)
    elif name in COMMANDS:
        command_line.speak_as("dyngen ")
        sys.argv = [program, *rest]
        runpy.run_module(f"launch.{name}", run_name="__main__", alter_sys=True)
    else:
        _refuse(f"{name!r} is no command", _nearest(name, [*COMMANDS, COMPLETION]))


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {describe(name)}" for name in COMMANDS]
    assert __doc__ is not None
    return "\n".join([__doc__.strip(), "", "Commands:", *lines])


def _complete(arguments: Sequence[str]) -> None:
    if arguments != ["bash"]:
        found = " ".join(arguments) or "nothing"
        _refuse(f"{found!r} is no shell that is known", f"dyngen {COMPLETION} bash")
    print(completion.bash_script(), end="")


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(known)}"


def _refuse(problem: str, advice: str) -> None:
    print(f"error: {problem}: {advice}", file=sys.stderr)
    sys.exit(command_line.MISTAKE)


if __name__ == "__main__":
    dispatch()
