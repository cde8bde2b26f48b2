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


def wandering_phases(rng, num_frames, periods, wander) -> np.ndarray:
    """Draw phases that advance by 2 pi / period a frame and by a normal step besides.

    Args:
      rng: numpy.random.Generator; used up by the draw.
      num_frames: T.
      periods: [num_channels], in frames.
      wander: Standard deviation of the random phase step, radians per frame; the phase forgets
        itself in 2 / wander^2 frames.
    Returns: [T, num_channels] float64, radians. A longer draw from the same generator state
      begins with the shorter one.
    """
    start = rng.uniform(0.0, 2.0 * np.pi, len(periods))
    steps = wander * rng.standard_normal((num_frames, len(periods)))
    steps += 2.0 * np.pi / np.asarray(periods)
    return start + np.cumsum(steps, axis=0)


def wandering_oscillators(rng, num_frames, periods, wander):
    """Draw oscillators of constant amplitude and drifting phase, stationary from frame 0.

    x = sqrt(2) sin(phase), of `wandering_phases`. The amplitude does not fluctuate, so any
    stretch of a few periods has nearly the same variance, which an Ornstein-Uhlenbeck process
    reaches only over much longer stretches; and the phase forgets itself, so nothing repeats.

    Args:
      rng, num_frames, periods, wander: As in `wandering_phases`.
    Returns: [T, num_channels] float64, mean 0 and standard deviation 1. A longer draw from the
      same generator state begins with the shorter one.
    """
    return np.sqrt(2.0) * np.sin(wandering_phases(rng, num_frames, periods, wander))


def random_telegraph(rng, num_frames, frames_on, frames_off, substeps=4) -> np.ndarray:
    """Draw switches that go on and off at random moments, stationary from frame 0.

    Two-state Markov chains in steps of 1 / `substeps` of a frame; a frame shows the mean of its
    steps, as a camera does whose shutter stays open. The times on and off are exponential.

    Args:
      rng: numpy.random.Generator; used up by the draw.
      num_frames: T.
      frames_on: [num_channels], mean time on in frames, > 1.
      frames_off: [num_channels], mean time off in frames, > 1.
      substeps: Steps per frame.
    Returns: [T, num_channels] float64 in [0, 1], the share of the frame spent on, of mean
      frames_on / (frames_on + frames_off). A longer draw from the same generator state begins
      with the shorter one.
    """
    frames_on, frames_off = np.asarray(frames_on), np.asarray(frames_off)
    start = rng.uniform(size=len(frames_on)) < frames_on / (frames_on + frames_off)
    draws = rng.uniform(size=(num_frames * substeps, len(frames_on)))
    # One draw decides: on, off, or as before. Each of both is the rate of its switch.
    decided_on = draws < 1.0 / (substeps * frames_off)
    decided = decided_on | (draws > 1.0 - 1.0 / (substeps * frames_on))
    decided_on[0] = np.where(decided[0], decided_on[0], start)
    decided[0] = True
    steps = np.arange(len(draws))[:, None]
    latest = np.maximum.accumulate(np.where(decided, steps, 0), axis=0)
    states = np.take_along_axis(decided_on, latest, axis=0)
    return states.reshape(num_frames, substeps, -1).mean(axis=1)
