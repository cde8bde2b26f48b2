"""A recovered clip at the size and rate of the file it came from."""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from tf_dyngen.config import STRETCH, VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.tasks.recover import Recovery
from tf_dyngen.video.blending import SourcePictures, blend_into_source
from tf_dyngen.video.choosing import Chosen, choose_frames
from tf_dyngen.video.decoding import open_footage
from tf_dyngen.video.encoding import Sound
from tf_dyngen.video.footage import Footage
from tf_dyngen.video.resizing import resize_picture
from tf_dyngen.video.writers import open_video_writer

NAME = "inpainted"


def write_at_source_size(
    folder: Path, recovery: Recovery, source: Path, video: VideoConfig
) -> None:
    """Writes a clip with a likely sample of what was hidden; what never was is as it was.

    It goes to inpainted.mp4, with the clip's sound, and where the clip is a folder of pictures to
    pictures in inpainted/ too, which are exact. The clip's pictures are kept there meanwhile, as
    raw bytes.

    Args:
      folder: where to write.
      recovery: of the clip's first T frames.
      source: the clip.
      video: how it was read.
    Raises: UserError if there is no room for that.
    """
    frames = np.broadcast_to(recovery.sample, (*recovery.sample.shape[:-1], 3))
    footage = open_footage(source)
    chosen = choose_frames(footage, num_frames=len(frames), start=video.start, every=video.every)
    outputs = [folder / f"{NAME}.mp4", *([folder / NAME] if source.is_dir() else [])]
    with tempfile.TemporaryDirectory(dir=folder) as place:
        pictures = _keep(footage, chosen, Path(place) / "pictures.raw")
        for output in outputs:
            blended = blend_into_source(
                pictures, frames, ~recovery.visible[..., 0], recovery.predicted.shifts, video.fit
            )
            with open_video_writer(
                output,
                num_frames=len(frames),
                frame_size=pictures.size,
                channels=3,
                frame_rate=recovery.clip.frame_rate,
                sound=_sound(footage, chosen, video) if output != folder / NAME else None,
            ) as writer:
                for frame in progress_bar(blended, "blending", total=len(frames), unit="frame"):
                    writer.append(frame[None])


def _keep(footage: Footage, chosen: Chosen, file: Path) -> SourcePictures:
    def decoded() -> Iterator[np.ndarray]:
        for picture in footage.show(chosen.numbers):
            yield resize_picture(picture, None, 3, STRETCH)

    try:
        return SourcePictures(decoded(), len(chosen.numbers), file)
    except OSError as error:
        needed = len(chosen.numbers) * next(decoded()).nbytes
        raise UserError(
            f"cannot write {file.parents[1]}: {error.strerror}; {needed:,} bytes are needed for the"
            f" pictures of {footage.path.name}",
            "free some space, or write to another disk",
        ) from error


def _sound(footage: Footage, chosen: Chosen, video: VideoConfig) -> Sound | None:
    """Returns the clip's sound for the frames that are written; says what becomes of it."""
    if not footage.has_sound:
        return None
    if video.every > 1:
        say(f"the sound of {footage.path.name} is left out, for one frame of {video.every} is")
        return None
    start = chosen.first / footage.schedule.rate
    seconds = len(chosen.numbers) / Fraction(chosen.rate)
    say(f"the sound of {footage.path.name} goes with {NAME}.mp4")
    return Sound(footage.path, float(start), float(seconds))
