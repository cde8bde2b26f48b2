"""Judge a trained run: beside real frames, linear dynamic textures, video textures and others.

  python -m launch.evaluate --workdir=DIR --output=FOLDER
  python -m launch.evaluate --workdir=DIR --output=FOLDER --compare=OTHER_DIR,THIRD_DIR
  python -m launch.evaluate --video=FILE --reference=FILE --output=FOLDER

FOLDER then holds report.html, to be opened in a browser, and metrics.json. Real frames that were
not learned are the later ones of the run's clip, or those of --reference.
"""

from pathlib import Path
from typing import Any

from absl import flags

from launch import command_line, early_checks, json_flag

flags.adopt_module_key_flags(json_flag)
_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run")
_OUTPUT = flags.DEFINE_string("output", None, "folder to write")
_COMPARE = flags.DEFINE_list("compare", [], "folders of other runs, judged beside the same frames")
_VIDEO = flags.DEFINE_multi_string("video", [], "a video made by anything; may be repeated")
_REFERENCE = flags.DEFINE_string(
    "reference", None, "a clip of real frames of the same kind; learned ones in it are left out"
)
_CLIP = flags.DEFINE_string(
    "clip", None, "id or name of the trained clip to judge by; the first if not given"
)
_NUM_VIDEOS = flags.DEFINE_integer("num_videos", 10, "syntheses of each run")
_NUM_FRAMES = flags.DEFINE_integer("num_frames", 240, "length of each")
_DRIFT_FRAMES = flags.DEFINE_integer(
    "drift_frames", 3000, "length of one more synthesis, judged window by window"
)
_SEED = flags.DEFINE_integer("seed", 0, "of the first synthesis; the next ones follow")
_FEATURE_MODEL = flags.DEFINE_string(
    "feature_model",
    None,
    "SavedModel of a network of yours, for more figures: its serving_default takes [N, T, H, W, 3]"
    " from -1 to 1 and gives features",
)


def main() -> dict[str, Any]:
    """Evaluates as the flags say; returns what --json prints."""
    command_line.require_positive(_NUM_VIDEOS)
    command_line.require_positive(_NUM_FRAMES)
    command_line.require_positive(_DRIFT_FRAMES)
    command_line.require_seeds(_SEED, _NUM_VIDEOS.value)
    output = command_line.required_path(_OUTPUT, "name the folder to write")
    workdirs = [path for path in (_WORKDIR.value, *_COMPARE.value) if path]
    early_checks.require_folder(output)
    for workdir in workdirs:
        early_checks.require_run(Path(workdir))
    early_checks.require_files([*_VIDEO.value, _REFERENCE.value], "a video")
    early_checks.require_files([_FEATURE_MODEL.value], "a SavedModel")

    from launch import data_sets
    from tf_dyngen.tasks.evaluation_progress import Progress

    with Progress() as progress:
        with command_line.quiet_imports():
            from tf_dyngen.tasks import evaluate_files

        return evaluate_files.evaluate_files(
            output,
            workdirs=[Path(path) for path in workdirs],
            videos=[Path(path) for path in _VIDEO.value],
            reference=Path(_REFERENCE.value) if _REFERENCE.value else None,
            clip=_CLIP.value,
            num_videos=_NUM_VIDEOS.value,
            num_frames=_NUM_FRAMES.value,
            seed=_SEED.value,
            drift_frames=_DRIFT_FRAMES.value,
            feature_model=Path(_FEATURE_MODEL.value) if _FEATURE_MODEL.value else None,
            register=data_sets.register,
            progress=progress,
        )


if __name__ == "__main__":
    command_line.run(main, __doc__)
