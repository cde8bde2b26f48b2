"""Make new video from a trained run: any length, any number of videos, looping if wanted.

  python -m launch.synthesize --workdir=DIR --output=FILE_OR_DIR

--output ends in .mp4, .gif, .npy (uint8 [T, H, W, C]; several videos: [N, T, H, W, C]) or .png (a
contact sheet), or names a folder for numbered pictures. Video number i has the seed --seed + i.

  python -m launch.synthesize --workdir=DIR --output=FILE --variety=0.8
  python -m launch.synthesize --workdir=DIR --output=FILE --speed=0.5 --reverse
  python -m launch.synthesize --workdir=DIR --output=FILE --start_frame=12 --still=MASK
  python -m launch.synthesize --workdir=DIR --output=FILE --start_frame=12 --end_frame=3
  python -m launch.synthesize --workdir=DIR --list_clips
  python -m launch.synthesize --workdir=DIR --output=FILE --appearance=CLIP --motion=OTHER_CLIP
  python -m launch.synthesize --workdir=DIR --output=FILE --grid

A clip is named by its id or its name; those that launch.infer has inferred count as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import flags

from launch import command_line, early_checks, json_flag
from tf_dyngen.errors import UserError

if TYPE_CHECKING:
    from tf_dyngen.tasks.controls import Controls

flags.adopt_module_key_flags(json_flag)
_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run")
_OUTPUT = flags.DEFINE_string("output", None, "what to write: .mp4, .gif, .npy, .png or a folder")
_NUM_FRAMES = flags.DEFINE_integer(
    "num_frames", None, "length of a video; 240, or that of the clip of --motion, if not given"
)
_NUM_VIDEOS = flags.DEFINE_integer("num_videos", 1, "how many videos")
_SEED = flags.DEFINE_integer("seed", 0, "the same seed gives the same video")
_LOOP = flags.DEFINE_bool("loop", False, "make the last frame lead back to the first")
_VARIETY = flags.DEFINE_float(
    "variety", None, "0 plays the clip on, 1 is as new as can be; 0.5 if not given"
)
_SPEED = flags.DEFINE_float(
    "speed",
    1.0,
    "how many times as fast things move, 0.25 to 4, at the same frame rate; what lies between two"
    " frames is made along the motion",
)
_REVERSE = flags.DEFINE_bool("reverse", False, "let time run backwards")
_START_FRAME = flags.DEFINE_integer(
    "start_frame",
    None,
    "go on from this frame of the first clip, counted from 0: preset texture shows the frame itself"
    " first, others what they have learned of it; with --motion, play that clip from this frame on",
)
_END_FRAME = flags.DEFINE_integer(
    "end_frame",
    None,
    "arrive at this frame of the first clip with the last frame, exactly; for preset texture",
)
_STILL = flags.DEFINE_string(
    "still",
    None,
    "a mask of what stands still while the rest moves: a picture, a folder of them, a video, .npy"
    " or .mat, not black where it does",
)
_APPEARANCE = flags.DEFINE_string(
    "appearance",
    None,
    "a clip's, by its id or name; FIRST:SECOND:0.5, between two clips'; or random, drawn by --seed"
    " (the default, unless --motion names a clip)",
)
_MOTION = flags.DEFINE_string(
    "motion", None, "play this clip's motion; after its last frame go on with new motion"
)
_GRID = flags.DEFINE_bool(
    "grid",
    False,
    "every appearance in every motion, beside the clips themselves; --appearance and --motion may"
    " each list several, separated by commas",
)
_OUTPUT_SIZE = flags.DEFINE_string(
    "output_size",
    None,
    "resample what is written: source, 2x, 720 (the shorter side) or HEIGHTxWIDTH",
)
_LIST_CLIPS = flags.DEFINE_bool("list_clips", False, "print the ids and names of the clips")


def main() -> dict[str, Any] | None:
    """Synthesizes as the flags say; returns what --json prints."""
    command_line.require_positive(_NUM_FRAMES)
    command_line.require_positive(_NUM_VIDEOS)
    command_line.require_seeds(_SEED, _NUM_VIDEOS.value)
    _refuse_together(_LOOP, _MOTION, _GRID)
    workdir = command_line.required_path(_WORKDIR, "name the folder of a trained run")
    early_checks.require_run(workdir)
    if _LIST_CLIPS.value:
        with command_line.quiet_imports():
            from tf_dyngen.tasks import clip_catalogue

        clips = clip_catalogue.list_clips(workdir)
        if command_line.json_is_wanted():
            return {"clips": [entry.describe() for entry in clips.entries]}
        print("\n".join(clips.lines()))
        return None
    output = command_line.required_path(_OUTPUT, "name the file or folder to write")
    early_checks.require_writable(output, _NUM_VIDEOS.value)
    early_checks.require_files([_STILL.value], "a mask")
    common = {
        "num_frames": _NUM_FRAMES.value,
        "seed": _SEED.value,
        "appearance": _APPEARANCE.value,
        "motion": _MOTION.value,
    }
    if _GRID.value:
        return _write_grid(workdir, output, common)
    controls = _controls(workdir)
    with command_line.quiet_imports():
        from tf_dyngen.tasks import synthesize_files

    files = synthesize_files.synthesize_files(
        workdir,
        output,
        num_videos=_NUM_VIDEOS.value,
        loop=_LOOP.value,
        variety=_VARIETY.value,
        output_size=_OUTPUT_SIZE.value,
        controls=controls,
        **common,
    )
    return {"files": files, "seeds": [_SEED.value + i for i in range(_NUM_VIDEOS.value)]}


def _controls(workdir: Path) -> Controls:
    from tf_dyngen.tasks.controls import Controls

    still = None if _STILL.value is None else Path(_STILL.value)
    start, end = _START_FRAME.value, _END_FRAME.value
    controls = Controls(_SPEED.value, _REVERSE.value, start, still, end)
    asked = {"loop": _LOOP.value, "has_motion": _MOTION.value is not None}
    early_checks.require_controls(workdir, controls, **asked)
    return controls


def _write_grid(workdir: Path, output: Path, common: dict[str, Any]) -> dict[str, Any]:
    if _NUM_VIDEOS.value > 1:
        raise UserError("--grid with --num_videos", "a grid is one video, leave one out")
    if _VARIETY.value is not None:
        raise UserError("--grid with --variety", "a grid is of models without it, leave one out")
    if _OUTPUT_SIZE.value is not None:
        raise UserError("--grid with --output_size", "a grid has a size of its own, leave it out")
    for flag in (_SPEED, _REVERSE, _START_FRAME, _END_FRAME, _STILL):
        if flag.value != flag.default:
            advice = "a grid shows clips as they were learned, leave one out"
            raise UserError(f"--grid with --{flag.name}", advice)
    with command_line.quiet_imports():
        from tf_dyngen.tasks import appearance_grid

    appearance_grid.write_grid(workdir, output, **common)
    return {"files": [output]}


def _refuse_together(loop: flags.FlagHolder, *others: flags.FlagHolder) -> None:
    for other in others:
        if loop.value and other.value:
            raise UserError(
                f"--{loop.name} with --{other.name}",
                "a clip's motion does not lead back to its start; leave one of them out",
            )


if __name__ == "__main__":
    command_line.run(main, __doc__)
