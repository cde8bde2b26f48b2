"""The clips whose latents a run holds, trained or inferred, found by what users call them."""

import difflib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.messages import say
from tf_dyngen.model.latents import Latents
from tf_dyngen.tasks.inferred_clips import (
    FOLDER,
    file_name,
    inferred_paths,
    read_inferred,
    read_record,
)
from tf_dyngen.training.clip_loading import cache_folder
from tf_dyngen.training.restore import TrainedRun
from tf_dyngen.training.run_record import RunRecord, existing_record
from tf_dyngen.video.clip_store import INDEX, ClipStore
from tf_dyngen.video.clips import Clip, ClipRecord

MOST_SUGGESTED = 3


class CatalogueEntry(NamedTuple):
    """A clip: what is known of it, and the file of its latents if it was inferred."""

    record: ClipRecord
    path: Path | None = None

    @property
    def unique_name(self) -> str:
        """The clip's id, or the name of its file, which no other clip of the run has."""
        return f"{FOLDER}/{self.path.stem}" if self.path else self.record.clip_id

    def describe(self) -> dict[str, Any]:
        """Returns what programs are told of the clip."""
        record = self.record
        return {
            "id": self.unique_name,
            "name": record.name,
            "num_frames": record.num_frames,
            "frame_rate": record.frame_rate,
        }

    def answers_to(self, text: str) -> bool:
        """Whether the clip is called so; others may be, too."""
        return self.record.name == (file_name(text) if self.path else text)


class ClipCatalogue:
    """The clips of a work directory.

    Args:
      workdir: of the run.
      record: of the run.
    """

    def __init__(self, workdir: Path, record: RunRecord):
        self._workdir = workdir
        self._config = record.config
        self._told: set[Path] = set()
        self.trained = [CatalogueEntry(clip) for clip in record.clips]
        self._inferred = [CatalogueEntry(_read_or_name(p), p) for p in inferred_paths(workdir)]

    def find(self, text: str) -> CatalogueEntry:
        """Returns the clip of that id or name; UserError if there is none, or several."""
        entry = self.get(text)
        if entry is not None:
            return entry
        entries = self.entries
        names = {entry.unique_name for entry in entries} | {entry.record.name for entry in entries}
        near = difflib.get_close_matches(text, sorted(names), n=MOST_SUGGESTED)
        guess = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        command = f"python -m launch.synthesize --workdir={self._workdir} --list_clips"
        raise UserError(
            f"no clip {text!r} in {self._workdir}", f"{guess}all are listed by {command}"
        )

    def get(self, text: str) -> CatalogueEntry | None:
        """Returns the clip of that id or name; None if there is none; UserError for several."""
        entries = self.entries
        found = [entry for entry in entries if entry.unique_name == text]
        found = found or [entry for entry in entries if entry.answers_to(text)]
        # A damaged file has no id.
        by_id = [entry for entry in self._inferred if text and entry.record.clip_id == text]
        found = found or by_id
        if len(found) > 1:
            names = ", ".join(entry.unique_name for entry in found[:MOST_SUGGESTED])
            raise UserError(
                f"{len(found)} clips in {self._workdir} are called {text!r}",
                f"give an id instead, such as {names}",
            )
        return found[0] if found else None

    def latents(self, entry: CatalogueEntry, run: TrainedRun) -> Latents:
        """Returns a clip's latents, leaves [1, ...]; UserError if its file is damaged."""
        if entry.path:
            inferred = read_inferred(entry.path, self._config.video, run.generator.latent_sizes)
            if inferred.step != run.step and entry.path not in self._told:
                self._told.add(entry.path)
                say(
                    f"WARNING: {entry.path} was inferred at step {inferred.step}, the run is at "
                    f"{run.step}: infer it again"
                )
            return inferred.latents
        if entry.record.clip_id not in run.chains.rows:
            raise UserError(
                f"{self._workdir} was trained with chains that are not kept",
                f"infer {entry.record.name} first: python -m launch.infer "
                f"--workdir={self._workdir} --clip=FILE",
            )
        return run.chains.of_clip(entry.record.clip_id)

    def observed(self, entry: CatalogueEntry, run: TrainedRun) -> np.ndarray | None:
        """Returns a clip's own frames, [T, H, W, C] uint8; None if they are no longer kept."""
        if entry.path:
            sizes = run.generator.latent_sizes
            return read_inferred(entry.path, self._config.video, sizes).frames
        clip = self.kept_clip(entry)
        return None if clip is None else clip.frames

    def kept_clip(self, entry: CatalogueEntry) -> Clip | None:
        """Returns a trained clip as it was learned; None if it is no longer kept.

        Where it is not visible, its frames hold predictions.
        """
        for path in cache_folder(self._workdir).rglob(INDEX):
            try:
                store = ClipStore(path.parent)
            except UserError:
                continue
            rows = {record.clip_id: row for row, record in enumerate(store.records)}
            if entry.record.clip_id in rows:
                return store.read(rows[entry.record.clip_id], 0, entry.record.num_frames)
        return None

    @property
    def entries(self) -> list[CatalogueEntry]:
        """All clips, those that were trained first."""
        return [*self.trained, *self._inferred]

    def lines(self) -> list[str]:
        """Returns a line a clip: its id, name, length and frame rate."""
        rows = [
            (
                entry.unique_name,
                entry.record.name,
                f"{entry.record.num_frames} frames",
                f"{entry.record.frame_rate:g} frames/s",
            )
            for entry in self.entries
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]


def list_clips(workdir: Path) -> ClipCatalogue:
    """Returns the clips of a run; UserError if there is none."""
    return ClipCatalogue(workdir, existing_record(workdir))


def _read_or_name(path: Path) -> ClipRecord:
    """Returns the record of an inferred clip; one without frames if its file is damaged."""
    try:
        return read_record(path)
    except UserError:
        return ClipRecord("", path.stem, 0, 0.0)
