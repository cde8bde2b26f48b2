"""Latents of clips that a run was not trained on, kept in its work directory, a file a clip."""

import contextlib
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.model.latents import Latents, LatentSizes
from tf_dyngen.video.clips import Clip, ClipRecord
from tf_dyngen.video.display import side_by_side
from tf_dyngen.video.writers import write_atomically, write_errors, write_video

FOLDER = "inferred"
SUFFIX = ".npz"
LONGEST_NAME = 100
DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error)
INFER_AGAIN = "infer it again with python -m launch.infer"


class InferredClip(NamedTuple):
    """An inferred clip.

    record: of the clip. latents: leaves [1, ...]. frames: as observed, [T, H, W, C] uint8.
    step: of training, after which the weights were as they were when it was inferred.
    """

    record: ClipRecord
    latents: Latents
    frames: np.ndarray
    step: int


def file_name(clip_name: str) -> str:
    """Returns a plain name, without a suffix: no folder, nothing hidden, whatever a clip's is."""
    plain = re.sub(r"[^\w.-]+", "_", clip_name).strip(".")
    return plain[:LONGEST_NAME] or "clip"


def inferred_paths(workdir: Path) -> list[Path]:
    """Returns the files of a work directory's inferred clips."""
    return sorted(path for path in (workdir / FOLDER).glob(f"*{SUFFIX}") if path.name[0] != ".")


def save_inferred(
    workdir: Path, clip: Clip, latents: Latents, step: int, reconstruction: np.ndarray
) -> Path:
    """Writes an inferred clip, and a video of it beside its reconstruction; returns the file.

    Args:
      workdir: of the run.
      clip: as observed.
      latents: leaves [1, ...].
      step: of training.
      reconstruction: [T, H, W, C] uint8.
    Raises: UserError if they cannot be written; then what was there before is untouched.
    """
    folder = workdir / FOLDER
    path = folder / (file_name(clip.name) + SUFFIX)
    arrays = {name: leaf[0].numpy() for name, leaf in latents._asdict().items()}
    arrays |= {"clip_id": np.array(clip.clip_id), "frame_rate": np.array(clip.frame_rate)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, frames=clip.frames, step=np.array(step), **arrays)
    both = side_by_side({"observed": clip.frames, "reconstruction": reconstruction})
    is_new = not folder.exists()
    try:
        with write_errors(path):
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".", dir=folder) as temporary:
                written = [Path(temporary) / f"clip{suffix}" for suffix in (".mp4", SUFFIX)]
                write_video(written[0], both, clip.frame_rate)
                write_atomically(written[1], buffer.getvalue())
                for each in written:
                    each.replace(path.with_suffix(each.suffix))
    except UserError:
        if is_new and folder.is_dir():
            folder.rmdir()
        raise
    return path


def read_record(path: Path) -> ClipRecord:
    """Returns what is known of an inferred clip without its latents; UserError if it is damaged."""
    with _reading(path), np.load(path, allow_pickle=False) as arrays:
        num_frames, _ = arrays["noise"].shape
        clip_id, frame_rate = str(arrays["clip_id"][()]), float(arrays["frame_rate"][()])
        if not 0.0 < frame_rate < float("inf"):
            raise ValueError(f"{frame_rate} frames a second")
    return ClipRecord(clip_id, path.stem, num_frames, frame_rate)


def read_inferred(path: Path, video: VideoConfig, sizes: LatentSizes) -> InferredClip:
    """Reads an inferred clip.

    Args:
      path: of the file.
      video: size of the run's frames.
      sizes: of its model's latents.
    Raises: UserError if it is damaged, or of a model of other sizes.
    """
    record = read_record(path)
    with _reading(path), np.load(path, allow_pickle=False) as arrays:
        leaves = [arrays[name] for name in Latents._fields]
        frames, step = arrays["frames"], int(arrays["step"][()])
        if not all(leaf.dtype == np.float32 and np.isfinite(leaf).all() for leaf in leaves):
            raise ValueError("latents that are no finite float32")
        if frames.dtype != np.uint8:
            raise ValueError("frames that are no uint8")
    wanted = {
        "noise": (record.num_frames, sizes.noise),
        "initial state": (sizes.state,),
        "appearance": (sizes.appearance,),
        "frames": (record.num_frames, video.height, video.width, video.channels),
    }
    for (name, shape), found in zip(wanted.items(), (*leaves, frames), strict=True):
        if found.shape != shape:
            raise UserError(
                f"{path} is of another model: its {name} is {_times(found.shape)}, "
                f"{_times(shape)} is wanted",
                INFER_AGAIN,
            )
    return InferredClip(record, Latents(*(leaf[None] for leaf in leaves)), frames, step)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Raises UserError where a file that is read in the block is not as it was written."""
    try:
        yield
    except DAMAGE as error:
        reason = " ".join(str(error).split())[:160]
        raise UserError(f"{path} is no inferred clip ({reason})", INFER_AGAIN) from error


def _times(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
