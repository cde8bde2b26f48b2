"""What `launch.infer` writes: latents of clips that a run was not trained on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.tasks.infer import Effort, choose_effort, inference_of, known_clips, say_how_well
from tf_dyngen.tasks.inferred_clips import FOLDER, file_name, save_inferred
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import load_run
from tf_dyngen.video.clips import Clip, to_model_range
from tf_dyngen.video.sources import Source, open_collection, read_with_progress
from tf_dyngen.video.writers import output_paths

USUAL_EFFORT = Effort(num_chains=4, num_steps=200)


def infer_files(
    workdir: Path,
    source: Source,
    *,
    num_chains: int | None = None,
    num_steps: int | None = None,
    register: Callable[[str], None],
) -> None:
    """Infers the latents of clips and keeps them in WORKDIR/inferred, by the clips' names.

    Args:
      workdir: of a trained run.
      source: of the clips, which are read as those of training were.
      num_chains, num_steps: of the inference, see `ClipInference`; None are the usual ones.
      register: makes a data set's builder known to TFDS by its name.
    Raises: UserError if there is no trained run, or a clip cannot be read or written.
    """
    run = load_run(workdir, say)
    if source.dataset:
        register(source.dataset)
    collection = open_collection(source, run.record.config.video)
    clips = list(read_with_progress(collection, np.arange(len(collection))))
    _check_names(workdir, clips)
    effort = choose_effort(run, USUAL_EFFORT, num_chains, num_steps)
    known, synthesizer = known_clips(run), Synthesizer(run.generator)
    inference = inference_of(run, known, **effort._asdict())
    num_moves = sum(inference.num_moves(len(clip.frames)) for clip in clips)
    with progress_bar(total=num_moves, unit="step") as bar:
        for clip in clips:
            fit = inference.infer(to_model_range(clip.frames), report=bar.update)
            say_how_well(clip.name, fit, clip.frames, known, run)
            pieces = synthesizer.render(fit.latents, len(clip.frames))
            path = save_inferred(workdir, clip, fit.latents, run.step, np.concatenate([*pieces]))
            say(
                f"wrote {path}; new video: python -m launch.synthesize --workdir={workdir} "
                f"--motion={FOLDER}/{path.stem}"
            )


def _check_names(workdir: Path, clips: list[Clip]) -> None:
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
