"""The real frames that a run is judged beside: those it learned, and others of the same kind."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.evaluation.metrics import WINDOW
from tf_dyngen.simulation.textures import catalogue as textures
from tf_dyngen.tasks.clip_catalogue import CatalogueEntry, ClipCatalogue
from tf_dyngen.tasks.learned_frames import Learned
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.clip_paths import expand_clip_paths
from tf_dyngen.video.clips import Clip, clip_from_frames, read_clip
from tf_dyngen.video.masked_clips import NOTHING_HIDDEN
from tf_dyngen.video.sources import Source, open_collection

# Of held-out frames no more are read, and no more bytes: enough for all figures.
MOST_HELD_OUT, MOST_BYTES = 600, 2**29
# Held-out frames that are fewer are not used.
FEWEST_HELD_OUT = 4
# The data set whose clips can be simulated further than it goes, and its seeds.
SIMULATED, SIMULATED_SEEDS = "procedural_textures", range(4)


class RealFrames(NamedTuple):
    """A clip as a run learned it, and more of the same.

    training: [T, H, W, C] uint8; held_out: [T', H, W, C] uint8, None if there is nothing more;
    origin: says in words where the held-out frames come from, or why there are none.
    """

    name: str
    training: np.ndarray
    held_out: np.ndarray | None
    origin: str
    frame_rate: float


class _Place(NamedTuple):
    """Where a learned clip is found now: a row of a source; name: how to call it."""

    source: Source
    row: int
    name: str


def find_real_frames(
    catalogue: ClipCatalogue,
    record: RunRecord,
    entry: CatalogueEntry,
    *,
    reference: Path | None = None,
    register: Callable[[str], None],
) -> RealFrames:
    """Returns the frames that a run learned of a clip, and frames that it did not learn.

    Those are the reference's if there is one. Else they are the clip's later ones, read where the
    clip was read, or simulated if it is of the data set `procedural_textures`. Every clip is
    recognised by the frames that were learned, never by its name or place.

    Args:
      catalogue: of the run.
      record: of the run.
      entry: one of its trained clips.
      reference: a clip of real frames; learned frames in it are left out.
      register: makes a data set's builder known to TFDS by its name.
    Raises: UserError if the learned frames are neither kept nor found again, or the reference
      cannot be used.
    """
    learned = Learned(entry.record, catalogue.kept_clip(entry))
    name, rate = entry.record.name, entry.record.frame_rate
    if reference is not None:
        held_out, origin = _of_reference(reference, record, learned, register)
    else:
        held_out, origin = _later_frames(record, learned, register)
    if learned.frames is None:
        raise UserError(
            f"the frames of {name} are no longer kept and cannot be found: {origin}",
            "run python -m launch.train on the run again, or give --reference=FILE that has them",
        )
    if not len(held_out):
        return RealFrames(name, learned.frames, None, origin, rate)
    return RealFrames(name, learned.frames, held_out, origin, rate)


def most_held_out(height: int, width: int, channels: int) -> int:
    """Returns how many held-out frames of that size are read at most."""
    return max(2 * WINDOW, min(MOST_HELD_OUT, MOST_BYTES // (height * width * channels)))


def _least(num_learned: int) -> int:
    return max(FEWEST_HELD_OUT, min(WINDOW, num_learned))


def _of_reference(
    reference: Path, record: RunRecord, learned: Learned, register: Callable[[str], None]
) -> tuple[np.ndarray, str]:
    """Returns the frames of a reference that were not learned, and in words which they are."""
    video, length = record.config.video, learned.record.num_frames
    size = (video.height, video.width)
    most = length + most_held_out(*size, video.channels)
    clip = read_clip(
        reference,
        num_frames=most,
        size=size,
        channels=video.channels,
        fit=video.fit,
        every=video.every,
    )
    if learned.frames is None:
        learned.find_in(clip.frames)
    if learned.frames is None:
        _, origin = _later_frames(record, learned, register)
        if learned.frames is None:
            return clip.frames[:0], origin
    held_out, num_learned = learned.leave_out(clip.frames)
    if len(held_out) < _least(length):
        raise UserError(
            f"the reference {reference} holds {len(clip.frames)} frames, of which "
            f"{len(held_out)} in a row were not learned",
            f"give one of {_least(length)} or more",
        )
    left_out = f", {num_learned} learned ones left out" if num_learned else ""
    return held_out, f"{len(held_out)} frames of {reference.name}{left_out}"


def _later_frames(
    record: RunRecord, learned: Learned, register: Callable[[str], None]
) -> tuple[np.ndarray, str]:
    """Returns the frames of a clip after those learned, and in words which or why there are none.

    The learned ones are taken from there if they are not known yet.
    """
    video, length = record.config.video, learned.record.num_frames
    most = length + most_held_out(video.height, video.width, video.channels)
    simulated = _simulate(record.source.dataset, learned.record.clip_id, video, most)
    if simulated is not None and learned.begins(simulated):
        learned.frames = simulated[:length]
        later = simulated[length:]
        return later, f"{len(later)} frames, simulated after those learned"
    try:
        name, whole = _find(record, learned, most, register)
    except UserError as error:
        nothing = np.zeros((0, video.height, video.width, video.channels), np.uint8)
        return nothing, f"none ({error.problem})"
    if learned.frames is None:
        learned.frames = whole[:length]
    later = whole[length:]
    if len(later) >= _least(length):
        return later, f"{len(later)} frames of {name}, after those learned"
    why = f"all {length} frames of {name} are learned"
    if len(later):
        why = (
            f"{name} has only {len(later)} frames after the {length} learned, "
            f"{_least(length)} or more are wanted"
        )
    return later[:0], f"none ({why})"


def _find(
    record: RunRecord, learned: Learned, most: int, register: Callable[[str], None]
) -> tuple[str, np.ndarray]:
    """Returns where the learned clip is now, and up to `most` of its frames.

    Raises: UserError if it is gone.
    """
    source, length = record.source, learned.record.num_frames
    row = [clip.clip_id for clip in record.clips].index(learned.record.clip_id)
    if source.dataset:
        register(source.dataset)
    # What is hidden is known of clips that are kept; else the clip is known by what is left of it,
    # and is read once more without a mask.
    known = learned.frames is not None
    mask, num_frames = (NOTHING_HIDDEN, most) if known else (record.source.mask, length)
    source = dataclasses.replace(source, mask=mask)
    video = dataclasses.replace(record.config.video, num_frames=num_frames)
    for place, clip in _candidates(record, source, video, row):
        if learned.is_first_of(clip.first_frames(length)):
            return place.name, clip.frames if known else _read_place(place, video, most)
    where = source.dataset or ", ".join(source.clips)
    raise UserError(
        f"{learned.record.name} is gone: no clip in {where} has the frames that were learned",
        "give --reference=FILE",
    )


def _candidates(
    record: RunRecord, source: Source, video: VideoConfig, row: int
) -> Iterator[tuple[_Place, Clip]]:
    """Yields the clips that are in a source now, the most likely one first, the row of a run."""
    seed = record.config.seed
    if source.dataset:
        collection = open_collection(source, video, seed=seed)
        rows = np.arange(len(collection))
        for some in (rows[rows == row], rows[rows != row]):
            for number, clip in zip(some, collection.read(some), strict=True):
                yield _Place(source, int(number), source.dataset), clip
        return
    paths = _paths_now(source)
    for number in sorted(range(len(paths)), key=lambda number: abs(number - row)):
        alone = dataclasses.replace(source, clips=(str(paths[number]),))
        try:
            # Masks made on the spot are drawn anew for each row.
            clip = next(iter(open_collection(alone, video, seed=seed + row).read(np.array([0]))))
        except UserError:
            # Whatever this is now, it is not the clip that was learned.
            continue
        yield _Place(alone, 0, paths[number].name), clip


def _paths_now(source: Source) -> list[Path]:
    """Returns the files of a source that are there; UserError if there are none."""
    found, errors = [], []
    for path in source.clips:
        try:
            found += expand_clip_paths(path)
        except UserError as error:
            errors.append(error)
    if not found and errors:
        raise UserError(f"the clip is gone: {errors[0].problem}", errors[0].advice)
    return found


def _read_place(place: _Place, video: VideoConfig, num_frames: int) -> np.ndarray:
    source = dataclasses.replace(place.source, mask=NOTHING_HIDDEN)
    collection = open_collection(source, dataclasses.replace(video, num_frames=num_frames))
    return next(iter(collection.read(np.array([place.row])))).frames


def _simulate(
    dataset: str | None, clip_id: str, video: VideoConfig, num_frames: int
) -> np.ndarray | None:
    """Returns the frames of a clip of the data set SIMULATED; None if it is of another one."""
    base, _, config = (dataset or "").partition(":")[0].partition("/")
    texture, _, size = config.rpartition("_")
    if base != SIMULATED or texture not in textures.SIMULATIONS or not size.isdecimal():
        return None
    for seed in SIMULATED_SEEDS:
        if textures.clip_id(texture, int(size), seed) == clip_id:
            return clip_from_frames(
                textures.simulate(texture, seed, int(size), num_frames),
                name=texture,
                frame_rate=textures.FRAME_RATE,
                num_frames=num_frames,
                size=(video.height, video.width),
                channels=video.channels,
                fit=video.fit,
            ).frames
    return None
