"""How animals move: footfalls and joint angles in time, the same for every body and coat."""

import dataclasses
from typing import NamedTuple

import numpy as np
from scipy import interpolate

FRAMES_PER_SECOND = 25.0
FEET = ("hind_near", "hind_far", "fore_near", "fore_far")
SIDES = ("near", "far")
# Relative spread of stride length, clearance, bounce and swing between variations of one gait.
SPREAD = 0.08


@dataclasses.dataclass(frozen=True)
class Gait:
    """What sets a gait apart. Lengths are in leg lengths (`anatomy.Body.step`), angles in
    radians, phases in strides.

    Attributes:
      touchdown: Phase at which each of `FEET` meets the ground.
      duty: Share of the stride for which a foot stays on the ground.
      stride: Ground covered in one stride.
      frames: Shortest and longest stride period, in frames at 25 a second.
      clearance: Height of a hind and of a fore toe in the middle of its swing.
      rise: Mean height of the hips and shoulders over standing, and the amplitude of their
        bounce, positive where they are highest over the planted foot.
      bounces: Bounces of each girdle in a stride.
      fold: Largest roll of a hind and of a fore foot in its swing.
      spine: Amplitude of the bending of the back.
      nod: Amplitude of the neck.
      lean: Forward lean of an upright trunk, and its amplitude.
      arm: Amplitude of the arms; elbow: how far they are bent.
      tail: How far the tail is lifted, and its amplitude.
    """

    touchdown: tuple[float, float, float, float]
    duty: float
    stride: float
    frames: tuple[float, float]
    clearance: tuple[float, float]
    rise: tuple[float, float]
    bounces: int
    fold: tuple[float, float]
    spine: float
    nod: float
    lean: tuple[float, float]
    arm: float
    elbow: float
    tail: tuple[float, float]


# Hildebrand (1965): a walk of lateral sequence, each fore foot a quarter of a stride after the
# hind foot of its side; a trot, in which diagonal feet fall together; a transverse gallop, in
# which the two hind feet and then the two fore feet fall in quick succession. On two legs the
# same phases are a walk, a run and a skipping hop.
GAITS = {
    "walk": Gait(
        touchdown=(0.0, 0.5, 0.25, 0.75),
        duty=0.64,
        stride=1.20,
        frames=(21.0, 26.0),
        clearance=(0.12, 0.16),
        rise=(-0.012, 0.022),
        bounces=2,
        fold=(0.70, 0.95),
        spine=0.0,
        nod=0.06,
        lean=(0.03, 0.01),
        arm=0.45,
        elbow=0.25,
        tail=(0.0, 0.14),
    ),
    "run": Gait(
        touchdown=(0.0, 0.5, 0.5, 0.0),
        duty=0.36,
        stride=2.10,
        frames=(14.0, 17.0),
        clearance=(0.27, 0.31),
        rise=(-0.01, -0.045),
        bounces=2,
        fold=(1.20, 1.35),
        spine=0.0,
        nod=0.03,
        lean=(0.18, 0.03),
        arm=0.75,
        elbow=1.30,
        tail=(0.25, 0.12),
    ),
    "bound": Gait(
        touchdown=(0.0, 0.12, 0.46, 0.58),
        duty=0.28,
        stride=2.90,
        frames=(11.0, 13.0),
        clearance=(0.30, 0.34),
        rise=(-0.015, -0.065),
        bounces=1,
        fold=(1.25, 1.40),
        spine=0.16,
        nod=0.10,
        lean=(0.16, 0.10),
        arm=0.60,
        elbow=1.00,
        tail=(0.40, 0.22),
    ),
}


@dataclasses.dataclass(frozen=True)
class Motion:
    """One way of going: a gait with its own tempo and amplitudes.

    Attributes:
      gait: A key of `GAITS`.
      stride_frames: Stride period in frames.
      start: Phase at frame 0, in [0, 1).
      reach, lift, bounce, swing: Factors near 1 of the stride length, the clearance, the bounce
        and the angles of back, neck, arms and tail.
    """

    gait: str
    stride_frames: float
    start: float
    reach: float
    lift: float
    bounce: float
    swing: float


class Pose(NamedTuple):
    """A motion in time; lengths in leg lengths, angles in radians, counter-clockwise for an
    animal that faces right. Feet are in the order of `FEET`, girdles are hips and shoulders.
    """

    planted: np.ndarray  # [T, 4] bool, whether the foot is on the ground
    forward: np.ndarray  # [T, 4], toe ahead of where it stands at rest, seen by the camera
    height: np.ndarray  # [T, 4], toe above the ground
    roll: np.ndarray  # [T, 4], turn of the foot about its toe, from standing
    curl: np.ndarray  # [T, 4], turn of the toes, from flat on the ground
    rise: np.ndarray  # [T, 2], girdle above where it stands at rest
    surge: np.ndarray  # [T, 2], girdle ahead of where it stands at rest
    turns: dict[str, np.ndarray]  # [T] each: spine, lean, neck, head, tail, tip, arms, elbows
    travelled: np.ndarray  # [T], ground covered since frame 0


def draw_motion(gait, variation):
    """Draw the tempo and the amplitudes of one motion.

    Args:
      gait: A key of `GAITS`.
      variation: Non-negative int, the seed.
    Returns: Motion.
    """
    rng = np.random.default_rng([list(GAITS).index(gait), variation])
    factors = 1.0 + SPREAD * rng.uniform(-1.0, 1.0, 4)
    return Motion(gait, rng.uniform(*GAITS[gait].frames), rng.uniform(), *factors)


def pose(motion, num_frames):
    """Pose of a motion in every frame; it depends on no body and no coat.

    A planted toe moves back as fast as the ground does and stays at height 0.

    Args:
      motion: Motion.
      num_frames: T >= 1.
    Returns: Pose.
    """
    gait = GAITS[motion.gait]
    strides = motion.start + np.arange(num_frames) / motion.stride_frames
    stride = gait.stride * motion.reach
    local = (strides[:, None] - np.asarray(gait.touchdown)) % 1.0
    planted = local < gait.duty
    swing = np.clip((local - gait.duty) / (1.0 - gait.duty), 0.0, 1.0)
    clearance = motion.lift * np.repeat(gait.clearance, 2)
    middles = np.reshape(gait.touchdown, (2, 2)).mean(axis=1) + 0.5 * gait.duty
    beat = np.cos(2.0 * np.pi * gait.bounces * (strides[:, None] - middles))
    bend = -motion.swing * gait.spine * np.cos(2.0 * np.pi * (strides - middles.mean()))
    return Pose(
        planted=planted,
        forward=np.where(planted, stride * (0.5 * gait.duty - local), _swing(swing, gait, stride)),
        height=clearance * np.sin(np.pi * swing**0.8) ** 1.5,
        roll=-np.concatenate([_roll(local[:, i : i + 2], gait, i // 2) for i in (0, 2)], axis=1),
        curl=-_knots(local, gait.duty, (0.0, 0.0, 0.0, 0.5 * gait.fold[1], 0.1)),
        rise=gait.rise[0] + gait.rise[1] * motion.bounce * beat,
        surge=0.35 * bend[:, None] * np.array([1.0, -1.0]),
        turns=_turns(motion, gait, strides, bend),
        travelled=stride * (strides - motion.start),
    )


def _swing(share, gait, stride):
    """Forward place of a toe in the air, from lift-off (share 0) to touchdown (share 1).

    The cubic that leaves the ground, and meets it, at the ground's own speed.
    """
    end = 0.5 * gait.duty * stride
    slope = -stride * (1.0 - gait.duty)
    cubic = share**2 * (3.0 - 2.0 * share)
    return end * (2.0 * cubic - 1.0) + slope * share * (1.0 - share) * (1.0 - 2.0 * share)


def _roll(local, gait, girdle):
    """Forward turn of the feet of one girdle (0 hind, 1 fore), by phase since touchdown."""
    landing, leaving = ((-0.16, 0.45), (-0.26, 0.36))[girdle]
    return _knots(local, gait.duty, (landing, 0.0, leaving, gait.fold[girdle], 0.05))


def _knots(local, duty, values):
    """Periodic curve through values at touchdown, half stance, lift-off, early and late swing."""
    swing = 1.0 - duty
    places = np.array([0.0, 0.5 * duty, duty, duty + 0.38 * swing, duty + 0.78 * swing])
    # One period on either side makes the monotone cubic periodic as well.
    curve = interpolate.PchipInterpolator(
        np.concatenate([places - 1.0, places, places + 1.0]), np.tile(values, 3)
    )
    return curve(local)


def _turns(motion, gait, strides, bend):
    """Angles of everything but the legs, {name: [T]}."""
    size = motion.swing

    def wave(cycles, phase):
        return np.cos(2.0 * np.pi * cycles * (strides - phase))

    fore_middle = np.mean(gait.touchdown[2:]) + 0.5 * gait.duty
    neck = -size * gait.nod * wave(gait.bounces, fore_middle + 0.1)
    turns = {
        "spine": bend,
        "lean": -gait.lean[0] - size * gait.lean[1] * wave(gait.bounces, 0.5 * gait.duty),
        "neck": neck,
        "head": -0.6 * neck,
        "tail": -gait.tail[0] - size * gait.tail[1] * wave(gait.bounces, 0.3),
        "tip": -0.3 * gait.tail[0] - size * gait.tail[1] * wave(gait.bounces, 0.5),
    }
    for side, other in enumerate((1, 0)):
        # An arm is ahead when the leg of the other side is: at that leg's touchdown.
        swing = size * wave(1, gait.touchdown[other] - 0.05)
        turns[f"arm_{SIDES[side]}"] = gait.arm * swing
        turns[f"elbow_{SIDES[side]}"] = gait.elbow * (1.0 + 0.25 * swing)
    return turns
