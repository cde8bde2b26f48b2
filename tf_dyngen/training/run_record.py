"""config.json: what a run is, so that it can go on and its results can be used."""

import dataclasses
import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tf_dyngen
from tf_dyngen import config as configs
from tf_dyngen.config import Config
from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import ClipRecord
from tf_dyngen.video.masked_clips import MaskSource
from tf_dyngen.video.sources import Source
from tf_dyngen.video.writers import write_atomically

CONFIG_FILE = "config.json"
PACKAGES = ("tensorflow", "keras", "numpy", "tensorflow-datasets")
# Of clips in a message.
MOST_NAMES = 5
# May differ from one session of a run to the next.
EXTENDABLE = ("learning.steps", "output.")


@dataclasses.dataclass(frozen=True)
class RunRecord:
    """A run: its settings, where its clips come from, and which they are.

    versions: of the packages that it began with, by name; None of a run that begins.
    """

    config: Config
    source: Source
    clips: tuple[ClipRecord, ...]
    versions: Mapping[str, str] | None = None

    def save(self, workdir: Path) -> None:
        """Writes config.json, with the versions that the run began with; UserError if it cannot."""
        write_atomically(workdir / CONFIG_FILE, json.dumps(self.to_json(), indent=2) + "\n")

    def to_json(self) -> dict[str, Any]:
        """Returns nested plain values that `json` can write and `from_json` can read."""
        return {
            "config": configs.to_json(self.config),
            "source": dataclasses.asdict(self.source),
            "clips": [dataclasses.asdict(clip) for clip in self.clips],
            "versions": self.versions or package_versions(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "RunRecord":
        """Returns the record that `to_json` wrote.

        Raises: UserError, or what a missing or wrong value raises.
        """
        return cls(
            configs.from_json(values["config"]),
            _read_source(**values["source"]),
            tuple(ClipRecord(**clip) for clip in values["clips"]),
            values.get("versions"),
        )


def package_versions() -> dict[str, str]:
    """Returns the versions of this software and of what it computes with, by name."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"tf_dyngen": tf_dyngen.__version__, **versions}


def load_record(workdir: Path) -> RunRecord | None:
    """Returns the record of a work directory; None if there is no run in it.

    Raises: UserError if config.json cannot be read.
    """
    path = workdir / CONFIG_FILE
    if not path.exists():
        return None
    try:
        return RunRecord.from_json(json.loads(path.read_text(encoding="utf-8")))
    except UserError as error:
        raise UserError(f"{path}: {error.problem}", error.advice) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no run's record ({error})", "restore it, or use another --workdir"
        ) from error


def existing_record(workdir: Path) -> RunRecord:
    """Returns the record of a work directory; UserError if there is none, or it is damaged."""
    record = load_record(workdir)
    if record is None:
        raise UserError(f"no run in {workdir}", "train one with python -m launch.train")
    return record


def _read_source(*, clips, mask=None, **rest) -> Source:
    mask = dict(mask or {})
    size = mask.pop("size", None)
    return Source(tuple(clips), mask=MaskSource(size=size and tuple(size), **mask), **rest)


def check_same_run(workdir: Path, stored: RunRecord, wanted: RunRecord) -> list[str]:
    """Compares the run of a work directory with the one asked for.

    Returns: lines that say which clips came and which went, with those it has a run goes on; and
      which packages are others than those it began with.
    Raises: UserError if the settings are others, or none of the clips is the same.
    """
    old, new = configs.flatten(stored.config), configs.flatten(wanted.config)
    differing = [
        f"{key} is {old[key]!r} there and {new[key]!r} here"
        for key in old
        if old[key] != new[key] and not key.startswith(EXTENDABLE)
    ]
    before, now = _by_id(stored), _by_id(wanted)
    if not before.keys() & now.keys():
        names = _list_names(before.values())
        differing.append(f"the clips there are {names}, with other frames than those given here")
    elif stored.source.mask != wanted.source.mask:
        differing.append("something else of the clips is hidden there than here")
    if differing:
        raise UserError(
            f"{workdir} holds a run of another configuration ({'; '.join(differing[:3])})",
            "use another --workdir, or leave the flags out to go on with that run",
        )
    came = [clip for clip_id, clip in now.items() if clip_id not in before]
    went = [clip for clip_id, clip in before.items() if clip_id not in now]
    lines = []
    if came:
        lines.append(f"{len(came)} clips are new, their chains start anew: {_list_names(came)}")
    if went:
        lines.append(f"{len(went)} clips are gone, their chains too: {_list_names(went)}")
    began, here = stored.versions or {}, package_versions()
    others = [
        f"{name} {began[name]}, now {here[name]}"
        for name in here
        if name in began and began[name] != here[name]
    ]
    if others:
        lines.append(f"the run began with {'; '.join(others)}: its last digits may be others")
    return lines


def _by_id(record: RunRecord) -> dict[str, ClipRecord]:
    return {clip.clip_id: clip for clip in record.clips}


def _list_names(clips: Iterable[ClipRecord]) -> str:
    names = [clip.name for clip in clips]
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
