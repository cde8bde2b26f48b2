"""Random forcing in time."""

import numpy as np
from scipy import signal


def ornstein_uhlenbeck(rng, num_frames, num_channels, correlation_frames) -> np.ndarray:
    """Draw independent Ornstein-Uhlenbeck processes, one value a frame, stationary from frame 0.

    The exact discretization, x[t+1] = a x[t] + sqrt(1 - a^2) noise with
    a = exp(-1 / correlation_frames) (Gillespie 1996). A longer draw from the same
    generator state begins with the shorter one.

    Args:
      rng: numpy.random.Generator; used up by the draw, so give every process its own.
      num_frames: T.
      num_channels: Number of processes.
      correlation_frames: Correlation time in frames, > 0.
    Returns: [T, num_channels] float64, mean 0 and standard deviation 1.
    """
    keep = np.exp(-1.0 / correlation_frames)
    noise = rng.standard_normal((num_frames, num_channels))
    noise[1:] *= np.sqrt(1.0 - keep**2)
    return signal.lfilter([1.0], [1.0, -keep], noise, axis=0)  # type: ignore[return-value]


def wandering_oscillators(rng, num_frames, periods, wander):
    """Draw oscillators of constant amplitude and drifting phase, stationary from frame 0.

    x = sqrt(2) sin(phase); the phase advances by 2 pi / period a frame and by a normal step
    besides. The amplitude does not fluctuate, so any stretch of a few periods has nearly the
    same variance, which an Ornstein-Uhlenbeck process reaches only over much longer
    stretches; and the phase forgets itself, so nothing repeats.

    Args:
      rng: numpy.random.Generator; used up by the draw.
      num_frames: T.
      periods: [num_channels], in frames.
      wander: Standard deviation of the random phase step, radians per frame; the correlation
        time is 2 / wander^2 frames.
    Returns: [T, num_channels] float64, mean 0 and standard deviation 1. A longer draw from the
      same generator state begins with the shorter one.
    """
    start = rng.uniform(0.0, 2.0 * np.pi, len(periods))
    steps = wander * rng.standard_normal((num_frames, len(periods)))
    steps += 2.0 * np.pi / np.asarray(periods)
    return np.sqrt(2.0) * np.sin(start + np.cumsum(steps, axis=0))
