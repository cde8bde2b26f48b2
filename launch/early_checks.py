"""Mistakes in paths, told before TensorFlow starts: a second instead of ten.

The tasks check the same, since they are called from Python too; what is read here is not kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tf_dyngen.errors import UserError

if TYPE_CHECKING:
    from tf_dyngen.tasks.controls import Controls
    from tf_dyngen.video.sources import Source


def require_run(workdir: Path) -> None:
    """Raises UserError if there is no run, or its record cannot be read."""
    from tf_dyngen.training.run_record import existing_record

    existing_record(workdir)


def require_settings(workdir: Path, preset: str | None, changes: Mapping[str, Any]) -> None:
    """Raises UserError if a run that begins or goes on cannot have these settings."""
    from tf_dyngen import presets
    from tf_dyngen.training.run_record import load_record

    stored = load_record(workdir)
    presets.settle(preset, changes, stored and stored.config)


def require_attention(workdir: Path) -> None:
    """Raises UserError if there is no run, or its model does not attend to its clips."""
    from tf_dyngen.config import ATTENTION
    from tf_dyngen.training.run_record import existing_record

    if existing_record(workdir).config.model.parameterisation != ATTENTION:
        raise UserError(
            f"{workdir} is no run of preset texture, which attends to its clips",
            "play an export of it: python -m launch.export, then --export",
        )


def require_controls(workdir: Path, controls: Controls, *, loop: bool, has_motion: bool) -> None:
    """Raises UserError if new video of a run cannot be controlled so."""
    from tf_dyngen.config import ATTENTION
    from tf_dyngen.tasks.controls import check_controls
    from tf_dyngen.training.run_record import existing_record

    record = existing_record(workdir)
    # Of a clip whose motion is played, the length is not known yet.
    known = controls._replace(start_frame=None) if has_motion else controls
    attends = record.config.model.parameterisation == ATTENTION
    check_controls(known, record.clips[0], attends=attends, loop=loop, has_motion=has_motion)


def require_workdir(workdir: Path) -> None:
    """Raises UserError if a folder cannot be made, or nothing can be written in it."""
    from tf_dyngen.video.writers import require_folder_for

    require_folder_for(workdir / "run")


def require_writable(output: Path, num_videos: int = 1) -> None:
    """Raises UserError if so many videos cannot be written there."""
    from tf_dyngen.video.writers import output_paths

    output_paths(output, num_videos)


def require_version(output: Path) -> None:
    """Raises UserError if no version of an export can be written in a folder."""
    from tf_dyngen.export.versions import next_version

    next_version(output)


def require_page(workdir: Path, path: Path) -> None:
    """Raises UserError if no page of a run can be written there, or there is no run."""
    from tf_dyngen.export import page_checks
    from tf_dyngen.training.run_record import existing_record

    page_checks.require_page(path, existing_record(workdir))


def require_folder(output: Path) -> None:
    """Raises UserError if an output is a file, or is named like one."""
    from tf_dyngen.video.encoding import require_folder_name

    require_folder_name(output)


def require_clips(source: Source) -> None:
    """Raises UserError if files that are named are not there, or the first of them is no clip."""
    from tf_dyngen.config import VideoConfig
    from tf_dyngen.video.clip_paths import expand_clip_paths
    from tf_dyngen.video.files import require_readable
    from tf_dyngen.video.sources import open_collection, require_one_kind

    require_one_kind(source)
    if source.clips:
        for path in expand_clip_paths(source.clips):
            require_readable(path)
        open_collection(source, VideoConfig()).picture_size()


def find_clips(paths: Iterable[str]) -> tuple[list[Path], list[str]]:
    """Returns the clips that paths stand for, each once, and notes of what was passed over.

    Paths are made absolute. Whether files can be read is left to those who read them.

    Raises: UserError if there are none, or as `clip_paths.find_clips` does.
    """
    from tf_dyngen.video import clip_paths

    # Without `..`, so that each has a name of its own.
    found = clip_paths.find_clips([os.path.abspath(path) for path in paths], read_files=False)  # noqa: PTH100
    if not found.clips:
        raise UserError("no clips are given", "name a folder by --folder, or files by --clip")
    return list(dict.fromkeys(found.clips)), found.notes


def require_files(paths: Iterable[str | None], wanted: str) -> None:
    """Raises UserError where a file or folder that is named cannot be read.

    Args:
      paths: None is not named.
      wanted: what they are to be, in words.
    """
    from tf_dyngen.video.files import require_readable

    for path in paths:
        if path is not None:
            require_readable(Path(path), wanted)


def require_picture(path: Path) -> None:
    """Raises UserError if a file is no picture."""
    from tf_dyngen.video.stills import read_still

    read_still(path)
