"""What `launch.evaluate` writes: metrics.json and report.html."""

import importlib.metadata
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tf_dyngen
from tf_dyngen import config as configs
from tf_dyngen.errors import UserError
from tf_dyngen.evaluation.frechet import FeatureExtractor
from tf_dyngen.evaluation.metrics import WINDOW
from tf_dyngen.evaluation.report import render, to_json
from tf_dyngen.tasks.evaluate import (
    MOST_BASELINE_FRAMES,
    NUM_DRIFT_FRAMES,
    Assessor,
    OpenedRun,
    Request,
    open_run,
)
from tf_dyngen.tasks.evaluation_progress import Progress
from tf_dyngen.tasks.evaluation_report import Evaluation, to_report, to_values
from tf_dyngen.tasks.new_video_judging import judged_steps
from tf_dyngen.tasks.real_frames import RealFrames, find_real_frames, most_held_out
from tf_dyngen.training.reports import read_metrics
from tf_dyngen.training.run_record import PACKAGES
from tf_dyngen.video.clips import clip_name, read_clip
from tf_dyngen.video.encoding import require_folder_name
from tf_dyngen.video.writers import write_atomically

METRICS_FILE, REPORT_FILE = "metrics.json", "report.html"
# States of linear dynamic textures, where no run says how many it has.
DEFAULT_COMPONENTS = 40
FEWEST_DRIFT_WINDOWS = 4
# Of the values in METRICS_FILE, what the caller is told.
TOLD = ("clip", "held_out", "verdicts", "figures", "seconds")


def evaluate_files(
    output: Path,
    *,
    workdirs: Sequence[Path] = (),
    videos: Sequence[Path] = (),
    reference: Path | None = None,
    clip: str | None = None,
    num_videos: int = 10,
    num_frames: int = 240,
    seed: int = 0,
    drift_frames: int = NUM_DRIFT_FRAMES,
    feature_model: Path | None = None,
    register: Callable[[str], None],
    progress: Progress,
) -> dict[str, Any]:
    """Judges runs and videos beside real frames and baselines, and writes a report.

    Args:
      output: folder; metrics.json and report.html in it are replaced.
      workdirs: of runs; real frames are those of the first one's clip.
      videos: generated videos. Without a run they are judged beside the reference alone, whose
        first WINDOW frames then stand for learned ones.
      reference: a clip of real frames, see `find_real_frames`.
      clip: id or name of a trained clip; None is the first.
      num_videos: syntheses of each run, with the seeds seed, seed + 1, ...
      num_frames: of each.
      seed: of the first.
      drift_frames: of one long synthesis of each run.
      feature_model: SavedModel of a network of the user's, for more figures.
      register: makes a data set's builder known to TFDS by its name.
      progress: is told what is done.
    Returns: paths of what was written, verdicts and figures, as plain values.
    Raises: UserError for anything the user can put right; nothing is written then.
    """
    started = time.perf_counter()
    require_folder_name(output)
    runs = _name_apart([_open(workdir, clip, progress) for workdir in workdirs])
    real = _find_real(runs, videos, reference, register)
    _check_lengths(min(WINDOW, len(real.training)), num_frames, drift_frames)
    given = _name_videos(videos, real)
    progress.say(f"{len(real.training)} learned frames of {real.name}; held out: {real.origin}")
    extractor = FeatureExtractor(feature_model) if feature_model else None
    num_components = runs[0].run.record.config.model.noise_size if runs else DEFAULT_COMPONENTS
    assessor = Assessor(real, num_components, extractor, progress=progress)
    request = Request(num_frames, num_videos, seed, drift_frames)
    evaluation = _judge(assessor, runs, workdirs, given, request)
    seconds = round(time.perf_counter() - started, 1)
    # First what took minutes to find, then the page.
    values = to_json({**to_values(evaluation), "seconds": seconds})
    write_atomically(output / METRICS_FILE, values)
    progress.say("drawing the page")
    write_atomically(output / REPORT_FILE, render(to_report(evaluation)))
    progress.say(f"wrote {output / REPORT_FILE} and {METRICS_FILE} after {seconds:.0f} s")
    told = json.loads(values)
    return {
        "report": output / REPORT_FILE,
        "metrics": output / METRICS_FILE,
        **{name: told[name] for name in TOLD},
    }


def _open(workdir: Path, clip: str | None, progress: Progress) -> OpenedRun:
    progress.say(f"opening {workdir}")
    return open_run(workdir, clip, progress.say)


def _judge(
    assessor: Assessor,
    runs: Sequence[OpenedRun],
    workdirs: Sequence[Path],
    given: Mapping[str, Path],
    request: Request,
) -> Evaluation:
    """Judges everything and says what it is about."""
    assessments = [assessor.assess_run(opened, request) for opened in runs]
    if given:
        assessments.append(assessor.assess_videos(given))
    histories = {
        opened.name: read_metrics(workdir) for opened, workdir in zip(runs, workdirs, strict=True)
    }
    return Evaluation(
        assessor.real,
        assessor.judge.window,
        assessments,
        assessor.assess_baselines(request.num_frames),
        histories=histories,
        fidelity={name: judged_steps(lines) for name, lines in histories.items()},
        notes=_notes(runs, assessor.real, request),
        request=request._asdict(),
        settings=configs.flatten(runs[0].run.record.config) if runs else {},
        versions=_versions(),
    )


def _find_real(
    runs: Sequence[OpenedRun],
    videos: Sequence[Path],
    reference: Path | None,
    register: Callable[[str], None],
) -> RealFrames:
    """Returns the real frames of the first run's clip, or of the reference for videos alone."""
    if runs:
        first = runs[0]
        _check_sizes(runs)
        return find_real_frames(
            first.catalogue, first.run.record, first.entry, reference=reference, register=register
        )
    if reference is None or not videos:
        raise UserError(
            "there is nothing to evaluate", "give --workdir, or --video and --reference"
        )
    _, height, width, channels = read_clip(videos[0], num_frames=2, size=None).frames.shape
    most = WINDOW + most_held_out(height, width, channels)
    whole = read_clip(reference, num_frames=most, size=(height, width), channels=channels)
    if len(whole.frames) < 2 * WINDOW:
        raise UserError(
            f"the reference {reference} holds {len(whole.frames)} frames",
            f"give one of {2 * WINDOW} or more",
        )
    learned, held_out = whole.frames[:WINDOW], whole.frames[WINDOW:]
    origin = f"{len(held_out)} frames of {reference.name}, after the first {WINDOW}"
    return RealFrames(whole.name, learned, held_out, origin, whole.frame_rate)


def _check_lengths(window: int, num_frames: int, drift_frames: int) -> None:
    if num_frames < window:
        raise UserError(f"--num_frames={num_frames}", f"give {window} or more")
    if drift_frames < FEWEST_DRIFT_WINDOWS * window:
        least = FEWEST_DRIFT_WINDOWS * window
        raise UserError(f"--drift_frames={drift_frames}", f"give {least} or more")


def _check_sizes(runs: Sequence[OpenedRun]) -> None:
    """Raises UserError if runs cannot be judged beside the same frames."""
    first = runs[0].run.record.config.video
    for opened in runs[1:]:
        video = opened.run.record.config.video
        if (video.height, video.width, video.channels) != (
            first.height,
            first.width,
            first.channels,
        ):
            raise UserError(
                f"{opened.name} makes frames of {video.height}x{video.width}x{video.channels}, "
                f"{runs[0].name} of {first.height}x{first.width}x{first.channels}",
                "compare runs of one size",
            )


def _name_videos(videos: Sequence[Path], real: RealFrames) -> dict[str, Path]:
    """Returns given videos by names that differ; UserError if one is too short to be judged."""
    found: dict[str, Path] = {}
    _, height, width, channels = real.training.shape
    window = min(WINDOW, len(real.training))
    for path in videos:
        clip = read_clip(path, num_frames=window, size=(height, width), channels=channels)
        if len(clip.frames) < window:
            raise UserError(
                f"{path} holds {len(clip.frames)} frames", f"give a video of {window} or more"
            )
        name = clip_name(path)
        found[name if name not in found else str(path)] = path
    return found


def _name_apart(runs: list[OpenedRun]) -> list[OpenedRun]:
    """Numbers runs whose folders have the same name."""
    names = [opened.name for opened in runs]
    return [
        opened if names.count(opened.name) == 1 else opened._replace(name=f"{opened.name} {number}")
        for number, opened in enumerate(runs, start=1)
    ]


def _notes(runs: Sequence[OpenedRun], real: RealFrames, request: Request) -> list[str]:
    """Returns what a reader must know to trust the figures."""
    notes = []
    if real.held_out is None:
        notes.append(
            "There are no held-out frames: videos are judged beside the learned frames themselves, "
            "which a copy of them does best at. Give --reference=FILE, a clip with more of the "
            "same."
        )
    if request.num_frames > MOST_BASELINE_FRAMES:
        notes.append(f"Videos of baselines have {MOST_BASELINE_FRAMES} frames.")
    for opened in runs:
        record = opened.run.record
        if record.source.mask:
            notes.append(
                f"{opened.name} was trained with hidden pixels: in the learned frames, predictions "
                "stand in their place, and are judged as if they were real; in the held-out frames "
                "nothing is hidden. launch.recover measures what was recovered."
            )
        if len(record.clips) > 1:
            notes.append(
                f"{opened.name} has learned {len(record.clips)} clips; judged is "
                f"{opened.entry.record.name}, --clip chooses another."
            )
        if opened.entry.record.clip_id != runs[0].entry.record.clip_id:
            notes.append(f"{opened.name} has learned other frames than {runs[0].name}.")
    return notes


def _versions() -> dict[str, str]:
    return {
        "tf_dyngen": tf_dyngen.__version__,
        **{name: importlib.metadata.version(name) for name in PACKAGES},
        "scikit-image": importlib.metadata.version("scikit-image"),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {platform.system()}",
    }
