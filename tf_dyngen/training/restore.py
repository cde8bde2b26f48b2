"""A trained run read back for use: its generator and the latents of its clips."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tf_dyngen.config import FRESH
from tf_dyngen.errors import UserError
from tf_dyngen.inference.chains import Chains
from tf_dyngen.inference.posterior import likelihood_precision
from tf_dyngen.model.generator import AnyGenerator, build_generator
from tf_dyngen.training.batches import frames_of_a_batch
from tf_dyngen.training.checkpoint import FOLDER, Checkpoints
from tf_dyngen.training.run_record import RunRecord, existing_record
from tf_dyngen.training.start import build_chains


class TrainedRun(NamedTuple):
    """What a work directory holds after training; its chains are empty where none were kept."""

    record: RunRecord
    generator: AnyGenerator
    chains: Chains
    step: int


def load_run(
    workdir: Path, report: Callable[[str], None], *, with_chains: bool = True
) -> TrainedRun:
    """Restores the newest whole checkpoint of a work directory.

    Args:
      workdir: of a run.
      report: called with a line for every broken checkpoint passed over.
      with_chains: whether to read the latents of its clips; of a million they take gigabytes.
    Raises: UserError if there is no run, or no checkpoint of it that is whole.
    """
    record = existing_record(workdir)
    run = build_run(record, with_chains=with_chains)
    restored = Checkpoints(
        workdir / FOLDER, chains=run.chains if run.chains.rows else None, generator=run.generator
    ).restore_latest(report)
    if restored is None:
        raise UserError(
            f"the run in {workdir} has no checkpoint yet", "run python -m launch.train again"
        )
    if restored.new_clips:
        run.chains.start_from_prior(record.config.seed, restored.new_clips)
    return run._replace(step=restored.step)


def build_run(record: RunRecord, *, with_chains: bool = True) -> TrainedRun:
    """Returns a run with all variables made, and none of them restored; see `load_run`."""
    num_moments = sum(clip.num_frames for clip in record.clips)
    generator = build_generator(record.config, num_moments)
    is_kept = with_chains and record.config.inference.chains != FRESH
    kept = record.clips if is_kept else ()
    chains = build_chains(record.config, kept, generator.latent_sizes)
    return TrainedRun(record, generator, chains, step=0)


def trained_precision(record: RunRecord) -> float:
    """Returns 1 / sigma^2 of the likelihood that a run was trained with.

    Where it is the mean over all that is visible, clips count as visible as a whole: the record
    does not say how much of them is.
    """
    config, video = record.config, record.config.video
    lengths = [clip.num_frames for clip in record.clips]
    num_terms = frames_of_a_batch(
        lengths,
        min(config.learning.batch_size, len(lengths)),
        min(config.learning.bptt_length, max(lengths)),
    )
    if record.source.mask:
        num_terms *= math.prod((video.height, video.width, video.channels))
    return likelihood_precision(config.inference, num_terms)
