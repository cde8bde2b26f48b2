"""What a step reports, as plain numbers."""

import dataclasses
import math

from tf_dyngen.training.learner import StepInfo

PEAK_TO_PEAK = 2.0


@dataclasses.dataclass(frozen=True)
class Metrics:
    """Figures of one step over its batch.

    step: steps completed. seconds: of training, over all sessions of the run. mse: mean squared
    error of the reconstruction, pixels in [-1, 1]. psnr: in dB. log_joint: mean over clips, nats.
    latent_std: root mean square of the inferred noise; 1 if it is distributed as its prior.
    grad_norm: norm of the gradient of the loss by the weights.
    """

    step: int
    seconds: float
    mse: float
    psnr: float
    log_joint: float
    latent_std: float
    grad_norm: float

    def is_finite(self) -> bool:
        """Whether the density and its gradient are numbers."""
        return math.isfinite(self.log_joint) and math.isfinite(self.grad_norm)


def summarize(
    info: StepInfo, *, step: int, seconds: float, num_clips: int, num_replicas: int
) -> Metrics:
    """Returns the Metrics of the sum of all replicas' StepInfos."""
    total = {name: float(value) for name, value in info._asdict().items()}
    mse = total["squared_error"] / total["num_values"]
    return Metrics(
        step=step,
        seconds=seconds,
        mse=mse,
        psnr=10.0 * math.log10(PEAK_TO_PEAK**2 / mse) if mse > 0 else math.inf,
        log_joint=total["log_joint"] / num_clips,
        latent_std=math.sqrt(total["squared_noise"] / total["num_noise"]),
        grad_norm=math.sqrt(total["squared_gradient"] / num_replicas),
    )
