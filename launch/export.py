"""Export a trained run for serving: a SavedModel that runs without this software.

  python -m launch.export --workdir=DIR --output=DIR

The next version (1, 2, ...) goes into a folder of its own under --output, as TensorFlow Serving
wants it. assets.extra/README.md in there tells the signatures and their shapes.
"""

from absl import flags

from launch import command_line, early_checks

_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run")
_OUTPUT = flags.DEFINE_string("output", None, "folder of the versions")
_HALF = flags.DEFINE_bool(
    "half",
    False,
    "save weights as float16: half the size; models that keep the clip in memory stay as they are",
)


def main() -> None:
    """Exports as the flags say."""
    workdir = command_line.required_path(_WORKDIR, "name the folder of a trained run")
    output = command_line.required_path(_OUTPUT, "name the folder of the versions")
    early_checks.require_version(output)
    early_checks.require_run(workdir)

    with command_line.quiet_imports():
        from tf_dyngen.export import saved_model

    saved_model.export(workdir, output, half=_HALF.value)


if __name__ == "__main__":
    command_line.run(main, __doc__)
