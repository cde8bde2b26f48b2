"""What a body consists of: bones that turn, limbs that reach the ground, and flesh on them."""

import dataclasses
from typing import NamedTuple

# Lengths are hundredths of the frame's width. The animal faces right, x runs right from the
# left edge of the frame and y up from the ground under the near feet.


class Part(NamedTuple):
    """A piece of flesh: a capsule that tapers from one disc to another, each on a bone.

    Attributes:
      start_bone, end_bone: Names of bones.
      start, end: (x, y, radius) of the discs, in the standing animal.
      material: "coat", or a key of `coats.MATERIALS`.
      layer: "body", or "front" for what lies on the body with an edge of its own; the parts of
        a limb are a layer by themselves.
    """

    start_bone: str
    start: tuple[float, float, float]
    end_bone: str
    end: tuple[float, float, float]
    material: str = "coat"
    layer: str = "body"


class Joint(NamedTuple):
    """Where a bone turns against another.

    Attributes:
      bone: Name of the bone that turns, a name in `gaits.Pose.turns`.
      parent: Bone that it hangs on.
      pivot: (x, y) in the standing animal.
      gain: Factor of the turn.
      follow: Share of the parent's own turn that it goes along with.
    """

    bone: str
    parent: str
    pivot: tuple[float, float]
    gain: float = 1.0
    follow: float = 1.0


class Leg(NamedTuple):
    """A leg of three segments; the same for the near and the far side.

    Attributes:
      joints: (x, y) of root, knee or elbow, ankle or wrist, and toe, standing. The toe lies its
        own radius above the ground.
      radii: Of the flesh at these four places.
      materials: Of the three segments.
      roll: Gain of the turn of the foot.
      flat: Whether the whole foot is on the ground when standing, so that it cannot turn back.
      extras: Further parts, on the bones "upper", "lower", "foot" and "toe".
    """

    joints: tuple[tuple[float, float], ...]
    radii: tuple[float, ...]
    materials: tuple[str, str, str] = ("coat", "coat", "coat")
    roll: float = 1.0
    flat: bool = False
    extras: tuple[Part, ...] = ()

    @property
    def parts(self):
        """All flesh of the leg, tuple of Part."""
        root, knee, ankle, toe = _discs(self.joints, self.radii)
        return (
            Part("upper", root, "lower", knee, self.materials[0]),
            Part("lower", knee, "foot", ankle, self.materials[1]),
            Part("foot", ankle, "toe", toe, self.materials[2]),
            *self.extras,
        )


class Arm(NamedTuple):
    """An arm or a wing that reaches no ground; the same for the near and the far side.

    Attributes:
      joints: (x, y) of shoulder, elbow and hand, hanging.
      radii: Of the flesh at these three places.
      materials: Of the two segments.
      gains: Of the turns of arm and elbow.
      extras: Further parts, on the bones "arm" and "elbow".
    """

    joints: tuple[tuple[float, float], ...]
    radii: tuple[float, ...]
    materials: tuple[str, str] = ("coat", "coat")
    gains: tuple[float, float] = (1.0, 1.0)
    extras: tuple[Part, ...] = ()

    @property
    def parts(self):
        """All flesh of the arm, tuple of Part."""
        shoulder, elbow, hand = _discs(self.joints, self.radii)
        return (
            Part("arm", shoulder, "elbow", elbow, self.materials[0]),
            Part("elbow", elbow, "elbow", hand, self.materials[1]),
            *self.extras,
        )


@dataclasses.dataclass(frozen=True)
class Body:
    """A body plan.

    Attributes:
      hind: The hind legs, the only ones of a biped.
      fore: The fore legs, None for a biped.
      arms: The arms of a biped, or None.
      joints: Further bones, parents first. "pelvis" and "chest" are there always; they turn
        about the roots of hind and fore legs.
      parts: Trunk, neck, head and tail, in the order in which they are laid on.
      chest: (x, y) about which the chest of a biped turns.
      pace: Length of its steps over the height of its hips.
      suppleness: Factor of the bending of the back.
      lean: Factor of the forward lean, for bipeds.
      grain: Direction along the body from tail to head, in degrees; stripes run across it.
      flank: Height of the line that divides back and belly, in the middle of the frame, and its
        slope.
    """

    hind: Leg
    joints: tuple[Joint, ...]
    parts: tuple[Part, ...]
    fore: Leg | None = None
    arms: Arm | None = None
    chest: tuple[float, float] = (0.0, 0.0)
    pace: float = 1.0
    suppleness: float = 1.0
    lean: float = 1.0
    grain: float = 25.0
    flank: tuple[float, float] = (36.0, 0.0)

    @property
    def legs(self):
        """The hind and, of a quadruped, the fore legs, as a list."""
        return [self.hind] if self.fore is None else [self.hind, self.fore]

    @property
    def step(self):
        """The unit of `gaits.Pose`, a leg length: the height of the hip, times the pace."""
        return self.pace * self.hind.joints[0][1]


def _discs(joints, radii):
    return [(x, y, radius) for (x, y), radius in zip(joints, radii, strict=True)]
