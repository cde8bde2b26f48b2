"""Recover what is hidden of the clips of a trained run, or take out what a mask covers.

  python -m launch.train --workdir=DIR --preset=recovery --clip=FILE --mask=FILE
  python -m launch.recover --workdir=DIR --output=NEW_DIR

The folder then holds recovered.npy and recovered.mp4 (the mean, visible pixels as they are),
std.npy and std.mp4 (the predictive standard deviation, by which pixels may be off), sample.mp4 (a
likely clip, with its detail), side_by_side.mp4, contact_sheet.png and metrics.json; with
--output_size=source also inpainted.mp4, the clip at its own size and rate.

Learning and recovery take the prediction of hidden pixels along the motion for observations, as
sure as --hidden_weight says. With --hidden_weight=0 the mean and the standard deviation are those
of the posterior given the visible pixels alone.
"""

from absl import flags

from launch import command_line, early_checks
from tf_dyngen.errors import UserError

_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a run trained with --mask or --hide")
_OUTPUT = flags.DEFINE_string("output", None, "folder to write; new or empty")
_TRUTH = flags.DEFINE_string(
    "truth",
    None,
    "the clip with nothing hidden, to measure errors by: a file, or `clip` where the mask hides"
    " what the clip shows; with --hide in training it is known",
)
_OUTPUT_SIZE = flags.DEFINE_enum(
    "output_size",
    "training",
    ["training", "source"],
    "source: also blend what was recovered into the clip at its own size and rate",
)
_NUM_SAMPLES = flags.DEFINE_integer("num_samples", 60, "samples of the posterior")
_BURN_IN = flags.DEFINE_integer("burn_in", 20, "samples that are passed over before")
_HIDDEN_WEIGHT = flags.DEFINE_float(
    "hidden_weight",
    None,
    "what the prediction of a hidden pixel counts beside a pixel that is seen; 0 gives the"
    " posterior given the visible pixels alone; as in training if left out",
)


def main() -> None:
    """Recovers as the flags say."""
    command_line.require_positive(_NUM_SAMPLES)
    command_line.require_not_negative(_BURN_IN)
    if _HIDDEN_WEIGHT.value is not None and not 0 <= _HIDDEN_WEIGHT.value <= 1:
        raise UserError(f"--hidden_weight={_HIDDEN_WEIGHT.value:g}", "give a number from 0 to 1")
    workdir = command_line.required_path(_WORKDIR, "name the folder of a trained run")
    output = command_line.required_path(_OUTPUT, "name the folder to write")
    early_checks.require_folder(output)
    early_checks.require_writable(output)
    early_checks.require_run(workdir)

    with command_line.quiet_imports():
        from tf_dyngen.tasks import recover_files

    recover_files.recover_files(
        workdir,
        output,
        truth=_TRUTH.value,
        output_size=_OUTPUT_SIZE.value,
        num_samples=_NUM_SAMPLES.value,
        burn_in=_BURN_IN.value,
        hidden_weight=_HIDDEN_WEIGHT.value,
    )


if __name__ == "__main__":
    command_line.run(main, __doc__)
