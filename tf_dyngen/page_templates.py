"""Templates of pages: what is filled in is escaped, and what is not given is an error."""

from pathlib import Path

import jinja2


def environment_of(folder: Path) -> jinja2.Environment:
    """Returns what fills in the templates of a folder."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
