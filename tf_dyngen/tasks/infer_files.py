"""What `launch.infer` writes: latents of clips that a run was not trained on."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.model.latents import Latents
from tf_dyngen.tasks.infer import (
    Effort,
    choose_effort,
    inference_of,
    known_clips,
    psnr_of,
    say_how_well,
)
from tf_dyngen.tasks.inferred_clips import FOLDER, file_name, save_inferred
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.clips import Clip, to_model_range
from tf_dyngen.video.sources import Source, open_collection, read_with_progress
from tf_dyngen.video.writers import output_paths

USUAL_EFFORT = Effort(num_chains=4, num_steps=200)


class Inferred(NamedTuple):
    """An inferred clip: its file; latents, leaves [1, ...]; its reconstruction, and how good it is.

    reconstruction: [T, H, W, C] uint8. psnr: in dB.
    """

    path: Path
    latents: Latents
    reconstruction: np.ndarray
    psnr: float


def infer_files(
    workdir: Path,
    source: Source,
    *,
    num_chains: int | None = None,
    num_steps: int | None = None,
    register: Callable[[str], None],
) -> list[Inferred]:
    """Infers the latents of clips and keeps them in WORKDIR/inferred, by the clips' names.

    Args:
      workdir: of a trained run.
      source: of the clips, which are read as those of training were.
      num_chains, num_steps: of the inference, see `ClipInference`; None are the usual ones.
      register: makes a data set's builder known to TFDS by its name.
    Returns: what was inferred, in the clips' order.
    Raises: UserError if there is no trained run, or a clip cannot be read or written.
    """
    run = load_run(workdir, say)
    if source.dataset:
        register(source.dataset)
    collection = open_collection(source, run.record.config.video)
    clips = list(read_with_progress(collection, np.arange(len(collection))))
    return infer_clips(
        Synthesizer(run.generator), run, clips, workdir, num_chains=num_chains, num_steps=num_steps
    )


def infer_clips(
    synthesizer: Synthesizer,
    run: TrainedRun,
    clips: Sequence[Clip],
    workdir: Path,
    *,
    num_chains: int | None = None,
    num_steps: int | None = None,
) -> list[Inferred]:
    """Does so for clips that have been read, at the size of the run's."""
    _check_names(workdir, clips)
    effort = choose_effort(run, USUAL_EFFORT, num_chains, num_steps)
    known = known_clips(run)
    inference = inference_of(run, known, synthesizer, **effort._asdict())
    inferred = []
    num_moves = sum(inference.num_moves(len(clip.frames)) for clip in clips)
    with progress_bar(total=num_moves, unit="step") as bar:
        for clip in clips:
            fit = inference.infer(to_model_range(clip.frames), report=bar.update)
            say_how_well(clip.name, fit, clip.frames, known, run)
            made = np.concatenate([*synthesizer.render(fit.latents, len(clip.frames))])
            path = save_inferred(workdir, clip, fit.latents, run.step, made)
            inferred.append(Inferred(path, fit.latents, made, psnr_of(fit.error)))
            say(
                f"wrote {path}; new video: python -m launch.synthesize --workdir={workdir} "
                f"--motion={FOLDER}/{path.stem}"
            )
    return inferred


def _check_names(workdir: Path, clips: Sequence[Clip]) -> None:
    """Raises UserError, before any work is done, where clips cannot be kept by their names."""
    seen: dict[str, str] = {}
    for clip in clips:
        name = file_name(clip.name)
        if name in seen:
            raise UserError(
                f"two clips, {seen[name]!r} and {clip.name!r}, would both be kept as {name!r}",
                "give one of them another name",
            )
        seen[name] = clip.name
        output_paths(workdir / FOLDER / f"{name}.mp4", 1)
