"""Which pages that play a model can be written: told without TensorFlow."""

from pathlib import Path

from tf_dyngen.config import ATTENTION
from tf_dyngen.errors import UserError
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.writers import require_folder_for

SUFFIXES = (".html", ".htm")
MOST_BYTES = 100_000_000
# Of the frames in the browser's memory, which are smaller in the file.
MOST_FRAME_BYTES = 4 * MOST_BYTES


def require_page(path: Path, record: RunRecord) -> None:
    """Raises UserError if no page of a run can be written there.

    Args:
      path: of the page.
      record: of the run.
    """
    if path.suffix.lower() not in SUFFIXES or path.is_dir():
        found = "is a folder" if path.is_dir() else "is no name of a page"
        raise UserError(f"{path} {found}", "name a file that ends in .html")
    require_folder_for(path)
    config = record.config
    if config.model.parameterisation != ATTENTION:
        raise UserError(
            f"a page plays models of the preset texture, this one is of {config.preset}",
            "train one with --preset=texture, or write a SavedModel",
        )
    video = config.video
    num_frames = sum(clip.num_frames for clip in record.clips)
    require_size(num_frames * video.height * video.width * video.channels, MOST_FRAME_BYTES)


def require_size(num_bytes: int, most_bytes: int = MOST_BYTES) -> None:
    """Raises UserError if a page, or the frames in it, would be too large for a browser."""
    if num_bytes > most_bytes:
        raise UserError(
            f"a page would hold {num_bytes / 1e6:,.0f} MB, at most {most_bytes / 1e6:,.0f} MB is"
            " what browsers open well",
            "train on fewer frames (--num_frames) or smaller ones (--size)",
        )
