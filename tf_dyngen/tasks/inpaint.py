"""A recovered clip at the size and rate of the file it came from."""

from pathlib import Path

import numpy as np

from tf_dyngen.tasks.recover import Recovery
from tf_dyngen.video import decoding
from tf_dyngen.video.blending import blend_into_source
from tf_dyngen.video.writers import open_video_writer


def write_at_source_size(path: Path, recovery: Recovery, source: Path, fit: str) -> None:
    """Writes a clip with what was recovered blended in; what was never hidden is as it was.

    Args:
      path: where to write, in any form that `open_video_writer` knows.
      recovery: of the clip's first T frames.
      source: the clip.
      fit: how it was brought to the recovered size.
    """
    clip = recovery.clip
    colours = np.broadcast_to(recovery.frames, (*recovery.frames.shape[:-1], 3))
    picture, _ = next(decoding.decode(source))
    with open_video_writer(
        path,
        num_frames=len(colours),
        frame_size=(picture.height, picture.width),
        channels=3,
        frame_rate=clip.frame_rate,
    ) as writer:
        for frame in blend_into_source(source, colours, ~recovery.visible[..., 0], fit):
            writer.append(frame[None])
