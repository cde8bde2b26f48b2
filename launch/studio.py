"""Watch an exported model live in the browser: it plays without end while settings are moved.

  python -m launch.studio --export=DIR

DIR is what launch.export wrote, or one version in it. The page chooses the video by its seed or a
trained clip, sets variety (or noise), appearance and speed, makes an uploaded picture move, and
saves what it shows. Ctrl-C stops. Whoever can reach --host can use the page: 127.0.0.1 is this
machine alone.
"""

import sys

from absl import flags

from launch import command_line
from tf_dyngen.errors import UserError

_EXPORT = flags.DEFINE_string("export", None, "folder of an exported model, or of one version")
_PORT = flags.DEFINE_integer("port", 7860, "where to listen; 0 is any free port")
_HOST = flags.DEFINE_string("host", "127.0.0.1", "address to listen on")
_EXTRA = ("anyio", "starlette", "uvicorn", "websockets")


def main() -> None:
    """Serves the page as the flags say."""
    folder = command_line.required_path(_EXPORT, "name the folder of an exported model")
    if not 0 <= _PORT.value < 2**16:
        raise UserError(f"--port={_PORT.value}", "give a number from 0 to 65535")

    with command_line.quiet_imports():
        from tf_dyngen.studio.exported import open_export

    export = open_export(folder)
    try:
        from tf_dyngen.studio import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        advice = "pip install 'tf_dyngen[studio]'"
        raise UserError(f"the page needs the package {error.name}", advice) from None
    opened = server.listen(_HOST.value, _PORT.value)

    from tf_dyngen.studio.player import Player

    player = Player(export)
    player.warm_up()
    host = f"[{_HOST.value}]" if ":" in _HOST.value else _HOST.value
    address = f"http://{host}:{opened.getsockname()[1]}"
    print(f"{export.path} plays at {address}; Ctrl-C stops", file=sys.stderr, flush=True)
    server.serve(player, opened, _HOST.value)


if __name__ == "__main__":
    command_line.run(main, __doc__)
