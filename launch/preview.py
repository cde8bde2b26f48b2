"""Look at clips, or at a data set, before learning from them.

  python -m launch.preview --dataset=NAME[/CONFIG][:SPLIT] --output=FILE
  python -m launch.preview --clip=FILE_OR_DIR --output=FILE

--output ends in .png for a contact sheet, a row a clip, or in .mp4, .gif or .npy for a wall of
clips that play at once. Pixels that a mask hides are tinted red.
"""

from absl import flags

from launch import command_line, frame_flags, source_flags

flags.adopt_module_key_flags(source_flags)
_OUTPUT = flags.DEFINE_string("output", None, "what to write: .png, .mp4, .gif or .npy")
_NUM_CLIPS = flags.DEFINE_integer("num_clips", 12, "the most clips to show, evenly spread")
_NUM_FRAMES = flags.DEFINE_integer("num_frames", 60, "the most frames of each")


def main() -> None:
    """Draws what the flags say."""
    command_line.require_positive(_NUM_CLIPS)
    command_line.require_data_dir(source_flags.DATA_DIR)
    output = command_line.required_path(_OUTPUT, "name the file to write")

    from launch import data_sets
    from tf_dyngen import config
    from tf_dyngen.tasks import preview

    changes = {
        "video.height": 0,
        "video.width": 0,
        "video.num_frames": _NUM_FRAMES.value,
        **frame_flags.video_changes(),
    }
    preview.preview(
        source_flags.source(),
        output,
        video=config.override(config.Config(), changes).video,
        num_clips=_NUM_CLIPS.value,
        register=data_sets.register,
    )


if __name__ == "__main__":
    command_line.run(main, __doc__)
