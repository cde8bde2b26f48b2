"""Infer the latents of clips that a run was not trained on, with the model held still.

  python -m launch.infer --workdir=DIR --clip=FILE

WORKDIR/inferred/NAME.npz then holds the noise, initial state and appearance of each, and NAME.mp4
the clip beside its reconstruction. The flags --appearance and --motion of launch.synthesize take
their names.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import flags

from launch import command_line, early_checks, json_flag

if TYPE_CHECKING:
    from tf_dyngen.video.sources import Source

flags.adopt_module_key_flags(json_flag)
_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run")
_CLIP = flags.DEFINE_multi_string(
    "clip", [], "video file, GIF, folder of numbered pictures, .npy, or a pattern; may be repeated"
)
_DATASET = flags.DEFINE_string("dataset", None, "TFDS data set: NAME[/CONFIG][:SPLIT]")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "folder of TFDS data sets")
_NUM_CHAINS = flags.DEFINE_integer(
    "num_chains",
    None,
    "chains that look for each clip at once; 4 if not given",
    lower_bound=1,
    upper_bound=1000,
)
_NUM_STEPS = flags.DEFINE_integer(
    "num_steps",
    None,
    "Langevin steps of each chain; 200 if not given",
    lower_bound=1,
    upper_bound=10_000,
)


def main() -> dict[str, Any]:
    """Infers as the flags say; returns what --json prints."""
    command_line.require_data_dir(_DATA_DIR)
    workdir = command_line.required_path(_WORKDIR, "name the folder of a trained run")
    source = _source()
    early_checks.require_run(workdir)
    early_checks.require_clips(source)

    with command_line.quiet_imports():
        from launch import data_sets
        from tf_dyngen.tasks import infer_files

    inferred = infer_files.infer_files(
        workdir,
        source,
        num_chains=_NUM_CHAINS.value,
        num_steps=_NUM_STEPS.value,
        register=data_sets.register,
    )
    return {
        "inferred": [
            {"name": each.path.stem, "file": each.path, "psnr": each.psnr} for each in inferred
        ]
    }


def _source() -> Source:
    from tf_dyngen.video.sources import Source

    clips = tuple(str(Path(path)) for path in _CLIP.value)
    return Source(clips, _DATASET.value, _DATA_DIR.value)


if __name__ == "__main__":
    command_line.run(main, __doc__)
