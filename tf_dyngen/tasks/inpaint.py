"""A recovered clip at the size and rate of the file it came from."""

import tempfile
from pathlib import Path

import numpy as np
import tqdm

from tf_dyngen.tasks.recover import Recovery
from tf_dyngen.video.blending import SourcePictures, blend_into_source
from tf_dyngen.video.writers import open_video_writer


def write_at_source_size(path: Path, recovery: Recovery, source: Path, fit: str) -> None:
    """Writes a clip with a likely sample of what was hidden; what never was is as it was.

    The clip's pictures are kept beside `path` meanwhile, as raw bytes.

    Args:
      path: where to write, in any form that `open_video_writer` knows.
      recovery: of the clip's first T frames.
      source: the clip.
      fit: how it was brought to the recovered size.
    """
    frames = np.broadcast_to(recovery.sample, (*recovery.sample.shape[:-1], 3))
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        pictures = SourcePictures(source, len(frames), Path(folder) / "pictures.raw")
        blended = blend_into_source(
            pictures, frames, ~recovery.visible[..., 0], recovery.predicted.shifts, fit
        )
        with open_video_writer(
            path,
            num_frames=len(frames),
            frame_size=pictures.size,
            channels=3,
            frame_rate=recovery.clip.frame_rate,
        ) as writer:
            for frame in tqdm.tqdm(blended, "blending", len(frames), unit="frame", disable=None):
                writer.append(frame[None])
