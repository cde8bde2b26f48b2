"""A trained run read back for use: its generator and the latents of its clips."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tf_dyngen.config import FRESH
from tf_dyngen.errors import UserError
from tf_dyngen.inference.chains import Chains
from tf_dyngen.model.generator import AnyGenerator, build_generator
from tf_dyngen.training.checkpoint import FOLDER, Checkpoints
from tf_dyngen.training.run_record import RunRecord, load_record
from tf_dyngen.training.start import build_chains


class TrainedRun(NamedTuple):
    """What a work directory holds after training; its chains are empty where none were kept."""

    record: RunRecord
    generator: AnyGenerator
    chains: Chains
    step: int


def load_run(workdir: Path, report: Callable[[str], None]) -> TrainedRun:
    """Restores the newest whole checkpoint of a work directory.

    Args:
      workdir: of a run.
      report: called with a line for every broken checkpoint passed over.
    Raises: UserError if there is no run, or no checkpoint of it that is whole.
    """
    record = load_record(workdir)
    if record is None:
        raise UserError(f"no run in {workdir}", "train one with python -m launch.train")
    run = build_run(record)
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


def build_run(record: RunRecord) -> TrainedRun:
    """Returns a run with all variables made, and none of them restored."""
    num_moments = sum(clip.num_frames for clip in record.clips)
    generator = build_generator(record.config, num_moments)
    kept = () if record.config.inference.chains == FRESH else record.clips
    chains = build_chains(record.config, kept, generator.latent_sizes)
    return TrainedRun(record, generator, chains, step=0)
