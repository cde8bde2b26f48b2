"""Inference of what a run was not trained on, with its generator and its likelihood."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.attention_inference import infer_attention
from tf_dyngen.inference.clip_posterior import ClipFit, ClipInference
from tf_dyngen.inference.known_frames import KnownClip, known_clip, spread
from tf_dyngen.messages import say
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.tasks.memory_distance import memory_distance
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import TrainedRun, trained_precision
from tf_dyngen.video.clips import to_model_range
from tf_dyngen.video.display import evenly_spaced

# Of the trained clips and their frames, how many a new one is compared with.
MOST_CLIPS, MOST_FRAMES = 60, 2400
# Off by less, in levels, frames are the memory's own.
COPY = 0.5
# The peak of the range [-1, 1].
PEAK_TO_PEAK = 2.0


class Effort(NamedTuple):
    """How long chains look for a clip: how many, and the Langevin moves of each in a window."""

    num_chains: int
    num_steps: int


class MomentInference:
    """Inference with an attention model, without chains; what `ClipInference` does otherwise.

    Args:
      generator: its memory is compared with clips.
      synthesizer: of the same.
    """

    def __init__(self, generator: AttentionGenerator, synthesizer: Synthesizer):
        layout = generator.layout
        shape = [1, None, layout.height, layout.width, layout.channels]
        self._synthesizer = synthesizer
        self._infer = tf.function(
            lambda frames: infer_attention(generator, frames),
            input_signature=[tf.TensorSpec(shape, tf.float32)],
            autograph=False,
        )

    def num_moves(self, num_frames: int) -> int:
        """Returns how often inferring a clip of that length reports: once."""
        del num_frames
        return 1

    def infer(self, frames: np.ndarray, report: Callable[[], object] = bool) -> ClipFit:
        """Infers the latents of a clip [T, H, W, C] float32 in [-1, 1]; see `ClipInference`."""
        latents = self._infer(frames[None])
        start, error = 0, 0.0
        for made in self._synthesizer.render(latents, len(frames)):
            wanted = frames[start : start + len(made)]
            error += float(np.square(to_model_range(made) - wanted).sum(dtype=np.float64))
            start += len(made)
        report()
        return ClipFit(latents, error / frames.size)


def known_clips(run: TrainedRun) -> list[KnownClip]:
    """Returns the beginnings of clips, evenly spread, that a run has learned and kept chains of.

    None of an attention model, whose memory holds them.
    """
    if not run.chains.rows or isinstance(run.generator, AttentionGenerator):
        return []
    rows = evenly_spaced(len(run.record.clips), MOST_CLIPS)
    records = [run.record.clips[row] for row in rows]
    most = MOST_FRAMES // len(records)
    return [
        known_clip(run.generator, run.chains.of_clip(record.clip_id), min(record.num_frames, most))
        for record in records
    ]


def inference_of(
    run: TrainedRun,
    known: Sequence[KnownClip],
    synthesizer: Synthesizer,
    *,
    num_chains: int,
    num_steps: int,
) -> ClipInference | MomentInference:
    """Returns the inference of clips by a run, in windows as long as those of its training."""
    if isinstance(run.generator, AttentionGenerator):
        return MomentInference(run.generator, synthesizer)
    config = run.record.config
    return ClipInference(
        run.generator,
        known,
        num_chains=num_chains,
        num_steps=num_steps,
        window_length=config.learning.bptt_length,
        precision=trained_precision(run.record),
        seed=config.seed,
    )


def choose_effort(run: TrainedRun, usual: Effort, num_chains: int | None, num_steps: int | None):
    """Returns the effort that is asked for, or else the usual; says where it concerns no chains."""
    asked = [
        flag
        for flag, value in (("--num_chains", num_chains), ("--num_steps", num_steps))
        if value is not None
    ]
    if asked and isinstance(run.generator, AttentionGenerator):
        say(f"no effect of {' and '.join(asked)}: this model finds moments without chains")
    return Effort(num_chains or usual.num_chains, num_steps or usual.num_steps)


def psnr_of(error: float) -> float:
    """Returns the peak signal-to-noise ratio, in dB, of a mean squared error in [-1, 1]."""
    return 10.0 * math.log10(PEAK_TO_PEAK**2 / error) if error else math.inf


def say_how_well(
    what: str, fit: ClipFit, frames: np.ndarray, known: Sequence[KnownClip], run: TrainedRun
) -> None:
    """Says the reconstruction's PSNR, and warns of what is unlike anything that was learned.

    Args:
      what: was inferred, such as "the image".
      fit: of it.
      frames: [T, H, W, C] uint8, as observed.
      known: what the model knows.
      run: of the model.
    """
    off = 127.5 * math.sqrt(fit.error)
    line = f"reconstruction of {what}: PSNR {psnr_of(fit.error):.1f} dB"
    if not isinstance(run.generator, AttentionGenerator):
        say(line)
        usual = 127.5 * math.sqrt(spread(known)) if known else math.inf
        if off > usual:
            say(
                f"WARNING: {what} is far from what the model knows: its reconstruction is off by "
                f"{off:.1f} levels, the frames learned differ from their own mean by {usual:.1f}"
            )
        return
    say(f"{line}, a copy: the model's memory holds these frames" if off < COPY else line)
    distance = memory_distance(
        run.generator, frames, [clip.num_frames for clip in run.record.clips]
    )
    if distance.is_far:
        say(
            f"WARNING: {what} is far from what the model knows: its patches are off by "
            f"{distance.found:.1f} levels from the clip's nearest, those of the clip by "
            f"{distance.usual:.1f} from those of its other moments"
        )
