"""New video judged while a run trains, at a low rate."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.judging import Judge
from tf_dyngen.inference.chains import Chains
from tf_dyngen.tasks.real_frames import RealFrames
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.reports import Judging

# Windows of a video; the first is left out.
NUM_WINDOWS = 4


def judging_of(
    real: RealFrames,
    *,
    clip_id: str,
    synthesizer: Synthesizer,
    chains: Chains | None,
    every: int,
    seed: int,
) -> Judging:
    """Returns how to judge new video of a clip every so many steps.

    Args:
      real: frames to judge by.
      clip_id: of their clip, whose appearance the videos have.
      synthesizer: makes frames with the current weights.
      chains: hold the clip's latents; None where none are kept.
      every: steps.
      seed: of the video, the same each time, so that steps can be compared.
    """
    judge = Judge(real.training, real.held_out)

    def new_video() -> Iterator[np.ndarray]:
        appearance = chains.of_clip(clip_id).appearance[0] if chains is not None else None
        return synthesizer.synthesize(
            num_frames=NUM_WINDOWS * judge.window, seed=seed, appearance=appearance
        )

    groups = {name: figure.group for name, figure in FIGURES.items()}
    return Judging(lambda: judge.quick(new_video()), every, groups)


def judged_steps(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Returns the step and the figures of new video of those lines of metrics.jsonl that have any.

    Args:
      lines: objects of metrics.jsonl.
    """
    found = [{name: line[name] for name in FIGURES if name in line} for line in lines]
    return [
        {"step": line["step"], **figures}
        for line, figures in zip(lines, found, strict=True)
        if figures
    ]
