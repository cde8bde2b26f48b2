"""What flits: a butterfly and a moth, seen from above. The span of the open wings is about 1.

A wing beat is one turn of the phase; at 0 the wings are open. Both halves are one drawing,
mirrored.
"""

import numpy as np

from tf_dyngen.simulation.scenes import shapes
from tf_dyngen.simulation.scenes.canvas import blend

_BUTTERFLIES = (  # inner and outer colour of the wings
    ((0.98, 0.66, 0.12), (0.90, 0.36, 0.05)),
    ((0.45, 0.75, 0.98), (0.10, 0.32, 0.80)),
    ((1.00, 0.95, 0.45), (0.96, 0.78, 0.12)),
)
_BLACK = (0.050, 0.035, 0.045)
_WHITE = (0.960, 0.950, 0.910)
_FORE_WING = shapes.rounded(
    [
        (0.02, 0.06),
        (0.20, 0.33),
        (0.40, 0.41),
        (0.50, 0.35),
        (0.46, 0.14),
        (0.30, 0.02),
        (0.03, 0.0),
    ]
)
_HIND_WING = shapes.rounded(
    [(0.02, 0.02), (0.26, 0.02), (0.38, -0.10), (0.34, -0.27), (0.20, -0.34), (0.07, -0.20)]
)
_MOTH_FORE_WING = shapes.rounded(
    [(0.02, 0.14), (0.26, 0.20), (0.50, 0.13), (0.47, -0.02), (0.30, -0.12), (0.04, -0.03)]
)
_MOTH_HIND_WING = shapes.rounded(
    [(0.03, 0.00), (0.26, -0.06), (0.36, -0.17), (0.28, -0.31), (0.12, -0.33), (0.04, -0.18)]
)
_WOOL = (0.930, 0.860, 0.720)
_DUST = (0.800, 0.680, 0.500)
_BAND = (0.380, 0.240, 0.150)


def draw_butterfly(canvas, phase, variant):
    """A butterfly with dark borders and white spots; the variant chooses the colour."""
    x, y, spread = _open_wings(canvas, phase)
    inner, outer = _BUTTERFLIES[variant % len(_BUTTERFLIES)]
    for wing, root in ((_HIND_WING, (0.05, -0.03)), (_FORE_WING, (0.05, 0.08))):
        distance = shapes.polygon(x, y, wing)
        colour = blend(inner, outer, np.hypot(x - root[0], y - root[1]) / 0.36 - 0.2)
        canvas.paint(spread * distance, _BLACK)
        canvas.paint(spread * (distance + 0.040), colour)
        for end in ((0.40, 0.28), (0.30, 0.10)) if wing is _FORE_WING else ((0.25, -0.2),):
            canvas.paint(spread * shapes.capsule(x, y, root, end, (0.006, 0.014)), _BLACK)
    for spot in ((0.445, 0.335), (0.455, 0.245), (0.425, 0.165), (0.345, -0.19), (0.28, -0.275)):
        canvas.paint(spread * shapes.circle(x, y, spot, 0.017), _WHITE)
    _paint_body(canvas, _BLACK, (0.045, 0.26), feelers=0.20)


def draw_moth(canvas, phase, variant):
    """A pale moth with banded wings and an eye spot on each."""
    del variant  # Moths are alike.
    x, y, spread = _open_wings(canvas, phase)
    for wing in (_MOTH_HIND_WING, _MOTH_FORE_WING):
        distance = shapes.polygon(x, y, wing)
        rings = np.hypot(x, 1.3 * (y - 0.08)) / 0.115
        bands = np.clip(3.0 * np.cos(2.0 * np.pi * rings) - 1.2, 0.0, 0.75)
        colour = blend(_WOOL, _DUST, -distance / 0.06)
        colour = colour + bands * (np.asarray(_BAND, np.float32)[:, None, None] - colour)
        canvas.paint(spread * distance, _BAND)
        canvas.paint(spread * (distance + 0.018), colour)
    for place in ((0.33, 0.06), (0.22, -0.20)):
        canvas.paint(spread * shapes.circle(x, y, place, 0.045), _WOOL)
        canvas.paint(spread * shapes.circle(x, y, place, 0.028), _BLACK)
    _paint_body(canvas, _WOOL, (0.068, 0.22), feelers=0.13)


def _open_wings(canvas, phase):
    """Coordinates on the right wing laid flat, and how far it is open, 0 to 1."""
    spread = np.float32(0.62 + 0.38 * np.cos(phase))
    # Raised wings point away from us, towards the top of the picture.
    x = np.abs(canvas.x) / spread
    return x, canvas.y - 0.16 * (1.0 - spread) * np.minimum(x, 0.5) / 0.5, spread


def _paint_body(canvas, colour, radii, feelers):
    """Head, trunk and feelers."""
    x, y = np.abs(canvas.x), canvas.y
    stripes = 0.80 + 0.20 * np.cos(60.0 * y)
    shaded = np.asarray(colour, np.float32)[:, None, None] * stripes
    canvas.paint(shapes.ellipse(x, y, (0.0, -0.02), radii), shaded)
    canvas.paint(shapes.circle(x, y, (0.0, radii[1]), 0.8 * radii[0]), colour)
    start, end = (0.015, radii[1] + 0.02), (0.11, radii[1] + feelers)
    canvas.paint(shapes.capsule(x, y, start, end, (0.008, 0.012)), colour)
