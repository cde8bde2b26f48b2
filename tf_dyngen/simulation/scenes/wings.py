"""What flies on feathers and skin: a bird, seen from the side, and a bat, seen from below.

Every function paints one animal of length or span about 1, front to the right. A wing beat is one
turn of the phase; at 0 the wings are highest.
"""

from itertools import pairwise

import numpy as np

from tf_dyngen.simulation.scenes import shapes
from tf_dyngen.simulation.scenes.canvas import blend

# Body, wing, tip, beak: a gull, a crow and a goose.
_BIRDS = (
    ((0.98, 0.98, 0.97), (0.66, 0.70, 0.75), (0.07, 0.07, 0.09), (0.97, 0.68, 0.10)),
    ((0.12, 0.12, 0.16), (0.17, 0.17, 0.23), (0.05, 0.05, 0.07), (0.38, 0.36, 0.34)),
    ((0.66, 0.52, 0.38), (0.42, 0.29, 0.19), (0.17, 0.11, 0.08), (0.95, 0.52, 0.10)),
)
# A wing laid flat: how far out, and how far ahead. The arm is followed by the hand.
_ARM = 0.30
_WING = np.array(
    [
        (0.03, 0.19),
        (_ARM, 0.25),
        (0.55, 0.14),
        (0.74, -0.10),
        (0.72, -0.15),
        (0.55, -0.08),
        (_ARM, -0.06),
        (0.03, -0.14),
    ]
)
_WING_TIP = 3
_EYE = (0.02, 0.02, 0.02)
_FUR = (0.300, 0.190, 0.150)
_SKIN = (0.120, 0.075, 0.085)
_RIM = (0.980, 0.520, 0.160)


def draw_bird(canvas, phase, variant):
    """A flapping bird: by the variant a gull, a crow or a goose."""
    x, y = canvas.x, canvas.y
    body, wing, tip, beak = (np.asarray(c, np.float32) for c in _BIRDS[variant % len(_BIRDS)])
    _paint_bird_wing(canvas, phase, 0.80 * wing, 0.80 * tip, side=-1.0)
    tail = [(-0.18, 0.05), (-0.50, 0.075), (-0.52, 0.01), (-0.46, -0.05), (-0.18, -0.055)]
    canvas.paint(shapes.polygon(x, y, tail), blend(tip, wing, (x + 0.47) / 0.08))
    trunk = shapes.ellipse(x, y, (0.02, 0.0), (0.30, 0.10))
    neck = shapes.capsule(x, y, (0.16, 0.01), (0.36, 0.04), (0.085, 0.072))
    canvas.paint(np.minimum(trunk, neck), blend(0.62 * body, body, (y + 0.11) / 0.12))
    canvas.paint(shapes.capsule(x, y, (0.43, 0.035), (0.53, 0.005), (0.034, 0.010)), beak)
    canvas.paint(shapes.circle(x, y, (0.385, 0.065), 0.018), _EYE)
    _paint_bird_wing(canvas, phase, wing, tip, side=1.0)


def _paint_bird_wing(canvas, phase, colour, tip_colour, side):
    """One wing, seen from above the bird's side: the near one (side 1) or the far one (-1)."""
    # The hand follows the arm, as the joint between them bends.
    arm, hand = 0.10 + 0.65 * np.cos(phase), 0.75 * np.cos(phase - 0.8)
    outward = np.minimum(_WING[:, 0], _ARM), np.maximum(_WING[:, 0] - _ARM, 0.0)
    aside = outward[0] * np.cos(arm) + outward[1] * np.cos(hand)
    lifted = outward[0] * np.sin(arm) + outward[1] * np.sin(hand)
    corners = np.stack(
        [_WING[:, 1] - 0.20 * side * aside, 0.02 - 0.50 * side * aside + 0.87 * lifted], axis=1
    )
    shoulder, tip = corners[0], corners[_WING_TIP]
    x, y = canvas.x, canvas.y
    # A wing seen edge-on is still as thick as its bones.
    bones = np.minimum(
        *(shapes.capsule(x, y, *bone, (0.022, 0.016)) for bone in pairwise(corners[:3]))
    )
    feathers = np.minimum(shapes.polygon(x, y, corners), bones)
    reach = tip - shoulder
    along = ((x - shoulder[0]) * reach[0] + (y - shoulder[1]) * reach[1]) / (reach @ reach)
    canvas.paint(feathers, blend(colour, tip_colour, (along - 0.72) / 0.08))


def draw_bat(canvas, phase, variant):
    """A bat before the fire, dark but for a glow on the edge of its wings."""
    del variant  # Bats are alike by night.
    x, y = np.abs(canvas.x), canvas.y
    beat, spread = np.cos(phase), 0.80 + 0.20 * np.sin(phase)
    wrist = np.array([0.24 * spread, 0.13 + 0.11 * beat])
    tip = np.array([0.53 * spread, 0.02 + 0.27 * beat])
    fingers = [
        tip + (-0.035, -0.12),
        np.array([0.39 * spread, -0.17 + 0.12 * beat]),
        np.array([0.21 * spread, -0.20 + 0.04 * beat]),
    ]
    outline = [(0.0, 0.11), (0.10, 0.10), wrist, wrist + (0.10 * spread, 0.03 + 0.05 * beat), tip]
    # Between the fingers the skin is drawn in.
    for finger, following in zip(fingers, [*fingers[1:], np.array([0.06, -0.15])], strict=True):
        outline += [finger, 0.5 * (finger + following) + (-0.01, 0.055)]
    wing = shapes.polygon(x, y, [*outline, (0.06, -0.15), (0.0, -0.15)])
    canvas.paint(wing, blend(_RIM, _SKIN, -wing / 0.045))
    for finger in fingers:
        canvas.paint(shapes.capsule(x, y, wrist, finger, (0.010, 0.006)), _FUR)
    canvas.paint(shapes.ellipse(x, y, (0.0, -0.02), (0.085, 0.17)), _FUR)
    canvas.paint(shapes.circle(x, y, (0.0, 0.15), 0.078), 1.15 * np.asarray(_FUR))
    canvas.paint(shapes.polygon(x, y, [(0.010, 0.19), (0.075, 0.31), (0.082, 0.16)]), _FUR)
    canvas.paint(shapes.circle(x, y, (0.032, 0.165), 0.014), _RIM)
