"""Export a trained run for serving: a SavedModel that runs without this software.

  python -m launch.export --workdir=DIR --output=DIR
  python -m launch.export --workdir=DIR --html=FILE.html

The next version (1, 2, ...) goes into a folder of its own under --output, as TensorFlow Serving
wants it. assets.extra/README.md in there tells the signatures and their shapes.

--html writes a page instead, of a model of the default preset: one file that plays new video
without end in a browser, from disk, without a network.
"""

from pathlib import Path

from absl import flags

from launch import command_line, early_checks
from tf_dyngen.errors import UserError

_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run")
_OUTPUT = flags.DEFINE_string("output", None, "folder of the versions")
_HALF = flags.DEFINE_bool(
    "half",
    False,
    "save weights as float16: half the size; models that keep the clip in memory stay as they are",
)
_HTML = flags.DEFINE_string(
    "html", None, "page to write instead: one file, as page.html, that plays new video in a browser"
)


def main() -> None:
    """Exports as the flags say."""
    workdir = command_line.required_path(_WORKDIR, "name the folder of a trained run")
    if _HTML.value:
        _export_page(workdir, Path(_HTML.value))
    else:
        _export_saved_model(workdir)


def _export_page(workdir: Path, path: Path) -> None:
    if _OUTPUT.value:
        raise UserError(f"--html={path} with --output", "give one of them: a page, or a SavedModel")
    if _HALF.value:
        raise UserError(f"--html={path} with --half", "leave --half out, pages have no use for it")
    early_checks.require_page(workdir, path)

    with command_line.quiet_imports():
        from tf_dyngen.export import player_page

    player_page.export_page(workdir, path)


def _export_saved_model(workdir: Path) -> None:
    advice = "name the folder of the versions, or a page with --html=FILE.html"
    output = command_line.required_path(_OUTPUT, advice)
    early_checks.require_version(output)
    early_checks.require_run(workdir)

    with command_line.quiet_imports():
        from tf_dyngen.export import saved_model

    saved_model.export(workdir, output, half=_HALF.value)


if __name__ == "__main__":
    command_line.run(main, __doc__)
