"""Clips in files and folders of pictures, with the masks that lie beside them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.video.choosing import choose_frames
from tf_dyngen.video.clip_paths import MASK_SUFFIX, find_clips, find_mask
from tf_dyngen.video.clips import Clip, read_clip
from tf_dyngen.video.decoding import open_footage
from tf_dyngen.video.files import listed, require_readable
from tf_dyngen.video.mask_files import MASK_WANTED
from tf_dyngen.video.masks import ClipMask
from tf_dyngen.video.unclear_masks import require_clear

# Of what a mask hides, the share that may be lost to a crop, which is a pixel's edge.
_MOST_CUT_OFF = 0.01


class FileCollection:
    """Clips in files and folders of pictures.

    Args:
      paths: as for `find_clips`.
      video: what is read of each clip.
      own_masks: whether to read the masks that lie beside the clips.
      mask: the one clip's mask.
      mask_size: (H, W) of that mask if it is neither the clip's nor the one it is read at.
      hides_otherwise: whether something else is hidden, so that masks beside the clips are not
        missed.
      only_shows: whether a mask that hides nothing, or everything, is no mistake.
      frame_rate: of clips that state none.
    """

    def __init__(
        self,
        paths: Iterable[str],
        video: VideoConfig,
        *,
        own_masks: bool = False,
        mask: Path | None = None,
        mask_size: tuple[int, int] | None = None,
        hides_otherwise: bool = False,
        only_shows: bool = False,
        frame_rate: float | None = None,
    ):
        self.paths, notes = find_clips(paths)
        if mask:
            require_readable(mask, MASK_WANTED)
        self._video = video
        self._mask_size = mask_size
        self._only_shows = only_shows
        self._frame_rate = frame_rate
        self._masks = [find_mask(path) if own_masks else mask for path in self.paths]
        self._damaged: dict[str, None] = {}
        if mask and len(self.paths) > 1:
            raise UserError(
                f"one mask, {mask}, is given for {len(self.paths)} clips",
                "put a mask beside each clip, as NAME_mask.png, and give --mask=own",
            )
        if not own_masks and not mask and not hides_otherwise:
            notes += _unused_masks(self.paths)
        if own_masks and any(self._masks) and not all(self._masks):
            bare = [p.name for p, found in zip(self.paths, self._masks, strict=True) if not found]
            notes.append(f"no mask lies beside {listed(bare)}: nothing of it is hidden")
        self.notes = tuple(notes)

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def has_masks(self) -> bool:
        """Whether any of the clips has a mask."""
        return any(self._masks)

    def fingerprint(self) -> str:
        """Names, sizes and times of all files."""
        clips = [file for path in self.paths for file in _files_of(path)]
        masks = [file for mask in self._masks if mask for file in _files_of(mask)]
        states = [[_file_state(file) for file in files] for files in (clips, masks)]
        return json.dumps([*states, self._frame_rate] if self._frame_rate else states)

    def picture_size(self) -> tuple[int, int]:
        """Returns (H, W) of the first clip's first picture; UserError if it cannot be decoded."""
        return picture_size(self.paths[0])

    def read(self, rows: np.ndarray) -> Iterator[Clip]:
        """Decodes the clips at `rows`; a copy of one before it gets an id of its own, and a line.

        Raises: UserError where one cannot be read; it names all others of them that cannot.
        """
        names: dict[str, str] = {}
        for index, row in enumerate(rows):
            try:
                clip = self._read(row)
            except UserError as error:
                raise self._with_others(error, rows[index + 1 :]) from error
            if clip.clip_id in names:
                note = f"{clip.name} shows the frames of {names[clip.clip_id]}: they count twice"
                clip_id = hashlib.sha256(f"{clip.clip_id} {index}".encode()).hexdigest()[:16]
                clip = clip._replace(clip_id=clip_id, notes=(*clip.notes, note))
            names[clip.clip_id] = clip.name
            yield clip

    def _read(self, row: int) -> Clip:
        video, path, mask = self._video, self.paths[row], self._masks[row]
        which = {"num_frames": video.num_frames, "start": video.start, "every": video.every}
        size = (video.height, video.width)
        clip = read_clip(
            path,
            size=size,
            channels=video.channels,
            fit=video.fit,
            frame_rate=self._frame_rate,
            **which,
        )
        if clip.damage:
            self._damaged[f"{path} is {clip.damage}"] = None
        if mask is None:
            return clip
        which["num_frames"] = len(clip.frames)
        opened = ClipMask(mask, path, size=size, fit=video.fit, mask_size=self._mask_size)
        visible = opened.read(opened.choose(**which))
        try:
            doubt = require_clear(visible, mask, clip.name, opened.hidden_share)
        except UserError as error:
            if not self._only_shows:
                raise
            doubt = error.problem
        if opened.cut_off_share > _MOST_CUT_OFF:
            raise UserError(
                f"the mask {mask} hides pixels that --fit={video.fit} cuts off"
                f" ({100 * opened.cut_off_share:.0f}% of them): they would stay in the clip",
                "give --fit=stretch, or a --size of the clip's proportions",
            )
        notes = (*clip.notes, *opened.notes, *([doubt] if doubt else []))
        return clip._replace(visible=visible, notes=notes)

    def _with_others(self, error: UserError, rows: np.ndarray) -> UserError:
        """Returns the error, or one that names the other clips at `rows` that are bad too."""
        problems = {error.problem: None} | self._damaged
        for row in rows:
            path = self.paths[row]
            try:
                footage = open_footage(path)
                read = choose_frames(footage, num_frames=2)
                if not list(footage.show(read.numbers[:1])):
                    problems[f"{path} holds no frame that can be decoded"] = None
                if footage.damage:
                    problems[f"{path} is {footage.damage}"] = None
            except UserError as another:
                problems[another.problem] = None
        if len(problems) == 1:
            return error
        return UserError(
            f"{len(problems)} of {len(self.paths)} clips are bad: {'; '.join(problems)}",
            "take them out of the folder, or download or export them again",
        )


def picture_size(path: Path) -> tuple[int, int]:
    """Returns (H, W) of a clip's first picture; UserError if it cannot be decoded."""
    picture = next(open_footage(path).show([0]), None)
    if picture is None:
        raise UserError(f"{path} holds no frame that can be decoded", "give another clip")
    return picture.height, picture.width


def _unused_masks(clips: Sequence[Path]) -> list[str]:
    """Says which masks lie beside clips, of which nothing is to be hidden."""
    folders = {
        folder
        for folder in {clip.parent for clip in clips}
        if any(MASK_SUFFIX in path.name for path in folder.iterdir())
    }
    pairs = [(clip, find_mask(clip)) for clip in clips if clip.parent in folders]
    found = [f"{mask.name} beside {clip.name}" for clip, mask in pairs if mask]
    if not found:
        return []
    return [f"{listed(found)} is not used: --mask=own hides what it covers"]


def _file_state(path: Path) -> tuple[str, int, int]:
    stat = path.stat()
    return str(path.absolute()), stat.st_size, stat.st_mtime_ns


def _files_of(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
