"""Latents of clips in memory that were not learned."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.interface.videos import Video
from tf_dyngen.messages import say
from tf_dyngen.tasks.infer_files import infer_clips
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import TrainedRun
from tf_dyngen.video.clips import clip_from_frames


class InferredClip(NamedTuple):
    """What was inferred of a clip.

    name: by which `synthesize` takes it. noise: [T, N], initial_state: [S], appearance: [A], all
    float32. reconstruction: [T, H, W, C] uint8. psnr: of it, in dB.
    """

    name: str
    noise: np.ndarray
    initial_state: np.ndarray
    appearance: np.ndarray
    reconstruction: Video
    psnr: float


def infer_frames(
    synthesizer: Synthesizer,
    run: TrainedRun,
    workdir: Path,
    clip: Video,
    *,
    name: str,
    num_chains: int | None,
    num_steps: int | None,
) -> InferredClip:
    """Infers a clip and keeps it in a work directory; UserError if it cannot be kept.

    Args:
      synthesizer, run: of the model, which stands still.
      workdir: where it is kept.
      clip: brought to the size of the run's.
      name: of the clip.
      num_chains, num_steps: see `infer_files`.
    """
    video = run.record.config.video
    size = (video.height, video.width)
    if clip.shape[1:3] != size:
        found = f"{clip.shape[1]}x{clip.shape[2]}"
        say(f"{name} is {found}, brought to {size[0]}x{size[1]} of the model ({video.fit})")
    brought = clip_from_frames(
        np.asarray(clip),
        name=name,
        frame_rate=clip.frame_rate,
        num_frames=None,
        size=size,
        channels=video.channels,
        fit=video.fit,
    )
    (inferred,) = infer_clips(
        synthesizer, run, [brought], workdir, num_chains=num_chains, num_steps=num_steps
    )
    noise, state, appearance = (leaf[0].numpy() for leaf in inferred.latents)
    made = Video(inferred.reconstruction, clip.frame_rate)
    return InferredClip(inferred.path.stem, noise, state, appearance, made, inferred.psnr)
