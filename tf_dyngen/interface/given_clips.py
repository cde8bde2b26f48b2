"""Clips that come as arrays: checked, and written where training reads them."""

import contextlib
import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence, ValuesView
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.video.clip_paths import MASK_SUFFIX
from tf_dyngen.video.clips import content_id
from tf_dyngen.video.masked_clips import NOTHING_HIDDEN, OWN, MaskSource
from tf_dyngen.video.sources import Source
from tf_dyngen.video.timing import DEFAULT_FRAME_RATE
from tf_dyngen.video.writers import replacing, write_errors

# Of a work directory.
FOLDER = "arrays"
WANTED = "uint8 frames [T, H, W, C] with C = 1 or 3 are wanted"
# What a clip may be given as.
Clips = Any


class GivenClip(NamedTuple):
    """A clip: frames [T, H, W, C] uint8; hidden: [T, H, W] bool, None where nothing is hidden."""

    name: str
    frames: np.ndarray
    hidden: np.ndarray | None = None


def take_clips(clips: Clips, mask: Any = None) -> list[GivenClip]:
    """Checks clips and what is hidden of them.

    Args:
      clips: an array [T, H, W, C] uint8; a sequence of them; a mapping from names to them; or a
        `tf.data.Dataset` of frames [H, W, C], or of clips.
      mask: [T, H, W], [T, H, W, 1] or, for all frames alike, [H, W]; not zero where a pixel is
        hidden. Of several clips, a sequence or mapping of masks, None where nothing is hidden.
    Raises: UserError, a ValueError, if they are anything else.
    """
    named = _by_name(clips)
    if not named:
        raise UserError("there are no clips", f"give some: {WANTED}")
    for name, frames in named.items():
        check_frames(frames, name)
    masks = _masks_by_name(mask, list(named))
    given = []
    for name, frames in named.items():
        hidden = masks.get(name)
        frames = np.asarray(frames)
        taken = None if hidden is None else _take_mask(hidden, frames, name)
        given.append(GivenClip(name, frames, taken))
    return given


def check_frames(frames: Any, name: str, *, fewest: int = 2) -> None:
    """Raises UserError, a ValueError, unless frames are uint8 [T, H, W, C] of `fewest` or more."""
    frames = np.asarray(frames)
    if frames.dtype.kind == "f":
        words = "NaN among them" if np.isnan(frames).any() else "which may be of any range"
        advice = "bring it to 0..255, without NaN, and give (…).round().astype(np.uint8)"
        raise UserError(f"{name} holds {frames.dtype} values, {words}, {WANTED}", advice)
    if frames.dtype != np.uint8:
        raise UserError(f"{name} holds {frames.dtype} values, {WANTED}", "bring it to 0..255")
    shape = list(frames.shape)
    if frames.ndim == 5:
        raise UserError(f"{name} is of shape {shape}, {WANTED}", "give several clips as list(...)")
    if frames.ndim == 3:
        advice = "give a grey clip as clip[..., None], and of one picture several frames"
        raise UserError(f"{name} is of shape {shape}, {WANTED}", advice)
    if frames.ndim != 4 or frames.shape[-1] not in (1, 3) or 0 in frames.shape[1:]:
        raise UserError(f"{name} is of shape {shape}, {WANTED}", "bring the axes into that order")
    if len(frames) < fewest:
        raise UserError(f"{name} holds {len(frames)} frames", f"give {fewest} or more")


def frame_rate_of(clips: Clips) -> float:
    """Returns frames a second of the first clip that says so, as a `Video` does; else 25."""
    several = clips.values() if isinstance(clips, Mapping) else clips
    each = list(several) if isinstance(several, list | tuple | ValuesView) else [clips]
    rates = [clip.frame_rate for clip in each if hasattr(clip, "frame_rate")]
    return float(rates[0] if rates else DEFAULT_FRAME_RATE)


def opposite(visible: Any) -> Any:
    """Returns masks of what is hidden, of masks of what is visible."""
    if isinstance(visible, Mapping):
        return {name: opposite(mask) for name, mask in visible.items()}
    if isinstance(visible, list | tuple):
        return [opposite(mask) for mask in visible]
    return None if visible is None else np.asarray(visible) == 0


def same_shape(clips: Sequence[GivenClip]) -> tuple[int, int, int]:
    """Returns (H, W, C) of all clips; UserError, a ValueError, if they differ."""
    shapes = {clip.frames.shape[1:] for clip in clips}
    if len(shapes) > 1:
        raise UserError(
            f"the clips are of {len(shapes)} shapes: {', '.join(map(str, sorted(shapes)))}",
            'give clips of one shape, or settings={"video.height": 64, "video.width": 64}',
        )
    return shapes.pop()


@contextlib.contextmanager
def written(workdir: Path, clips: Sequence[GivenClip], frame_rate: float) -> Iterator[Source]:
    """Gives the source of clips that are written into a work directory, unless they are there.

    What was written in vain is removed where the block raises.

    Raises: UserError if they cannot be written.
    """
    folder = workdir / FOLDER
    made = [path for path in (workdir, folder) if not path.exists()]
    new = []
    try:
        paths = []
        for clip in clips:
            path = folder / _content(clip) / f"{clip.name}.npy"
            if not path.parent.exists():
                new.append(path.parent)
            _write(path, clip)
            paths.append(str(path.absolute()))
        has_masks = any(clip.hidden is not None for clip in clips)
        mask = MaskSource(OWN) if has_masks else NOTHING_HIDDEN
        yield Source(tuple(paths), mask=mask, frame_rate=frame_rate)
    except BaseException:
        for path in new:
            shutil.rmtree(path, ignore_errors=True)
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


def _by_name(clips: Clips) -> dict[str, np.ndarray]:
    if isinstance(clips, str | Path):
        raise UserError(f"{clips} is a path, {WANTED}", "read it with tf_dyngen.read_clip(path)")
    if hasattr(clips, "as_numpy_iterator"):
        elements = list(clips.as_numpy_iterator())
        clips = np.stack(elements) if elements and np.ndim(elements[0]) == 3 else elements
    if isinstance(clips, Mapping):
        for name in clips:
            if not isinstance(name, str) or not re.fullmatch(r"\w[\w .+-]*", name):
                advice = "name it by letters, digits, spaces, dots and dashes"
                raise UserError(f"{name!r} cannot name a clip", advice)
            if name.endswith(MASK_SUFFIX):
                raise UserError(f"a clip cannot be called {name!r}", "masks of clips are")
        return dict(clips)
    if isinstance(clips, list | tuple):
        return {f"clip_{number}": clip for number, clip in enumerate(clips)}
    return {"clip": np.asarray(clips)}


def _masks_by_name(mask: Any, names: list[str]) -> dict[str, Any]:
    if mask is None:
        return {}
    if isinstance(mask, Mapping):
        unknown = [name for name in mask if name not in names]
        if unknown:
            raise UserError(f"there is a mask of {unknown[0]!r}, and no clip", "leave it out")
        return dict(mask)
    several = list(mask) if isinstance(mask, list | tuple) else [mask]
    if len(several) != len(names):
        raise UserError(
            f"{len(several)} masks are given for {len(names)} clips",
            "give one a clip; None where nothing is hidden",
        )
    return dict(zip(names, several, strict=True))


def _take_mask(mask: Any, frames: np.ndarray, name: str) -> np.ndarray:
    """Returns [T, H, W] bool, true where a pixel is hidden."""
    mask = np.asarray(mask)
    wanted = f"a mask of shape {list(frames.shape[:3])} or {list(frames.shape[1:3])} is wanted"
    if mask.dtype.kind not in "biuf":
        raise UserError(f"the mask of {name} holds {mask.dtype} values", wanted)
    if mask.dtype.kind == "f" and np.isnan(mask).any():
        raise UserError(f"the mask of {name} holds NaN", "put 0 or 1 in its place")
    if mask.ndim == 4 and mask.shape[-1] == 1:
        mask = mask[..., 0]
    if mask.shape not in (frames.shape[:3], frames.shape[1:3]):
        raise UserError(f"the mask of {name} is of shape {list(mask.shape)}", wanted)
    hidden = np.broadcast_to(mask != 0, frames.shape[:3])
    if not hidden.any() or hidden.all():
        found = "everything" if hidden.any() else "nothing"
        raise UserError(f"the mask of {name} hides {found}", "it is not zero where hidden")
    return hidden


def _content(clip: GivenClip) -> str:
    """Returns a name for what the clip is: its frames, and what is hidden of them."""
    digest = hashlib.sha256(content_id(clip.frames).encode())
    if clip.hidden is not None:
        digest.update(np.packbits(clip.hidden).tobytes())
    return digest.hexdigest()[:16]


def _write(path: Path, clip: GivenClip) -> None:
    arrays = {path: clip.frames}
    if clip.hidden is not None:
        arrays[path.with_name(f"{clip.name}{MASK_SUFFIX}.npy")] = clip.hidden
    for each, array in arrays.items():
        if each.exists():
            continue
        with replacing(each) as temporary, write_errors(each), temporary.open("wb") as file:
            np.save(file, array, allow_pickle=False)
