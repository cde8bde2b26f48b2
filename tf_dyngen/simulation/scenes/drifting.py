"""What the air carries: a balloon, a leaf and a paper plane, of length about 1."""

import numpy as np

from tf_dyngen.simulation.scenes import shapes
from tf_dyngen.simulation.scenes.canvas import blend

_BALLOONS = (
    (0.86, 0.10, 0.12),
    (0.12, 0.62, 0.28),
    (0.98, 0.76, 0.08),
    (0.55, 0.16, 0.66),
    (0.98, 0.45, 0.08),
    (0.92, 0.25, 0.55),
)
_STRING = (0.930, 0.930, 0.900)
_LEAVES = ((0.78, 0.15, 0.06), (0.93, 0.50, 0.06), (0.88, 0.72, 0.10))
# Half of a maple leaf, from the stalk to the top.
_LEAF_HALF = (
    (0.00, -0.22),
    (0.10, -0.25),
    (0.24, -0.30),
    (0.20, -0.18),
    (0.37, -0.10),
    (0.48, -0.02),
    (0.40, 0.06),
    (0.42, 0.17),
    (0.27, 0.13),
    (0.13, 0.08),
    (0.19, 0.30),
    (0.09, 0.29),
)
_LEAF = [*_LEAF_HALF, (0.0, 0.47), *((-x, y) for x, y in _LEAF_HALF[:0:-1])]
_PAPER = (0.985, 0.985, 0.970)


def draw_balloon(canvas, phase, variant):
    """A toy balloon with its string; the variant chooses the colour. The string hangs to -0.95."""
    x, y = canvas.x, canvas.y
    colour = np.asarray(_BALLOONS[variant % len(_BALLOONS)], np.float32)
    below = np.clip((-0.30 - y) / 0.65, 0.0, 1.0)
    line = np.abs(x - 0.07 * below * np.sin(7.0 * below - phase)) - 0.016
    canvas.paint(np.maximum(line, np.abs(y + 0.62) - 0.33), _STRING)
    canvas.paint(shapes.polygon(x, y, [(0.0, -0.26), (-0.07, -0.37), (0.07, -0.37)]), 0.7 * colour)
    # Narrower towards the knot, like a drop.
    skin = shapes.ellipse(x * (1.12 - 0.28 * y), y, (0.0, 0.14), (0.375, 0.435))
    shade = np.hypot(x + 0.12, y - 0.30)
    canvas.paint(
        skin, blend(np.minimum(1.15 * colour + 0.04, 1.0), 0.55 * colour, shade / 0.75 - 0.1)
    )
    gleam = shapes.ellipse(x, y, (-0.15, 0.34), (0.055, 0.12), angle=-0.45)
    canvas.paint(gleam, (1.0, 1.0, 1.0), 0.75)


def draw_leaf(canvas, phase, variant):
    """A maple leaf that tumbles about its stalk; the variant chooses the colour."""
    # Half a turn of the leaf to one swing: it shows its face and its back in turn.
    width = np.cos(0.5 * phase + 0.4)
    width = np.sign(width) * (0.35 + 0.65 * abs(width))
    x, y = canvas.x / np.float32(width), canvas.y
    colour = np.asarray(_LEAVES[variant % len(_LEAVES)], np.float32)
    colour = colour if width > 0 else 0.78 * colour + 0.06
    stalk = shapes.capsule(x, y, (0.0, -0.20), (0.04, -0.50), (0.016, 0.020))
    canvas.paint(stalk * abs(width), 0.55 * colour)
    blade = shapes.polygon(x, y, _LEAF)
    canvas.paint(blade * abs(width), blend(colour, 0.72 * colour, np.hypot(x, y) / 0.5 - 0.3))
    for end in ((0.0, 0.40), (0.36, 0.10), (-0.36, 0.10), (0.17, -0.24), (-0.17, -0.24)):
        vein = shapes.capsule(x, y, (0.0, -0.20), end, (0.013, 0.005))
        canvas.paint(vein * abs(width), 0.50 * colour)


def draw_paper_plane(canvas, phase, variant):
    """A folded paper plane, seen from a little above."""
    del phase, variant  # It neither flaps nor comes in colours.
    x, y = canvas.x, canvas.y
    paper = np.asarray(_PAPER, np.float32)
    nose, tail = (0.55, -0.04), (-0.36, -0.02)
    far_wing = [nose, (-0.42, 0.30), (-0.36, 0.04)]
    keel = [nose, tail, (-0.27, -0.24)]
    near_wing = [nose, (-0.55, -0.06), (-0.30, -0.11)]
    canvas.paint(shapes.polygon(x, y, far_wing), blend(0.88 * paper, paper, x + 0.5))
    canvas.paint(shapes.polygon(x, y, keel), 0.55 * paper)
    canvas.paint(shapes.polygon(x, y, near_wing), 0.98 * paper)
    canvas.paint(shapes.capsule(x, y, nose, tail, (0.006, 0.010)), 0.45 * paper)
