"""Make new video from a trained run: any length, any number of videos, looping if wanted.

  python -m launch.synthesize --workdir=DIR --output=FILE_OR_DIR

--output ends in .mp4, .gif, .npy (uint8 [T, H, W, C]; several videos: [N, T, H, W, C]) or .png (a
contact sheet), or names a folder for numbered pictures. Video number i has the seed --seed + i.
"""

from absl import flags

from launch import command_line

_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run")
_OUTPUT = flags.DEFINE_string("output", None, "what to write: .mp4, .gif, .npy, .png or a folder")
_NUM_FRAMES = flags.DEFINE_integer("num_frames", 240, "length of a video")
_NUM_VIDEOS = flags.DEFINE_integer("num_videos", 1, "how many videos")
_SEED = flags.DEFINE_integer("seed", 0, "the same seed gives the same video")
_LOOP = flags.DEFINE_bool("loop", False, "make the last frame lead back to the first")


def main() -> None:
    """Synthesizes as the flags say."""
    command_line.require_positive(_NUM_FRAMES)
    command_line.require_positive(_NUM_VIDEOS)
    command_line.require_seeds(_SEED, _NUM_VIDEOS.value)
    workdir = command_line.required_path(_WORKDIR, "name the folder of a trained run")
    output = command_line.required_path(_OUTPUT, "name the file or folder to write")

    from tf_dyngen.tasks import synthesize_files

    synthesize_files.synthesize_files(
        workdir,
        output,
        num_frames=_NUM_FRAMES.value,
        num_videos=_NUM_VIDEOS.value,
        seed=_SEED.value,
        loop=_LOOP.value,
    )


if __name__ == "__main__":
    command_line.run(main, __doc__)
