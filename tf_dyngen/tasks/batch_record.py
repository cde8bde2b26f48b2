"""batch.json: the clips of a batch, their folders, and what has been made of them with what."""

import dataclasses
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tf_dyngen.errors import UserError
from tf_dyngen.video.writers import write_atomically

FILE, PAGE = "batch.json", "index.html"


@dataclasses.dataclass(frozen=True)
class Entry:
    """What is known of a clip, of which nothing may be made yet.

    clip: its path; state: `sources.signature` of the clip that was learned, empty before.
    learning: settings that were named when it was learned; video: how new video was asked for, None
      while there is none; files: of that video, within the clip's folder.
    """

    clip: str
    state: str = ""
    learning: Mapping[str, Any] | None = None
    video: Mapping[str, Any] | None = None
    files: tuple[str, ...] = ()

    def is_learned(self, state: str, learning: Mapping[str, Any]) -> bool:
        """Whether the clip in that state was learned so; what is not named is as it was."""
        return (
            self.learning is not None
            and self.state == state
            and (not learning or self.learning == learning)
        )

    def is_made(self, folder: Path, video: Mapping[str, Any]) -> bool:
        """Whether all of that video is in the clip's folder."""
        return self.video == video and all((folder / name).is_file() for name in self.files)


class BatchRecord:
    """The entries of a batch by the names of their folders, kept in a file.

    Args:
      output: folder of the batch.

    Raises: UserError if the file is there and cannot be read.
    """

    def __init__(self, output: Path):
        self._path = output / FILE
        self.entries = _read(self._path) if self._path.exists() else {}

    def name(self, clips: Iterable[Path]) -> list[str]:
        """Gives each clip a folder's name, the one that it had before if it had one.

        That is the clip's name without its ending, or with it where two would be the same, and a
        number behind it where that is not enough. Upper and lower case count as the same.
        """
        clips = list(clips)
        known = {entry.clip: name for name, entry in self.entries.items()}
        taken = {name.casefold() for name in (*self.entries, FILE, PAGE)}
        plain = Counter(_plain_name(clip).casefold() for clip in clips)
        for clip in clips:
            if str(clip) in known:
                continue
            name = whole = _plain_name(clip)
            if plain[name.casefold()] > 1 or name.casefold() in taken:
                name = whole = clip.name
            number = 1
            while name.casefold() in taken:
                number += 1
                name = f"{whole}_{number}"
            taken.add(name.casefold())
            known[str(clip)] = name
            self.entries[name] = Entry(str(clip))
        return [known[str(clip)] for clip in clips]

    def update(self, name: str, **changes: Any) -> Entry:
        """Changes an entry, saves all and returns it; UserError if they cannot be written."""
        self.entries[name] = dataclasses.replace(self.entries[name], **changes)
        values = {name: dataclasses.asdict(entry) for name, entry in self.entries.items()}
        write_atomically(self._path, json.dumps({"clips": values}, indent=2) + "\n")
        return self.entries[name]


def _plain_name(clip: Path) -> str:
    name = clip.name if clip.is_dir() else clip.stem
    # A file may be called `...mp4`.
    return name if name.strip(".") else clip.name


def _read(path: Path) -> dict[str, Entry]:
    try:
        clips = json.loads(path.read_text(encoding="utf-8"))["clips"]
        entries = {name: Entry(**values) for name, values in clips.items()}
        if any(name != os.path.basename(name) for name in entries):  # noqa: PTH119
            raise ValueError("a name with a folder in it")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is no record of a batch ({error})", "restore it, or use another --output"
        ) from error
    return {
        name: dataclasses.replace(entry, files=tuple(entry.files))
        for name, entry in entries.items()
    }
