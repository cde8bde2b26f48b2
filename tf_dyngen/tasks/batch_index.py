"""index.html of a batch: every clip beside its new video, which lie in folders beside the page."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tf_dyngen.page_templates import environment_of
from tf_dyngen.tasks.batch import Made
from tf_dyngen.tasks.batch_record import PAGE
from tf_dyngen.tasks.samples import FOLDER
from tf_dyngen.video.writers import write_atomically

TEMPLATES = Path(__file__).parent / "batch_page"


def write_page(
    output: Path,
    made: Sequence[Made],
    *,
    num_left: int,
    reword: Callable[[str], str] = str,
) -> Path:
    """Writes the page of a batch and returns its path.

    Args:
      output: folder of the batch.
      made: of each clip.
      num_left: how many clips are still to come.
      reword: what commands and reasons are turned into before they are shown.
    Raises: UserError if it cannot be written.
    """
    environment = environment_of(TEMPLATES)
    whole = [
        {
            "name": _text(each.clip.name),
            "observed": _address(each.run / FOLDER / "observed.mp4", output),
            "videos": [_address(path, output) for path in each.videos],
            "command": _text(reword(_command(each.run, each.asked))),
        }
        for each in made
        if each.run is not None and each.asked is not None
    ]
    failed = [_text(reword(str(each.error))) for each in made if each.error is not None]
    template = environment.get_template("index.html.jinja")
    write_atomically(output / PAGE, template.render(made=whole, failed=failed, num_left=num_left))
    return output / PAGE


def _command(run: Path, asked: Mapping[str, Any]) -> str:
    """Returns the command that makes more video like that, with the next seed."""
    run = run.absolute()
    flags = [f"--workdir={run}", f"--output={run.with_name('more.mp4')}"]
    flags.append(f"--seed={asked['seed'] + asked['num_videos']}")
    if asked["variety"] is not None:
        flags.append(f"--variety={asked['variety']:g}")
    flags.append(f"--num_frames={asked['num_frames']}")
    return f"python -m launch.synthesize {shlex.join(flags)}" + " --loop" * asked["loop"]


def _address(path: Path, output: Path) -> str | None:
    """Returns the address of a file, seen from the page; None if it is not there."""
    return quote(os.fsencode(path.relative_to(output))) if path.is_file() else None


def _text(text: str) -> str:
    """Returns text that UTF-8 can hold, as not every file's name is."""
    return os.fsencode(text).decode("utf-8", "replace")
