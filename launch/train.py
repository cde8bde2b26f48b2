"""Learn a moving texture from video.

  python -m launch.train --workdir=DIR --clip=FILE

Without --clip and --dataset the embedded clip is made and learned. Run again with the same
--workdir, the command goes on where it stopped. The folder then holds config.json, checkpoints/,
metrics.jsonl, tensorboard/ and samples/ (observed, reconstruction, synthesis, contact sheet).
"""

from pathlib import Path

from absl import flags

from launch import command_line

EMBEDDED = "procedural_textures/fire_64:train[:1]"

_WORKDIR = flags.DEFINE_string("workdir", None, "folder of the run; made if it is not there")
_PRESET = flags.DEFINE_string("preset", None, "texture (the default), texture_paper or smoke")
_CLIP = flags.DEFINE_multi_string(
    "clip", [], "video file, GIF, folder of numbered pictures, .npy, or a pattern; may be repeated"
)
_DATASET = flags.DEFINE_string("dataset", None, "TFDS data set: NAME[/CONFIG][:SPLIT]")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "folder of TFDS data sets")
_NUM_FRAMES = flags.DEFINE_integer("num_frames", None, "learn the first so many frames")
_SIZE = flags.DEFINE_string("size", None, "frame size in pixels: 64, or HEIGHTxWIDTH")
_STEPS = flags.DEFINE_integer("steps", None, "train up to this step")
_MINUTES = flags.DEFINE_float("minutes", None, "stop cleanly after so many minutes of training")
_SEED = flags.DEFINE_integer("seed", None, "names all random numbers of the run")
_STRATEGY = flags.DEFINE_enum(
    "strategy",
    "auto",
    ["auto", "one_device", "mirrored"],
    "where to compute; auto takes all GPUs there are, else the CPU",
)
_SET = flags.DEFINE_multi_string("set", [], "KEY=VALUE, any setting, as learning.batch_size=2")


def main() -> None:
    """Trains as the flags say."""
    command_line.require_positive(_MINUTES)
    workdir = command_line.required_path(_WORKDIR, "name the folder the run lives in")
    changes = _changes()
    # Kept in config.json, from where they must be found from any folder.
    clips = tuple(str(Path(path).absolute()) for path in _CLIP.value)

    from tf_dyngen.tasks import train
    from tf_dyngen.video.sources import Source

    if not _CLIP.value:
        # TFDS knows a builder by its name once its module is imported.
        import datasets.procedural_textures.procedural_textures_dataset_builder  # noqa: F401

    train.train(
        workdir,
        preset=_PRESET.value,
        changes=changes,
        source=Source(clips, _DATASET.value, _DATA_DIR.value),
        embedded=Source(dataset=EMBEDDED, data_dir=_DATA_DIR.value),
        strategy=_STRATEGY.value,
        max_seconds=60.0 * _MINUTES.value if _MINUTES.value else float("inf"),
    )


def _changes() -> dict:
    """Returns the settings that the flags name, as "section.key" -> value."""
    named = {
        "video.num_frames": _NUM_FRAMES.value,
        "learning.steps": _STEPS.value,
        "seed": _SEED.value,
    }
    changes = {key: value for key, value in named.items() if value is not None}
    if _SIZE.value is not None:
        height, width = command_line.parse_size(_SIZE)
        changes |= {"video.height": height, "video.width": width}
    return changes | command_line.parse_settings(_SET)


if __name__ == "__main__":
    command_line.run(main, __doc__)
