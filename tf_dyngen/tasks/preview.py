"""A look at clips before anything is learned from them: a contact sheet or a wall of videos."""

from collections.abc import Callable
from pathlib import Path

from tf_dyngen.config import VideoConfig
from tf_dyngen.messages import say
from tf_dyngen.video.clips import Clip
from tf_dyngen.video.display import contact_sheet, evenly_spaced
from tf_dyngen.video.sources import (
    Source,
    open_collection,
    read_with_progress,
    refuse_sources,
    settle_size,
)
from tf_dyngen.video.wall import mark_hidden, video_wall
from tf_dyngen.video.writers import output_paths, write_picture, write_video

PICTURE_SUFFIX = ".png"


def preview(
    source: Source,
    output: Path,
    *,
    video: VideoConfig,
    num_clips: int,
    register: Callable[[str], None],
) -> None:
    """Writes a picture or a video of clips, spread evenly over a source, as a model would see them.

    Hidden pixels are tinted red where the source has masks.

    Args:
      source: of the clips.
      output: .png is a contact sheet, a row a clip; anything else `write_video` takes, a wall.
      video: what is read of each clip, see `settle_size`.
      num_clips: the most clips to show.
      register: makes a data set's builder known to TFDS by its name.
    Raises: UserError if the clips cannot be read or the output cannot be written.
    """
    output_paths(output, 1)  # Refuses, before any work, what cannot be written.
    refuse_sources([output], source)
    if source.dataset:
        register(source.dataset)
    video = settle_size(source, video)
    collection = open_collection(source, video, own_masks=True)
    rows = evenly_spaced(len(collection), num_clips)
    clips = list(read_with_progress(collection, rows, video.every))
    lengths = sorted({len(clip.frames) for clip in clips})
    if lengths[0] < video.num_frames:
        found = f"{lengths[0]} to {lengths[-1]}" if len(lengths) > 1 else f"{lengths[0]}"
        say(f"{found} of {video.num_frames} frames: there are no more")
    shown = [mark_hidden(clip.frames, clip.visible) for clip in clips]
    if output.suffix.lower() == PICTURE_SUFFIX:
        write_picture(output, contact_sheet(dict(zip(_labels(clips), shown, strict=True))))
    else:
        write_video(output, video_wall(shown), clips[0].frame_rate)
    say(f"wrote {output}: {len(clips)} of {len(collection)} clips")


def _labels(clips: list[Clip]) -> list[str]:
    """Returns the clips' names without their data set's, numbered where they repeat."""
    labels = [clip.name.rpartition(":")[2] for clip in clips]
    if len(set(labels)) < len(labels):
        labels = [f"{index} {label}" for index, label in enumerate(labels)]
    return labels
