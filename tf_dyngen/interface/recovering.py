"""Recovery of what is hidden of clips, in memory."""

import contextlib
import copy
import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.config import FRESH
from tf_dyngen.errors import UserError
from tf_dyngen.interface.given_clips import GivenClip, written
from tf_dyngen.interface.videos import Video
from tf_dyngen.tasks.recover import recover_clip
from tf_dyngen.tasks.training_clips import reopen_clips
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.restore import TrainedRun


class Recovered(NamedTuple):
    """A clip whose hidden pixels are inferred.

    video: the posterior mean, visible pixels as they are. std: [T, H, W, C] float32, its standard
    deviation on the scale 0 to 255, 0 where a pixel is visible. sample: a likely clip with its
    detail, which looks alive and is less exact. visible: [T, H, W] bool.
    """

    video: Video
    std: np.ndarray
    sample: Video
    visible: np.ndarray


def recover_learned(
    run: TrainedRun,
    workdir: Path,
    given: Sequence[GivenClip] | None,
    *,
    name: str | None,
    num_samples: int,
    burn_in: int,
) -> Recovered:
    """Recovers one of the clips that a run has learned.

    Args:
      run: stays as it is.
      workdir: of the run.
      given: the clips with what is hidden of them; None where the work directory has them.
      name: of the clip; None is the first of which something is hidden.
      num_samples, burn_in: of the clip's chain.
    Raises: UserError if nothing is hidden, or these are not the clips that were learned.
    """
    if run.record.config.inference.chains == FRESH:
        raise UserError(
            "the model was trained with chains that are not kept, which recovery goes on with",
            'train it with settings={"inference.chains": "persistent"}',
        )
    # The chains of the model stay where they are: the same call gives the same again.
    moved = run._replace(chains=copy.deepcopy(run.chains))
    with _reopened(run, workdir, given) as batches:
        row = _find_row(batches, name)
        recovery = recover_clip(
            moved,
            batches,
            row,
            num_samples=num_samples,
            burn_in=burn_in,
            hidden_weight=run.record.config.inference.hidden_weight,
            report=lambda: None,
        )
    rate = recovery.clip.frame_rate
    return Recovered(
        Video(recovery.frames, rate),
        recovery.std,
        Video(recovery.sample, rate),
        recovery.visible[..., 0],
    )


@contextlib.contextmanager
def _reopened(
    run: TrainedRun, workdir: Path, given: Sequence[GivenClip] | None
) -> Iterator[ClipBatches]:
    """Gives the clips of a run, in its work directory or, if they are given, in another."""
    if given is None:
        if not run.record.source.clips and not run.record.source.dataset:
            advice = "give them: model.recover(clip, visible)"
            raise UserError("the model's file does not hold the clips that were learned", advice)
        yield reopen_clips(run, workdir)
        return
    rate = run.record.clips[0].frame_rate
    with (
        tempfile.TemporaryDirectory(prefix="tf_dyngen-") as folder,
        written(Path(folder), given, rate) as source,
    ):
        record = dataclasses.replace(run.record, source=source)
        try:
            batches = reopen_clips(run._replace(record=record), Path(folder))
        except UserError as error:
            raise UserError(
                f"the clips cannot be those that were learned ({error.problem})",
                "recover what the model was fitted to, or fit another to these",
            ) from error
        yield batches


def _find_row(batches: ClipBatches, name: str | None) -> int:
    names = [record.name for record in batches.store.records]
    masked = [row for row, has_mask in enumerate(batches.store.has_mask) if has_mask]
    if not masked:
        raise UserError("nothing was hidden of what was learned", "fit with mask=")
    if name is None:
        return masked[0]
    found = [row for row in masked if names[row] == name]
    if not found:
        known = ", ".join(names[row] for row in masked)
        raise UserError(f"no clip {name!r} of which something is hidden", f"name one of {known}")
    return found[0]
