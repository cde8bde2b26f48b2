"""Hidden pixels of a trained run's clips: their mean, and how far from it they may be.

By default the target is the posterior given the visible pixels and the prediction of the hidden
ones along the motion, which counts as an observation (`inference.hidden_weight`). With
`hidden_weight` 0 it is the posterior given the visible pixels alone.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.config import Config
from tf_dyngen.filling.motion import MotionFill, fill_along_motion
from tf_dyngen.inference.draws import clip_key
from tf_dyngen.inference.posterior import likelihood_precision
from tf_dyngen.inference.preconditioning import Linearization, linearize
from tf_dyngen.inference.sampling import FrameMoments, PosteriorSampler, Window
from tf_dyngen.model.density import Evidence
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.preconditioner import FollowingPreconditioner
from tf_dyngen.training.restore import TrainedRun
from tf_dyngen.video.clips import Clip, to_model_range, to_uint8

LEVELS = 127.5


class Recovery(NamedTuple):
    """What is known of a clip once its hidden pixels are inferred.

    clip: as it was learned, predictions where it is hidden.
    visible: [T, H, W, 1] bool.
    frames: [T, H, W, C] uint8, the posterior mean; visible pixels as they are.
    std: [T, H, W, C] float32 on the scale 0 to 255, the predictive standard deviation, see
      `_predictive_std`; 0 at visible pixels.
    sample: [T, H, W, C] uint8, the mean with what it misses at other times: it looks alive, and is
      less exact.
    predicted: the prediction along the local motion, and where its errors were drawn from.
    moments: of the generator's frames, and how the chain went.
    """

    clip: Clip
    visible: np.ndarray
    frames: np.ndarray
    std: np.ndarray
    sample: np.ndarray
    predicted: MotionFill
    moments: FrameMoments


def recover_clip(
    run: TrainedRun,
    batches: ClipBatches,
    row: int,
    *,
    num_samples: int,
    burn_in: int,
    hidden_weight: float,
    report: Callable[[], object],
) -> Recovery:
    """Continues a clip's chain with the weights held still and takes moments over its samples.

    Args:
      run: its chains move.
      batches: of the run's clips.
      row: of the clip.
      num_samples, burn_in, report: see `PosteriorSampler.moments`.
      hidden_weight: what a predicted pixel counts beside one that is seen.
    """
    config = run.record.config
    clip = batches.store.read(row)
    visible = np.ones_like(clip.frames[..., :1], bool) if clip.visible is None else clip.visible
    precision = likelihood_precision(config.inference, batches.num_terms)
    sampler = PosteriorSampler(
        run.generator,
        run.chains,
        row=row,
        clip_key=clip_key(clip.clip_id),
        windows=_windows(run, batches, row, precision, hidden_weight),
        precision=precision,
        config=config.inference,
        seed=config.seed,
    )
    moments = sampler.moments(
        num_samples=num_samples, burn_in=burn_in, first_step=run.step, report=report
    )
    filled = fill_along_motion(clip.frames, visible[..., 0])
    frames = np.where(visible, clip.frames, to_uint8(moments.mean))
    # Of a target that predictions have no part in, their errors say nothing.
    least = filled.error_std if hidden_weight else np.zeros_like(filled.error_std)
    std = _predictive_std(moments, clip.frames, visible, least)
    sample = np.clip(np.rint(frames + filled.errors), 0, 255).astype(np.uint8)
    return Recovery(clip, visible, frames, std, sample, filled, moments)


def _windows(
    run: TrainedRun, batches: ClipBatches, row: int, precision: float, weight: float
) -> list[Window]:
    config: Config = run.record.config
    preconditioner = None
    if config.inference.precondition_every:
        preconditioner = FollowingPreconditioner(
            run.generator.latent_sizes,
            batches.evidence_shares_of(row, weight),
            precision=precision,
            every=len(batches.starts_of(row)),
        )
    windows = []
    for number, start in enumerate(batches.starts_of(row)):
        _, batch = batches.windows_of(np.array([row], np.int32), np.array([number]))
        present = np.arange(batches.window_length)[None] < batch.num_frames[:, None]
        evidence = Evidence(
            tf.constant(to_model_range(batch.frames)),
            tf.constant(batch.visible.astype(bool)),
            weight,
            tf.constant(present) if batches.is_padded else None,
        )
        roots = None
        if preconditioner is not None:
            roots = preconditioner.roots(number, number, lambda: _linearization(run, batches, row))
        windows.append(Window(start, start + int(batch.strides[0]), evidence, roots))
    return windows


def _linearization(run: TrainedRun, batches: ClipBatches, row: int) -> Linearization:
    """Returns that of the clip's first window."""
    visit, batch = batches.windows_of(np.array([row], np.int32), np.array([0]))
    latents = run.chains.gather(visit, batches.window_length)
    return tf.function(
        lambda values: linearize(run.generator, values, num_frames=batch.num_frames),
        autograph=False,
    )(latents)


def _predictive_std(
    moments: FrameMoments, frames: np.ndarray, visible: np.ndarray, error_std: np.ndarray
) -> np.ndarray:
    """Returns by how much hidden pixels may be off, [T, H, W, C] on the scale 0 to 255.

    It is the standard deviation of pixels, not of the posterior of the generator's frames: to
    their variance comes that of the observation noise, as the visible pixels show it. The sigma of
    the settings tempers learning, and says little of how far frames and pixels are apart. A
    prediction that bridges the same gap with some error where the truth is seen will be no better
    where it is hidden: that error is the least that is stated.
    """
    seen = np.broadcast_to(visible, frames.shape)
    residual = moments.mean[seen] - to_model_range(frames)[seen]
    noise = np.square(residual).mean() + moments.variance[seen].mean()
    model = LEVELS * np.sqrt(moments.variance + noise)
    found = np.nan_to_num(error_std, nan=np.nanmax(error_std, initial=0.0))[..., None]
    return np.where(visible, 0.0, np.maximum(model, found)).astype(np.float32)
