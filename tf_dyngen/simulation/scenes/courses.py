"""How objects move: where they are and how they hold themselves, frame by frame.

A course is a function of a random generator; a longer one begins with the shorter one. Places are
in frame widths from the left and from the top, times in seconds, ranges (low, high).
"""

from typing import NamedTuple

import numpy as np

from tf_dyngen.simulation import forcing

FRAMES_PER_SECOND = 25.0
DURATION = 4.8  # seconds in which a course is run through


class Course(NamedTuple):
    """The motion of one object; arrays are [T] float64.

    Attributes:
      x: Centre, in frame widths from the left.
      y: Centre, in frame widths from the top.
      angle: How far its front is raised, radians.
      facing: 1 where its front is to the right, -1 where it is to the left.
      phase: Of its own cycle, such as the beat of wings, radians.
      size: Its length in frame widths.
    """

    x: np.ndarray
    y: np.ndarray
    angle: np.ndarray
    facing: np.ndarray
    phase: np.ndarray
    size: float


class _Draws:
    """What every course draws at random: direction, size and slow oscillations."""

    def __init__(self, rng, num_frames, size):
        self.layout, self._motion = rng.spawn(2)
        self.seconds = np.arange(num_frames) / FRAMES_PER_SECOND
        self.direction = self.layout.choice([-1.0, 1.0])
        self.size = float(self.layout.uniform(*size))

    def sway(self, period, wander=0.03):
        """An oscillation of about `period` seconds, [T], standard deviation 1."""
        (rng,) = self._motion.spawn(1)
        periods = [period * FRAMES_PER_SECOND * self.layout.uniform(0.85, 1.15)]
        return forcing.wandering_oscillators(rng, len(self.seconds), periods, wander)[:, 0]

    def cycle(self, rate, wander=0.0):
        """Phase of a cycle run through `rate` times a second, [T] radians."""
        (rng,) = self._motion.spawn(1)
        steps = 2.0 * np.pi * rate / FRAMES_PER_SECOND
        steps = steps + wander * rng.standard_normal(len(self.seconds))
        return self.layout.uniform(0.0, 2.0 * np.pi) + np.cumsum(steps)

    def passes(self, num_passes, span):
        """Runs across the frame, there and back in turn.

        Args:
          num_passes: How many fill DURATION; the last goes on.
          span: Where a run begins and ends, along its direction.
        Returns: (x [T], facing [T], index of the run [T], share of the run done [T]).
        """
        runs = self.seconds * (num_passes / DURATION)
        index = np.minimum(runs.astype(int), num_passes - 1)
        share = runs - index
        facing = self.direction * np.where(index % 2, -1.0, 1.0)
        along = span[0] + (span[1] - span[0]) * share
        return np.where(facing > 0, along, 1.0 - along), facing, index, share


def float_across(rng, num_frames, *, size, height, span, climb, bob, roll, period):
    """Swim or sail from one side to the other, lifted and rolled by waves.

    Args:
      rng: numpy.random.Generator.
      num_frames: T.
      size: Range of lengths.
      height: Range of places from the top, halfway.
      span: Where the run begins and ends, along its direction.
      climb: Largest drift towards the top or the bottom over the run, frame widths.
      bob: Standard deviation of the lift, frame widths.
      roll: Standard deviation of the angle, radians.
      period: Of the waves, seconds.
    Returns: Course; its phase is that of the waves.
    """
    draws = _Draws(rng, num_frames, size)
    x, facing, _, share = draws.passes(1, span)
    drift = draws.layout.uniform(-climb, climb) * (share - 0.5)
    y = draws.layout.uniform(*height) + drift + bob * draws.sway(period)
    angle = roll * draws.sway(period)
    phase = draws.cycle(1.0 / period)
    return Course(x, y, angle, facing, phase, draws.size)


def fly_across(rng, num_frames, *, size, height, span, passes, climb, wave, bank, beat, lift):
    """Fly from one side to the other and, in further passes, back.

    Args:
      rng: numpy.random.Generator.
      num_frames: T.
      size: Range of lengths.
      height: Range of places from the top, halfway.
      span: Where a pass begins and ends, along its direction.
      passes: How many there are in DURATION.
      climb: Largest change of height over a pass, frame widths.
      wave: Standard deviation of slow rising and sinking, frame widths.
      bank: Standard deviation of the angle, radians.
      beat: Range of wing beats a second.
      lift: How far a wing beat lifts the body, frame widths.
    Returns: Course; its phase is that of the wing beat.
    """
    draws = _Draws(rng, num_frames, size)
    x, facing, index, share = draws.passes(passes, span)
    heights = draws.layout.uniform(*height, passes)[index]
    climbs = draws.layout.uniform(-climb, climb, passes)[index]
    phase = draws.cycle(draws.layout.uniform(*beat), wander=0.04)
    # The downstroke lifts: the body is highest a quarter of a beat after it.
    y = heights - climbs * (share - 0.5) + wave * draws.sway(1.8) - lift * np.cos(phase)
    angle = 0.6 * climbs + bank * draws.sway(1.8)
    return Course(x, y, angle, facing, phase, draws.size)


def flutter(rng, num_frames, *, size, height, span, loops, tilt, beat):
    """Flit across in loops, never straight.

    Args:
      rng: numpy.random.Generator.
      num_frames: T.
      size: Range of lengths.
      height: Range of places from the top that the loops are about.
      span: Where the run begins and ends, along its direction.
      loops: Amplitudes across and down, frame widths.
      tilt: Angle at which the body is held, radians.
      beat: Range of wing beats a second.
    Returns: Course; its phase is that of the wing beat.
    """
    draws = _Draws(rng, num_frames, size)
    x, facing, _, _ = draws.passes(1, span)
    x = x + loops[0] / np.sqrt(2.0) * draws.sway(1.7)
    y = draws.layout.uniform(*height) + loops[1] / np.sqrt(2.0) * draws.sway(1.3)
    phase = draws.cycle(draws.layout.uniform(*beat), wander=0.15)
    angle = tilt + 0.15 * draws.sway(0.9)
    return Course(x, y - 0.012 * np.cos(phase), angle, facing, phase, draws.size)


def drift_upright(rng, num_frames, *, size, start, rise, drift, swing):
    """Rise (or, with a negative `rise`, fall) through the frame, carried sideways and swinging.

    Args:
      rng: numpy.random.Generator.
      num_frames: T.
      size: Range of lengths.
      start: Place from the top at the beginning.
      rise: Frame widths risen over DURATION.
      drift: Range of frame widths carried sideways over DURATION.
      swing: Amplitudes of the swing: sideways in frame widths, and of the angle in radians.
    Returns: Course; its phase is that of the swing.
    """
    draws = _Draws(rng, num_frames, size)
    share = draws.seconds / DURATION
    phase = draws.cycle(draws.layout.uniform(0.45, 0.6))
    across = draws.direction * draws.layout.uniform(*drift) * (share - 0.5)
    x = draws.layout.uniform(0.42, 0.58) + across + swing[0] * np.sin(phase)
    # What swings is lifted at either end.
    y = start - rise * share - 0.25 * swing[0] * np.cos(2.0 * phase)
    angle, facing = swing[1] * np.cos(phase), np.full(len(share), draws.direction)
    return Course(x, y, angle, facing, phase, draws.size)


def throw(rng, num_frames, *, size, throws, span, edge, arc, spin):
    """Be thrown to and fro, each time along a parabola.

    Args:
      rng: numpy.random.Generator.
      num_frames: T.
      size: Range of lengths.
      throws: How many there are in DURATION.
      span: Where a throw begins and ends, along its direction.
      edge: Range of places from the top where a throw begins and ends.
      arc: Range of heights of a throw, frame widths.
      spin: Range of turns a second.
    Returns: Course; its phase is the angle turned through.
    """
    draws = _Draws(rng, num_frames, size)
    x, facing, index, share = draws.passes(throws, span)
    edges = draws.layout.uniform(*edge, throws)[index]
    arcs = draws.layout.uniform(*arc, throws)[index]
    y = edges - 4.0 * arcs * share * (1.0 - share)
    phase = draws.cycle(draws.layout.uniform(*spin))
    return Course(x, y, np.zeros(len(x)), facing, phase, draws.size)
