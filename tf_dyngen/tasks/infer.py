"""Inference of what a run was not trained on, with its generator and its likelihood."""

import sys
from collections.abc import Sequence

import numpy as np

from tf_dyngen.inference.clip_posterior import ClipFit, ClipInference
from tf_dyngen.inference.known_frames import KnownClip, known_clip, spread
from tf_dyngen.inference.posterior import likelihood_precision
from tf_dyngen.training.restore import TrainedRun
from tf_dyngen.video.display import evenly_spaced

# Of the trained clips and their frames, how many a new one is compared with.
MOST_CLIPS, MOST_FRAMES = 60, 2400


def known_clips(run: TrainedRun) -> list[KnownClip]:
    """Returns the beginnings of clips, evenly spread, that a run has learned and kept chains of."""
    if not run.chains.rows:
        return []
    rows = evenly_spaced(len(run.record.clips), MOST_CLIPS)
    records = [run.record.clips[row] for row in rows]
    most = MOST_FRAMES // len(records)
    return [
        known_clip(run.generator, run.chains.of_clip(record.clip_id), min(record.num_frames, most))
        for record in records
    ]


def inference_of(
    run: TrainedRun, known: Sequence[KnownClip], *, num_chains: int, num_steps: int
) -> ClipInference:
    """Returns the inference of clips by a run, in windows as long as those of its training."""
    config = run.record.config
    return ClipInference(
        run.generator,
        known,
        num_chains=num_chains,
        num_steps=num_steps,
        window_length=config.learning.bptt_length,
        precision=likelihood_precision(config.inference, 1),
        seed=config.seed,
    )


def say_how_well(what: str, fit: ClipFit, known: Sequence[KnownClip]) -> None:
    """Says the reconstruction's PSNR, and warns where a mean frame would be as good.

    Args:
      what: was inferred, such as "the image".
      fit: of it.
      known: what the model knows.
    """
    # The peak of the range [-1, 1] is 2.
    _say(f"reconstruction of {what}: PSNR {10 * np.log10(4 / fit.error):.1f} dB")
    usual = spread(known) if known else np.inf
    if fit.error > usual:
        off, usual = (127.5 * error**0.5 for error in (fit.error, usual))
        _say(
            f"WARNING: {what} is far from what the model knows: its reconstruction is off by "
            f"{off:.1f} levels, the frames learned differ from their own mean by {usual:.1f}"
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
