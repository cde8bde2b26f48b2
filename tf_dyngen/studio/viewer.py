"""What a viewer's connection asks for: the next frames of the video that it watches."""

import json
import struct
from typing import Any

from anyio import to_thread

from tf_dyngen.errors import UserError
from tf_dyngen.studio.pictures import StillStore
from tf_dyngen.studio.player import Player, most_frames
from tf_dyngen.studio.settings import Start, read_settings, read_whole
from tf_dyngen.studio.showing import Showing

LARGEST_TAKE = 2**32 - 1
# In front of the frames of a piece: the take and the position of the first frame.
HEADER = struct.Struct("<II")


class Viewer:
    """One connection: which video it watches, and how far it has got."""

    def __init__(self, player: Player, stills: StillStore):
        self._player = player
        self._stills = stills
        self._watched: tuple[int, Start] | None = None
        self._showing: Showing | None = None

    async def answer(self, text: str) -> bytes:
        """Returns the piece that a message asks for: HEADER, then its frames.

        The message is JSON: `count` frames, `take`, a number that is new for each start, and the
        settings. Another take or start begins a video, otherwise it goes on.
        """
        given = _parse(text)
        count = read_whole(given, "count", 1, (1, most_frames(self._player.export)))
        take = read_whole(given, "take", 0, (0, LARGEST_TAKE))
        settings = read_settings(given, self._player.export)

        def make() -> tuple[int, bytes]:
            if self._showing is None or self._watched != (take, settings.start):
                still = self._stills.get(settings.start.image)
                stream = self._player.begin(settings.start, still)
                self._showing = Showing(self._player.export, stream)
                self._watched = (take, settings.start)
            position = int(self._showing.position)
            return position, self._showing.next(count, settings).tobytes()

        position, frames = await to_thread.run_sync(make)
        return HEADER.pack(take, position) + frames


def _parse(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise UserError("the message is no JSON object", "reload the page")
    return given
