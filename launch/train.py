"""Learn a moving texture, or the actions of many clips, from video.

  python -m launch.train --workdir=DIR --clip=FILE

Without --clip and --dataset the embedded clip is made and learned. Run again with the same
--workdir, the command goes on where it stopped. The folder then holds config.json, checkpoints/,
metrics.jsonl, tensorboard/ and samples/ (observed, reconstruction, synthesis, contact sheet).
"""

from typing import Any

from absl import flags

from launch import command_line, early_checks, frame_flags, json_flag, source_flags

EMBEDDED = "procedural_textures/fire_64:train[:1]"

flags.adopt_module_key_flags(source_flags)
flags.adopt_module_key_flags(json_flag)
_WORKDIR = flags.DEFINE_string("workdir", None, "folder of the run; made if it is not there")
_PRESET = flags.DEFINE_string(
    "preset",
    None,
    "texture (the default), action, recovery, inpainting, each of these with _paper after it, or"
    " smoke",
)
_NUM_FRAMES = flags.DEFINE_integer("num_frames", None, "learn the first so many frames")
_STEPS = flags.DEFINE_integer("steps", None, "train up to this step")
_MINUTES = flags.DEFINE_float("minutes", None, "stop cleanly after so many minutes of training")
_SEED = flags.DEFINE_integer("seed", None, "names all random numbers of the run")
_EVALUATE_EVERY = flags.DEFINE_integer(
    "evaluate_every",
    None,
    "judge new video beside real frames every so many steps; its figures go to metrics.jsonl and"
    " TensorBoard",
)
_STRATEGY = flags.DEFINE_enum(
    "strategy",
    "auto",
    ["auto", "one_device", "mirrored", "multi_worker"],
    "where to compute; auto takes all GPUs there are, else the CPU; multi_worker the machines that"
    " the variable TF_CONFIG names, on each of which the same command is run",
)
_WAIT_MINUTES = flags.DEFINE_float(
    "wait_minutes", 10.0, "how long to wait for the other machines when training starts"
)
_SET = flags.DEFINE_multi_string("set", [], "KEY=VALUE, any setting, as learning.batch_size=2")


def main() -> dict[str, Any]:
    """Trains as the flags say; returns what --json prints."""
    command_line.require_positive(_MINUTES)
    command_line.require_positive(_WAIT_MINUTES)
    command_line.require_data_dir(source_flags.DATA_DIR)
    workdir = command_line.required_path(_WORKDIR, "name the folder the run lives in")
    changes = _changes()
    source = source_flags.source()
    early_checks.require_workdir(workdir)
    early_checks.require_settings(workdir, _PRESET.value, changes)
    if source.clips:
        early_checks.require_clips(source)

    with command_line.quiet_imports():
        from launch import data_sets
        from tf_dyngen.tasks import train
        from tf_dyngen.tasks.session import Session
        from tf_dyngen.training.interruption import StopRequest
        from tf_dyngen.video.sources import Source

    ended = train.train(
        workdir,
        preset=_PRESET.value,
        changes=changes,
        source=source,
        embedded=Source(dataset=EMBEDDED, data_dir=source_flags.DATA_DIR.value),
        register=data_sets.register,
        session=Session(
            strategy=_STRATEGY.value,
            max_seconds=60.0 * _MINUTES.value if _MINUTES.value else float("inf"),
            wait_seconds=60.0 * _WAIT_MINUTES.value,
            stopping=StopRequest("stopping after this step; once more stops at once"),
        ),
    )
    return {"workdir": workdir, **ended._asdict()}


def _changes() -> dict:
    """Returns the settings that the flags name, as "section.key" -> value."""
    named = {
        "video.num_frames": _NUM_FRAMES.value,
        "learning.steps": _STEPS.value,
        "output.evaluate_every": _EVALUATE_EVERY.value,
        "seed": _SEED.value,
    }
    changes = {key: value for key, value in named.items() if value is not None}
    return changes | frame_flags.video_changes() | command_line.parse_settings(_SET)


if __name__ == "__main__":
    command_line.run(main, __doc__)
