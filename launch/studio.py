"""Watch a model live in the browser: it plays without end while settings are moved.

  python -m launch.studio --workdir=RUN
  python -m launch.studio --export=DIR

RUN is a run of preset texture; DIR is what launch.export wrote of any, or one version in it. The
page chooses the video by its seed or a trained clip, sets variety (or noise), appearance and speed,
holds a box still, makes an uploaded picture move, and saves what it shows. Of a run it also begins
with any frame of a clip, plays backwards and saves loops. Ctrl-C stops. Whoever can reach --host
can use the page: 127.0.0.1 is this machine alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from absl import flags

from launch import command_line, early_checks
from tf_dyngen.errors import UserError

if TYPE_CHECKING:
    from tf_dyngen.studio.player import Player

_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run of preset texture")
_EXPORT = flags.DEFINE_string("export", None, "folder of an exported model, or of one version")
_PORT = flags.DEFINE_integer("port", 7860, "where to listen; 0 is any free port")
_HOST = flags.DEFINE_string("host", "127.0.0.1", "address to listen on")
_EXTRA = ("anyio", "starlette", "uvicorn", "websockets")


def main() -> None:
    """Serves the page as the flags say."""
    if _WORKDIR.value and _EXPORT.value:
        raise UserError("--workdir with --export", "leave one of them out")
    if not 0 <= _PORT.value < 2**16:
        raise UserError(f"--port={_PORT.value}", "give a number from 0 to 65535")

    open_player = _open_run() if _WORKDIR.value else _open_export()
    try:
        from tf_dyngen.studio import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        advice = "pip install 'tf_dyngen[studio]'"
        raise UserError(f"the page needs the package {error.name}", advice) from None
    opened = server.listen(_HOST.value, _PORT.value)

    player = open_player()
    player.warm_up()
    host = f"[{_HOST.value}]" if ":" in _HOST.value else _HOST.value
    address = f"http://{host}:{opened.getsockname()[1]}"
    print(f"{player.export.path} plays at {address}; Ctrl-C stops", file=sys.stderr, flush=True)
    server.serve(player, opened, _HOST.value)


def _open_run() -> Callable[[], Player]:
    """Returns what loads the run that is asked for, which is checked before."""
    workdir = command_line.required_path(_WORKDIR, "name the folder of a trained run")
    early_checks.require_attention(workdir)

    def load() -> Player:
        with command_line.quiet_imports():
            from tf_dyngen.tasks.live_run import open_run

        return open_run(workdir)

    return load


def _open_export() -> Callable[[], Player]:
    """Returns what loads the export that is asked for, of which the metadata are read before."""
    advice = "name the folder of an exported model, or by --workdir that of a run"
    folder = command_line.required_path(_EXPORT, advice)
    with command_line.quiet_imports():
        from tf_dyngen.studio.exported import open_export

    export = open_export(folder)

    def load() -> Player:
        from tf_dyngen.studio.player import Player

        return Player(export)

    return load


if __name__ == "__main__":
    command_line.run(main, __doc__)
