"""Learn each clip of a folder, one after the other, and make new video of each.

  python -m launch.batch --folder=FOLDER --output=DIR
  python -m launch.batch --clip=FILE --clip='PATTERN' --output=DIR --minutes=2 --loop

DIR/NAME/run is the work directory of a clip, with which launch.synthesize and others go on,
DIR/NAME/new.mp4 the new video, and DIR/index.html a page that plays each clip beside its new video.
A clip that cannot be learned is named with the reason, and the others are made. Run again, the
command goes on where it stopped and passes over what is done.

Exit status 0 if all clips are made, 2 if some are not.
"""

import signal
from pathlib import Path
from typing import Any

from absl import flags

from launch import command_line, early_checks, frame_flags, json_flag
from tf_dyngen.errors import UserError

flags.adopt_module_key_flags(frame_flags)
flags.adopt_module_key_flags(json_flag)
_FOLDER = flags.DEFINE_multi_string("folder", [], "folder of clips; may be repeated")
_CLIP = flags.DEFINE_multi_string(
    "clip", [], "video file, GIF, folder of numbered pictures, .npy, or a pattern; may be repeated"
)
_OUTPUT = flags.DEFINE_string("output", None, "folder to write")
_PRESET = flags.DEFINE_string(
    "preset", None, "of all clips: texture (the default), texture_linear, texture_paper or smoke"
)
_NUM_FRAMES = flags.DEFINE_integer("num_frames", None, "learn the first so many frames of a clip")
_MINUTES = flags.DEFINE_float("minutes", None, "learn each clip for so many minutes at most")
_NUM_NEW_FRAMES = flags.DEFINE_integer("num_new_frames", 240, "length of a new video")
_NUM_VIDEOS = flags.DEFINE_integer("num_videos", 1, "how many new videos of each clip")
_SEED = flags.DEFINE_integer("seed", 0, "of new video: the same seed gives the same video")
_LOOP = flags.DEFINE_bool("loop", False, "make the last frame lead back to the first")
_VARIETY = flags.DEFINE_float(
    "variety", None, "0 plays the clip on, 1 is as new as can be; 0.5 if not given"
)


def main() -> dict[str, Any]:
    """Makes what the flags say; returns what --json prints."""
    changes = _changes()
    video = _video(changes)
    output = command_line.required_path(_OUTPUT, "name the folder to write")
    early_checks.require_folder(output)
    early_checks.require_workdir(output)
    clips, notes = early_checks.find_clips([*_FOLDER.value, *_CLIP.value])
    _refuse_folder_of_clips(output, clips)

    with command_line.quiet_imports():
        from launch import data_sets
        from tf_dyngen.messages import say
        from tf_dyngen.tasks import batch, batch_index
        from tf_dyngen.training.interruption import StopRequest

    def show(made: list[batch.Made]) -> None:
        num_left = len(clips) - sum(each.clip in clips for each in made)
        batch_index.write_page(output, made, num_left=num_left, reword=command_line.worded)

    for note in notes:
        say(note)
    stopping = StopRequest("stopping after this step; once more stops at once")
    learning = batch.Learning(_PRESET.value, changes, _MINUTES.value, data_sets.register)
    made = batch.make_batch(
        clips, output, learning=learning, video=video, show=show, stopping=stopping
    )
    if stopping.number is not None:
        say(f"{len(made)} of {len(clips)} clips are done; the same command goes on")
        signal.raise_signal(stopping.number)
    return _end(made, clips, output / batch_index.PAGE)


def _changes() -> dict[str, Any]:
    """Returns the settings of learning that the flags name, as "section.key" -> value."""
    from tf_dyngen import presets

    command_line.require_positive(_MINUTES)
    changes = frame_flags.video_changes()
    if _NUM_FRAMES.value is not None:
        changes["video.num_frames"] = _NUM_FRAMES.value
    if (_PRESET.value or "").startswith(presets.FOR_MASKS):
        advice = "give each its mask by launch.train, or take --preset=texture"
        raise UserError(
            f"--preset={_PRESET.value} is for clips of which something is hidden", advice
        )
    return changes


def _video(changes: dict[str, Any]) -> dict[str, Any]:
    """Returns how new video is asked for, after checks against how clips are learned."""
    from tf_dyngen import config, presets

    command_line.require_positive(_NUM_NEW_FRAMES)
    command_line.require_positive(_NUM_VIDEOS)
    command_line.require_seeds(_SEED, _NUM_VIDEOS.value)
    if _LOOP.value and _NUM_NEW_FRAMES.value < 2:
        raise UserError("--loop of --num_new_frames=1", "give at least 2")
    variety = _VARIETY.value
    if variety is not None and not 0 <= variety <= 1:
        raise UserError(f"--variety={variety:g}", "give a number from 0, the clip itself, to 1")
    settings = presets.settle(_PRESET.value, changes)
    if variety is not None and settings.model.parameterisation != config.ATTENTION:
        raise UserError(f"--variety with --preset={_PRESET.value}", "leave one of them out")
    return {
        "num_frames": _NUM_NEW_FRAMES.value,
        "num_videos": _NUM_VIDEOS.value,
        "seed": _SEED.value,
        "loop": _LOOP.value,
        "variety": variety,
    }


def _refuse_folder_of_clips(output: Path, clips: list[Path]) -> None:
    """Raises UserError where what is made would come between the clips."""
    if any(output.resolve() in (clip.parent.resolve(), clip.resolve()) for clip in clips):
        raise UserError(f"--output={output} is where the clips are", "name another folder")


def _end(made: list, clips: list[Path], page: Path) -> dict[str, Any]:
    """Says how a batch ended and returns what --json prints; PartlyDoneError if a clip failed."""
    from tf_dyngen.messages import say

    result = {
        "page": page,
        "clips": [
            {
                "clip": each.clip,
                "run": each.run,
                "videos": each.videos,
                "error": each.error and str(each.error),
            }
            for each in made
        ],
    }
    failed = [each.error.problem for each in made if each.error]
    if failed:
        num_made = len(clips) - len(failed)
        raise command_line.PartlyDoneError(
            f"{num_made} of {len(clips)} clips are made; left out: {'; '.join(failed)}",
            f"mend those and run this again, or see {page}",
            result,
        )
    say(f"{len(clips)} of {len(clips)} clips are made: look at {page}")
    return result


if __name__ == "__main__":
    command_line.run(main, __doc__)
