"""The real frames that a run is judged beside: those it learned, and the clip's later ones."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.evaluation.metrics import WINDOW
from tf_dyngen.evaluation.patches import PATCH_FRAMES
from tf_dyngen.simulation.textures import catalogue as textures
from tf_dyngen.tasks.clip_catalogue import CatalogueEntry, ClipCatalogue
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.clip_paths import expand_clip_paths
from tf_dyngen.video.clips import clip_from_frames, read_clip
from tf_dyngen.video.dataset_clips import DatasetCollection

# Of held-out frames no more are read: enough for all figures, little enough for memory.
MOST_HELD_OUT = 600
# Of the data set of procedural textures.
SIMULATED_SIZES, SIMULATED_SEEDS = (64, 128), range(4)


class RealFrames(NamedTuple):
    """A clip as a run learned it, and more of it.

    training: [T, H, W, C] uint8; held_out: [T', H, W, C] uint8, None if there is nothing more;
    origin: says in words where the held-out frames come from, or why there are none.
    """

    name: str
    training: np.ndarray
    held_out: np.ndarray | None
    origin: str
    frame_rate: float


def find_real_frames(
    catalogue: ClipCatalogue,
    record: RunRecord,
    entry: CatalogueEntry,
    *,
    reference: Path | None = None,
    register: Callable[[str], None],
) -> RealFrames:
    """Returns the frames that a run learned of a clip and those behind them.

    Those behind come from the reference if there is one; of a procedural texture they are
    simulated; else they are read where the clip was read, as long as it is still there.

    Args:
      catalogue: of the run.
      record: of the run.
      entry: one of its trained clips.
      reference: a clip of real frames; learned frames at its start are passed over.
      register: makes a data set's builder known to TFDS by its name.
    Raises: UserError if the learned frames are neither kept nor found again, or the reference
      cannot be used.
    """
    video = record.config.video
    length = entry.record.num_frames
    kept = catalogue.observed(entry)
    if reference is not None:
        origin = f"given as {reference.name}"
        whole = _read_file(reference, video, MOST_HELD_OUT + length)
        if kept is None:
            kept = whole[:length]
        held_out = whole[length:] if np.array_equal(whole[:length], kept) else whole
        least = max(PATCH_FRAMES, min(WINDOW, length))
        if len(held_out) < least:
            raise UserError(
                f"the reference {reference} has {len(held_out)} frames that were not learned",
                f"give one of {least} or more",
            )
    else:
        whole, origin = _find_whole(record, entry, length + MOST_HELD_OUT, register)
        if kept is None:
            kept = whole[:length]
        held_out = whole[length:]
    if len(kept) < length:
        raise UserError(
            f"the frames of {entry.record.name} are no longer kept and cannot be found ({origin})",
            "run python -m launch.train on the run again, or give --reference=FILE",
        )
    name, frame_rate = entry.record.name, entry.record.frame_rate
    if not len(held_out):
        return RealFrames(name, kept, None, origin, frame_rate)
    if len(held_out) < max(PATCH_FRAMES, min(WINDOW, length)):
        few = f"only {len(held_out)} more frames in {origin}"
        return RealFrames(name, kept, None, few, frame_rate)
    return RealFrames(name, kept, held_out, f"{len(held_out)} frames {origin}", frame_rate)


def _find_whole(
    record: RunRecord, entry: CatalogueEntry, num_frames: int, register: Callable[[str], None]
) -> tuple[np.ndarray, str]:
    """Returns a clip's frames from its first one on, none if it is gone, and where they are."""
    video, source = record.config.video, record.source
    nothing = np.zeros((0, video.height, video.width, video.channels), np.uint8)
    simulated = _simulate(entry.record.clip_id, video, num_frames)
    if simulated is not None:
        return simulated, "simulated on from where the learned ones end"
    row = [clip.clip_id for clip in record.clips].index(entry.record.clip_id)
    try:
        if source.dataset:
            register(source.dataset)
            return _read_dataset(record, row, num_frames), f"of {source.dataset}"
        path = expand_clip_paths(source.clips)[row]
        return _read_file(path, video, num_frames), f"of {path.name} behind those learned"
    except (UserError, IndexError) as error:
        return nothing, f"the clip is gone: {error}"


def _simulate(clip_id: str, video: VideoConfig, num_frames: int) -> np.ndarray | None:
    """Returns the frames of a procedural texture; None if the clip is none."""
    for name in textures.SIMULATIONS:
        for size in SIMULATED_SIZES:
            for seed in SIMULATED_SEEDS:
                if textures.clip_id(name, size, seed) == clip_id:
                    return clip_from_frames(
                        textures.simulate(name, seed, size, num_frames),
                        name=name,
                        frame_rate=textures.FRAME_RATE,
                        num_frames=num_frames,
                        size=(video.height, video.width),
                        channels=video.channels,
                        fit=video.fit,
                    ).frames
    return None


def _read_dataset(record: RunRecord, row: int, num_frames: int) -> np.ndarray:
    longer = VideoConfig(**{**vars(record.config.video), "num_frames": num_frames})
    assert record.source.dataset
    collection = DatasetCollection(record.source.dataset, record.source.data_dir, longer)
    return next(iter(collection.read(np.array([row])))).frames


def _read_file(path: Path, video: VideoConfig, num_frames: int) -> np.ndarray:
    size = (video.height, video.width)
    clip = read_clip(path, num_frames=num_frames, size=size, channels=video.channels, fit=video.fit)
    return clip.frames
