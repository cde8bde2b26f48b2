"""What a step reports, as plain numbers."""

import dataclasses
import math
from collections.abc import Sequence

from tf_dyngen.training.learner import StepInfo
from tf_dyngen.training.texture_energies import NUM_SINGLE

PEAK_TO_PEAK = 2.0
# Of each figure in TensorBoard.
GROUPS = {
    "mse": "reconstruction",
    "psnr": "reconstruction",
    "log_joint": "inference",
    "latent_std": "inference",
    "truncated_share": "inference",
    "grad_norm": "learning",
    "statistics_distance": "new_video",
    "energy_pull": "new_video",
    "log_variance_ratio": "new_video",
    "log_motion_ratio": "new_video",
    "log_sharpness_ratio": "new_video",
    "log_rhythm_ratio": "new_video",
}


@dataclasses.dataclass(frozen=True)
class Metrics:
    """Figures of one step over its batch.

    step: steps completed. seconds: of training, over all sessions of the run. mse: mean squared
    error of the reconstruction, pixels in [-1, 1]; of the attention model, which holds its clips,
    that of patches explained without the frames around theirs. psnr: in dB. log_joint: mean over
    clips, nats.
    latent_std: root mean square of the inferred noise; 1 if it is distributed as its prior.
    truncated_share: which part of the slopes of Langevin moves was truncated: where it is not
    small, latents are spread wider than their posterior, see `langevin_step`.
    grad_norm: norm of the gradient of the loss by the weights, of all replicas together.

    The rest is None unless `learning.statistics_weight` is positive. It is measured on the new
    frames that the step draws, means over clips. statistics_distance: see `texture_statistics`;
    0 at best, about 2 for a still picture. energy_pull: see `texture_energies`. log_..._ratio:
    natural logarithm of the energy of new frames over the clip's, 0 at best: of the variance over
    time, of the motion from frame to frame, of the differences of neighbouring pixels;
    log_rhythm_ratio: the root mean square over the frequencies in time.
    """

    step: int
    seconds: float
    mse: float
    psnr: float
    log_joint: float
    latent_std: float
    grad_norm: float
    truncated_share: float = 0.0
    statistics_distance: float | None = None
    energy_pull: float | None = None
    log_variance_ratio: float | None = None
    log_motion_ratio: float | None = None
    log_sharpness_ratio: float | None = None
    log_rhythm_ratio: float | None = None

    def known(self) -> dict[str, float]:
        """Returns the figures that there are, by name; without the step."""
        values = dataclasses.asdict(self)
        return {k: v for k, v in values.items() if v is not None and k != "step"}

    def is_finite(self) -> bool:
        """Whether the density and its gradient are numbers."""
        return math.isfinite(self.log_joint) and math.isfinite(self.grad_norm)


def summarize(
    info: StepInfo,
    log_energy_ratios: Sequence[float],
    *,
    step: int,
    seconds: float,
    num_clips: int,
    num_replicas: int,
) -> Metrics:
    """Returns the Metrics of the sums of all replicas.

    Args:
      info: sum of the StepInfos.
      log_energy_ratios: see `log_energy_ratio`, summed over clips; empty where nothing is drawn.
      step, seconds: see `Metrics`.
      num_clips: of the batch.
      num_replicas: of all workers.
    """
    total = {name: float(value) for name, value in info._asdict().items()}
    mse = total["squared_error"] / total["num_values"]
    return Metrics(
        step=step,
        seconds=seconds,
        mse=mse,
        psnr=10.0 * math.log10(PEAK_TO_PEAK**2 / mse) if mse > 0 else math.inf,
        log_joint=total["log_joint"] / num_clips,
        latent_std=math.sqrt(total["squared_noise"] / total["num_noise"]),
        truncated_share=total["truncated_share"] / num_clips,
        grad_norm=math.sqrt(total["squared_gradient"] / num_replicas),
        **_of_new_frames(total, log_energy_ratios, num_clips),
    )


def _of_new_frames(
    total: dict[str, float], log_energy_ratios: Sequence[float], num_clips: int
) -> dict[str, float]:
    """Returns the figures of new frames by name; none where none were drawn."""
    if not len(log_energy_ratios):
        return {}
    ratios = [float(ratio) / num_clips for ratio in log_energy_ratios]
    variance, motion, sharpness = ratios[:NUM_SINGLE]
    rhythm = ratios[NUM_SINGLE:]
    return {
        "statistics_distance": total["statistics_distance"] / num_clips,
        "energy_pull": total["energy_pull"] / num_clips,
        "log_variance_ratio": variance,
        "log_motion_ratio": motion,
        "log_sharpness_ratio": sharpness,
        "log_rhythm_ratio": math.hypot(*rhythm) / math.sqrt(max(1, len(rhythm))),
    }
