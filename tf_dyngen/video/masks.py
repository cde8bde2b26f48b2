"""Masks: which pixels of a clip are hidden."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy import ndimage

from tf_dyngen.config import STRETCH
from tf_dyngen.errors import UserError
from tf_dyngen.video import decoding
from tf_dyngen.video.choosing import Chosen, choose_frames
from tf_dyngen.video.footage import Footage
from tf_dyngen.video.mask_files import open_mask
from tf_dyngen.video.resizing import kept_box, resize_mask


class ClipMask:
    """The mask of a clip, read for those of the clip's frames that are read.

    Attributes:
      notes: how frames of the mask were matched with the clip's, one line each.
      cut_off_share: of what is hidden in a frame, the most that a crop has left outside so far.

    Args:
      mask: a picture or an array without time axis, for all frames alike, or what has a frame for
        each that the clip stores; see `open_mask` for the forms and for what hides. One that has
        not, but states a rate, is matched by time.
      clip: what it is the mask of.
      size, fit: as the clip was read, see `read_clip`. A mask of the clip's own size is resized
        and cropped as the clip is; one of `size` is taken as it is.
      mask_size: (H, W) of the mask, to be stated for a mask of any other size. It covers the whole
        picture, stretched over it, and is then resized and cropped as the clip is.
      dilate: by how many pixels the hidden region grows, a disc around each hidden pixel; they are
        pixels of `size`, after all resizing.
    Raises: UserError when either cannot be read.
    """

    def __init__(
        self,
        mask: Path,
        clip: Path,
        *,
        size: tuple[int, int],
        fit: str = STRETCH,
        mask_size: tuple[int, int] | None = None,
        dilate: int = 0,
    ):
        self._path = mask
        self._clip = decoding.open_footage(clip)
        self._mask = open_mask(mask)
        self._size = size
        self._fit = fit
        self._mask_size = mask_size
        self._dilate = dilate
        self.cut_off_share = 0.0
        self._shares: list[float] = []
        self.notes: list[str] = list(self._mask.notes)

    def frames(self, chosen: Chosen) -> Iterator[np.ndarray]:
        """Yields [H, W, 1] bool, False where a pixel is hidden, of each chosen frame of the clip.

        Raises: UserError when the mask has another size than the clip or too few frames.
        """
        clip_size, stored_size = _sizes_of(self._clip)
        for hidden in self._mask.decode(self._places(chosen)):
            if self._mask_size not in (None, hidden.shape):
                raise UserError(
                    f"the mask {self._path} is {_by(hidden.shape)}, its size is stated as"
                    f" {_by(self._mask_size)} (height x width)",
                    "state the size that it has, or give another mask",
                )
            self._shares.append(float(hidden.mean()))
            if hidden.shape == stored_size:
                hidden = _spread(hidden, clip_size)
            if hidden.shape == clip_size:
                self._see_what_is_cut_off(hidden)
                hidden = resize_mask(hidden, self._size, self._fit)
            elif hidden.shape != self._size:
                if self._mask_size is None:
                    raise _wrong_size(
                        self._path, self._clip.path, hidden.shape, clip_size, self._size
                    )
                hidden = resize_mask(_spread(hidden, clip_size), self._size, self._fit)
            yield dilate(~hidden[None, ..., None], self._dilate)[0]

    @property
    def hidden_share(self) -> float:
        """Of the mask as it is stored, the share that is hidden in the frames read so far."""
        return float(np.mean(self._shares)) if self._shares else 0.0

    def _see_what_is_cut_off(self, hidden: np.ndarray) -> None:
        """Keeps the largest share of what is hidden that the crop leaves outside."""
        left, top, right, bottom = kept_box(
            (hidden.shape[1], hidden.shape[0]), self._size, self._fit
        )
        inside = hidden[math.floor(top) : math.ceil(bottom), math.floor(left) : math.ceil(right)]
        if hidden.any():
            share = 1.0 - inside.sum() / hidden.sum()
            self.cut_off_share = max(self.cut_off_share, float(share))

    def _places(self, chosen: Chosen) -> Iterable[int]:
        """Returns the number of the mask's frame of each chosen frame, as far as there are any."""
        mask, clip = self._mask, self._clip
        if mask.num_frames is None:
            return np.zeros(len(chosen.numbers), int)
        if mask.num_frames == clip.num_pictures:
            return chosen.numbers
        if mask.rate is None or mask.shown is None or not clip.rate_is_known:
            places = chosen.numbers
            at_even_rate = np.floor(chosen.seconds * float(clip.schedule.rate)).astype(int)
            if mask.num_frames == chosen.num_all:
                places = at_even_rate
            self._require(places < mask.num_frames, mask.num_frames)
            num_more = mask.num_frames - max(clip.num_pictures, chosen.num_all)
            if num_more > 0:
                last = "frame is" if num_more == 1 else f"{num_more} are"
                self.notes.append(
                    f"the mask {self._path.name} holds {mask.num_frames} frames, its clip"
                    f" {clip.path.name} {clip.num_pictures}: its last {last} not used"
                )
            return places
        places = np.floor(chosen.seconds * float(mask.rate)).astype(int)
        # The last frame of either may end a moment later.
        self._require(places <= len(mask.shown), mask.num_frames)
        self.notes.append(
            f"the mask {self._path.name} holds {mask.num_frames} frames at"
            f" {float(mask.rate):.6g} a second, its clip {clip.path.name} {clip.num_pictures} at"
            f" {float(clip.schedule.rate):.6g}: they are matched by time"
        )
        return mask.shown[np.minimum(places, len(mask.shown) - 1)]

    def _require(self, is_there: np.ndarray, num_found: int) -> None:
        if is_there.all():
            return
        num_whole = int(np.argmin(is_there))
        raise UserError(
            f"the mask {self._path} holds {num_found} frame{'s' * (num_found != 1)},"
            f" {len(is_there)} of its clip {self._clip.path} are read",
            "give a mask with a frame for each of the clip's, or one picture for all"
            + (f"; or read fewer, by --num_frames={num_whole}" if num_whole >= 2 else ""),
        )

    def choose(self, *, num_frames: int | None, start: int | str = 0, every: int = 1) -> Chosen:
        """Returns the frames of the clip that are read, see `choose_frames`."""
        return choose_frames(self._clip, num_frames=num_frames, start=start, every=every)

    def read(self, chosen: Chosen) -> np.ndarray:
        """Returns `frames`, stacked: [T, H, W, 1] bool."""
        visible = list(self.frames(chosen))
        self._require(np.arange(len(chosen.numbers)) < len(visible), len(visible))
        return np.stack(visible)


def read_visible(
    mask: Path,
    clip: Path,
    *,
    num_frames: int,
    size: tuple[int, int],
    start: int | str = 0,
    every: int = 1,
    **how,
) -> np.ndarray:
    """Read which pixels of a clip can be seen.

    Args:
      mask, clip: paths.
      num_frames, start, every: which frames of the clip, see `read_clip`.
      size, how: see `ClipMask`.
    Returns: [T, H, W, 1] bool, False where a pixel is hidden.
    Raises: UserError when the mask cannot be read, has another size than the clip or too few
      frames.
    """
    opened = ClipMask(mask, clip, size=size, **how)
    return opened.read(opened.choose(num_frames=num_frames, start=start, every=every))


def iterate_visible(
    mask: Path, clip: Path, *, size: tuple[int, int], **how
) -> Iterator[np.ndarray]:
    """Read which pixels of a clip can be seen, frame by frame; see `ClipMask` for `how`.

    Yields: [H, W, 1] bool, one for each frame of the clip.
    Raises: UserError when the mask has another size than the clip, or too few frames.
    """
    opened = ClipMask(mask, clip, size=size, **how)
    yield from opened.frames(opened.choose(num_frames=None))


def dilate(visible: np.ndarray, radius: int) -> np.ndarray:
    """Widen what is hidden by a disc around each hidden pixel, frame by frame.

    Args:
      visible: [T, H, W, 1] bool, False where a pixel is hidden.
      radius: of the disc, in pixels.
    Returns: [T, H, W, 1] bool.
    Raises: UserError for a radius below 0.
    """
    if radius < 0:
        raise UserError(f"a mask is to grow by {radius} pixels", "give 0 or more")
    if not radius:
        return visible
    return np.stack([_beyond(frame[..., 0], radius) for frame in visible])[..., None]


def require_partial(visible: np.ndarray, name: str) -> None:
    """Raise UserError unless some pixels are hidden and some are not.

    Args:
      visible: [T, H, W, 1] bool, False where a pixel is hidden.
      name: what the mask is called in the error.
    """
    if visible.all():
        raise UserError(
            f"{name} hides nothing in the {len(visible)} frames read",
            "give a mask that is not zero where pixels are hidden",
        )
    if not visible.any():
        raise UserError(
            f"{name} hides every pixel of the {len(visible)} frames read",
            "give a mask that is zero where pixels can be seen",
        )


def _sizes_of(clip: Footage) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Returns (H, W) of a clip's pictures, and (H, W) as they are stored where that is another."""
    picture = next(clip.show([0]), None)
    if picture is None:
        raise UserError(f"{clip.path} holds no frame that can be decoded", "give another clip")
    return (picture.height, picture.width), clip.stored_size


def _spread(hidden: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Stretches a mask over `size`; a pixel is True where it touches one that was."""
    for axis, length in enumerate(size):
        covered = hidden.shape[axis] * np.arange(length + 1)
        first, behind = covered[:-1] // length, -(-covered[1:] // length)
        widths = [(1, 0) if other == axis else (0, 0) for other in (0, 1)]
        num_hidden = np.pad(hidden, widths).cumsum(axis=axis)
        hidden = num_hidden.take(behind, axis) > num_hidden.take(first, axis)
    return hidden


def _beyond(visible: np.ndarray, radius: int) -> np.ndarray:
    # Without a hidden pixel, there is no distance to the nearest.
    if visible.all():
        return visible
    distance = np.asarray(ndimage.distance_transform_edt(visible))
    return distance > radius


def _wrong_size(mask: Path, clip: Path, mask_size, clip_size, size) -> UserError:
    return UserError(
        f"the mask {mask} is {_by(mask_size)}, its clip {clip} is {_by(clip_size)} and read at"
        f" {_by(size)} (height x width)",
        f"give a mask of one of these sizes, or state its size {_by(mask_size)} if it covers the"
        " whole picture",
    )


def _by(size: tuple[int, ...]) -> str:
    return f"{size[0]}x{size[1]}"
