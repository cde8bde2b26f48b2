"""A body in a pose: where each piece of flesh is in each frame."""

from typing import NamedTuple

import numpy as np

from tf_dyngen.simulation.walkers import gaits

# From the back to the front. A limb is a layer of its own: limbs pass each other unblended.
LAYERS = (
    "arm_far",
    "fore_far",
    "hind_far",
    "body",
    "hind_near",
    "fore_near",
    "front",
    "arm_near",
)
FAR_SHIFT = np.array([1.2, 1.6])  # the camera looks down a little: what is farther stands higher
GLIDE = 0.12  # how far shoulder blade and pelvis follow the foot, over the foot's own way


class Bone(NamedTuple):
    """A rigid piece of the skeleton."""

    pivot: np.ndarray  # [2], in the standing animal
    place: np.ndarray  # [T, 2], where the pivot is
    angle: np.ndarray  # [T], turn about it, in radians from standing

    def carry(self, point):
        """Where a point [2] of the standing animal has gone, [T, 2]."""
        return self.place + rotate(np.subtract(point, self.pivot), self.angle)


class Flesh(NamedTuple):
    """Tapered capsules, N of them, sorted from the back to the front."""

    starts: np.ndarray  # [T, N, 2]
    ends: np.ndarray  # [T, N, 2]
    rest_starts: np.ndarray  # [N, 2], in the standing animal
    rest_ends: np.ndarray  # [N, 2]
    radii: np.ndarray  # [N, 2]
    layers: tuple[str, ...]
    materials: tuple[str, ...]


def rotate(vectors, angles):
    """Turn vectors [..., 2] counter-clockwise by angles [...] in radians."""
    x, y = vectors[..., 0], vectors[..., 1]
    cosine, sine = np.cos(angles), np.sin(angles)
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)


def assemble(body, pose):
    """Put the flesh of a body on its bones, in every frame of a pose.

    Args:
      body: anatomy.Body.
      pose: gaits.Pose of T frames.
    Returns: Flesh, lengths as in `anatomy`.
    """
    bones = trunk_bones(body, pose)
    limbs = [("", bones, body.parts)]
    for foot, name in enumerate(gaits.FEET[: 2 * len(body.legs)]):
        limbs.append((name, leg_bones(body, pose, foot), body.legs[foot // 2].parts))
    if body.arms is not None:
        for side in gaits.SIDES:
            arm = arm_bones(body.arms, bones["chest"], pose, side)
            limbs.append((f"arm_{side}", arm, body.arms.parts))
    pieces = [
        (layer or part.layer, part, bones[part.start_bone], bones[part.end_bone])
        for layer, bones, parts in limbs
        for part in parts
    ]
    pieces.sort(key=lambda piece: LAYERS.index(piece[0]))
    parts = [part for _, part, _, _ in pieces]
    starts, ends = (np.array([getattr(part, end) for part in parts]) for end in ("start", "end"))
    return Flesh(
        starts=np.stack([bone.carry(p.start[:2]) for _, p, bone, _ in pieces], axis=1),
        ends=np.stack([bone.carry(p.end[:2]) for _, p, _, bone in pieces], axis=1),
        rest_starts=starts[:, :2],
        rest_ends=ends[:, :2],
        radii=np.stack([starts[:, 2], ends[:, 2]], axis=1),
        layers=tuple(layer for layer, _, _, _ in pieces),
        materials=tuple(part.material for part in parts),
    )


def trunk_bones(body, pose):
    """Bones of everything but the limbs, {name: Bone}."""
    hips = _girdle(body, pose, 0)
    spine = body.suppleness * pose.turns["spine"]
    if body.fore is None:
        lean = body.lean * pose.turns["lean"]
        bones = {"pelvis": Bone(np.asarray(body.hind.joints[0]), hips, lean - 0.3 * spine)}
        shoulders = bones["pelvis"].carry(body.chest)
        bones["chest"] = Bone(np.asarray(body.chest), shoulders, lean - spine)
    else:
        shoulders = _girdle(body, pose, 1)
        rest = np.subtract(body.fore.joints[0], body.hind.joints[0])
        pitch = _direction(shoulders - hips) - _direction(rest)
        bones = {
            "pelvis": Bone(np.asarray(body.hind.joints[0]), hips, pitch + spine),
            "chest": Bone(np.asarray(body.fore.joints[0]), shoulders, pitch - spine),
        }
    for joint in body.joints:
        parent = bones[joint.parent]
        angle = joint.follow * parent.angle + joint.gain * pose.turns[joint.bone]
        bones[joint.bone] = Bone(np.asarray(joint.pivot), parent.carry(joint.pivot), angle)
    return bones


def leg_bones(body, pose, foot):
    """Bones of the leg on `foot`, an index of `gaits.FEET`: upper, lower, foot and toe.

    The toe is where the pose puts it, whatever the body does; foot and toes turn with the pose,
    and knee or elbow bends to the side to which it is bent in the standing animal.
    """
    leg = body.legs[foot // 2]
    root, knee, ankle, toe = (np.asarray(joint, float) for joint in leg.joints)
    shift = FAR_SHIFT * (foot % 2)
    forward = body.step * pose.forward[:, foot]
    roll = leg.roll * pose.roll[:, foot]
    if leg.flat:
        roll = np.minimum(roll, 0.0)
    height = body.step * pose.height[:, foot]
    toe_place = toe + shift + np.stack([forward, height], axis=-1)
    ankle_place = toe_place + rotate(ankle - toe, roll)
    root_place = _girdle(body, pose, foot // 2) + shift
    root_place[:, 0] += GLIDE * forward
    knee_place = _bend(root_place, ankle_place, (root, knee, ankle))
    return {
        "upper": _bone(root, knee, root_place, knee_place),
        "lower": _bone(knee, ankle, knee_place, ankle_place),
        "foot": Bone(toe, toe_place, roll),
        "toe": Bone(toe, toe_place, leg.roll * pose.curl[:, foot]),
    }


def arm_bones(arms, chest, pose, side):
    """Bones of one arm: arm and elbow. It hangs from the chest but swings from the vertical."""
    shoulder, elbow, _ = (np.asarray(joint, float) for joint in arms.joints)
    place = chest.carry(shoulder) + FAR_SHIFT * gaits.SIDES.index(side)
    angle = 0.5 * chest.angle + arms.gains[0] * pose.turns[f"arm_{side}"]
    upper = Bone(shoulder, place, angle)
    bent = angle + arms.gains[1] * pose.turns[f"elbow_{side}"]
    return {"arm": upper, "elbow": Bone(elbow, upper.carry(elbow), bent)}


def _girdle(body, pose, girdle):
    """Place of hips (0) or shoulders (1), [T, 2]."""
    moved = np.stack([pose.surge[:, girdle], pose.rise[:, girdle]], axis=-1)
    return np.asarray(body.legs[girdle].joints[0]) + body.step * moved


def _bend(root, ankle, rest):
    """Knee [T, 2] of a leg from root to ankle, by the law of cosines; NaN out of reach."""
    upper, lower = np.linalg.norm(rest[1] - rest[0]), np.linalg.norm(rest[2] - rest[1])
    line, limb = rest[2] - rest[0], rest[1] - rest[0]
    side = np.sign(line[0] * limb[1] - line[1] * limb[0])
    reach = np.linalg.norm(ankle - root, axis=-1)
    angle = side * np.arccos((upper**2 + reach**2 - lower**2) / (2.0 * upper * reach))
    return root + rotate((ankle - root) * (upper / reach)[:, None], angle)


def _bone(start, end, start_place, end_place):
    angle = _direction(end_place - start_place) - _direction(end - start)
    return Bone(start, start_place, angle)


def _direction(vectors):
    return np.arctan2(vectors[..., 1], vectors[..., 0])
