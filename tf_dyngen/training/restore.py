"""A trained run read back for use: its generator and the latents of its clips."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tf_dyngen.errors import UserError
from tf_dyngen.inference.chains import Chains
from tf_dyngen.model.generator import Generator, build_generator
from tf_dyngen.training.checkpoint import FOLDER, Checkpoints
from tf_dyngen.training.run_record import RunRecord, load_record


class TrainedRun(NamedTuple):
    """What a work directory holds after training."""

    record: RunRecord
    generator: Generator
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
    generator = build_generator(record.config)
    num_frames = max(clip.num_frames for clip in record.clips)
    chains = Chains([clip.clip_id for clip in record.clips], num_frames, generator.latent_sizes)
    checkpoints = Checkpoints(workdir / FOLDER, generator=generator, chains=chains)
    restored = checkpoints.restore_latest(report)
    if restored is None:
        raise UserError(
            f"the run in {workdir} has no checkpoint yet", "run python -m launch.train again"
        )
    return TrainedRun(record, generator, chains, restored[0])
