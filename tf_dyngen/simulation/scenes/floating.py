"""What floats on water, seen from the side: a sail boat and a duck.

Every function paints one object of length about 1, front to the right, with its image in the water.
"""

import numpy as np

from tf_dyngen.simulation.scenes import shapes
from tf_dyngen.simulation.scenes.canvas import blend

_SHADE = (0.020, 0.110, 0.160)
_FOAM = (0.880, 0.930, 0.940)
_HULLS = ((0.62, 0.10, 0.11), (0.10, 0.16, 0.36), (0.93, 0.93, 0.90))
_STRIPES = ((0.95, 0.92, 0.84), (0.93, 0.72, 0.20), (0.70, 0.12, 0.12))
_JIBS = ((0.86, 0.20, 0.16), (0.95, 0.62, 0.12))
_SAIL = (0.970, 0.955, 0.900)
_WOOD = (0.360, 0.230, 0.130)

_BOAT_WATER = -0.40  # the water line
_MAIN_SAIL = shapes.rounded(
    [(-0.03, 0.50), (-0.19, 0.18), (-0.40, -0.20), (-0.21, -0.225), (-0.02, -0.20)], 3
)
_JIB = shapes.rounded(
    [(0.035, 0.40), (0.06, 0.05), (0.05, -0.22), (0.20, -0.235), (0.40, -0.23)], 3
)
_HULL = [
    (-0.47, -0.27),
    (0.52, -0.25),
    (0.40, -0.40),
    (0.34, -0.46),
    (-0.36, -0.46),
    (-0.43, -0.38),
]

_DUCK_WATER = -0.16
_DUCK_BODY = shapes.rounded(
    [
        (-0.50, 0.20),
        (-0.32, 0.13),
        (-0.08, 0.16),
        (0.12, 0.10),
        (0.30, 0.10),
        (0.40, -0.03),
        (0.33, -0.20),
        (0.00, -0.27),
        (-0.30, -0.22),
        (-0.45, 0.02),
    ],
    2,
)
_DUCK_WING = shapes.rounded(
    [(-0.43, 0.10), (-0.20, 0.13), (0.04, 0.11), (0.15, 0.01), (0.02, -0.09), (-0.22, -0.05)], 2
)
# Head and neck, collar, breast, body, wing: a drake and a white duck.
_PLUMAGES = (
    (
        (0.02, 0.25, 0.17),
        (0.93, 0.93, 0.90),
        (0.33, 0.16, 0.09),
        (0.80, 0.79, 0.76),
        (0.40, 0.34, 0.29),
    ),
    (
        (0.97, 0.97, 0.94),
        (0.97, 0.97, 0.94),
        (0.95, 0.95, 0.92),
        (0.96, 0.96, 0.93),
        (0.80, 0.82, 0.83),
    ),
)
_BEAK = (0.960, 0.600, 0.100)
_EYE = (0.030, 0.030, 0.030)


def draw_sail_boat(canvas, phase, variant):
    """A dinghy under main sail and jib; the variant chooses its colours."""
    x, y = canvas.x, canvas.y
    ripple = _BOAT_WATER + 0.012 * np.sin(14.0 * x + phase)
    _paint_image(canvas, ripple, (0.02, 0.47), 0.125)
    sails = blend((0.88, 0.72, 0.55), _SAIL, 2.4 * (-x - 0.33 * (0.5 - y)) + 0.75)
    mast = shapes.capsule(x, y, (0.01, -0.30), (0.01, 0.53), (0.014, 0.010))
    canvas.paint(shapes.polygon(x, y, _MAIN_SAIL), sails)
    jib = np.asarray(_JIBS[variant % 2], np.float32)
    canvas.paint(shapes.polygon(x, y, _JIB), blend(jib, 0.72 * jib, 3.0 * x - 0.1))
    canvas.paint(mast, _WOOD)
    canvas.paint(shapes.capsule(x, y, (0.01, -0.225), (-0.40, -0.215), (0.012, 0.012)), _WOOD)
    hull = np.maximum(shapes.polygon(x, y, _HULL), ripple - y)
    paint = np.asarray(_HULLS[variant % 3], np.float32)
    canvas.paint(hull, blend(0.62 * paint, paint, (y + 0.44) / 0.12))
    rail = np.maximum(hull, -0.295 - y)
    canvas.paint(rail, _STRIPES[variant % 3])
    _paint_foam(canvas, ripple, (0.46, 0.10))


def draw_duck(canvas, phase, variant):
    """A swimming duck: a drake of even variants, a white duck of odd ones."""
    x, y = canvas.x, canvas.y
    head, collar, breast, body, wing = (
        np.asarray(c, np.float32) for c in _PLUMAGES[variant % len(_PLUMAGES)]
    )
    ripple = _DUCK_WATER + 0.012 * np.sin(12.0 * x + phase)
    _paint_image(canvas, ripple, (-0.03, 0.45), 0.115)
    # The head nods as the feet paddle.
    nod = np.float32(0.018 * np.sin(2.0 * phase))
    outline = np.maximum(shapes.polygon(x, y, _DUCK_BODY), ripple - y)
    light = 0.70 + 0.30 * np.clip((y + 0.20) / 0.26, 0.0, 1.0)
    canvas.paint(outline, blend(body, breast, (x - 0.17) / 0.06) * light)
    canvas.paint(shapes.polygon(x, y, _DUCK_WING), blend(wing, 0.75 * wing, -(y - 0.04) / 0.12))
    crown = (0.36 + nod, 0.34)
    neck = shapes.capsule(x, y, (0.27, 0.02), (0.335 + nod, 0.30), (0.115, 0.085))
    canvas.paint(np.maximum(neck, -y), blend(breast, head, (y - 0.10) / 0.03))
    canvas.paint(np.maximum(neck, np.abs(y - 0.125) - 0.022), collar)
    bill = shapes.capsule(x, y, (0.45 + nod, 0.315), (0.605 + nod, 0.290), (0.050, 0.036))
    canvas.paint(bill, _BEAK)
    skull = shapes.ellipse(x, y, crown, (0.130, 0.118))
    canvas.paint(skull, blend(0.8 * head, np.minimum(1.25 * head, 1.0), (y - 0.27) / 0.16))
    canvas.paint(shapes.circle(x, y, (0.405 + nod, 0.365), 0.026), _EYE)
    _paint_foam(canvas, ripple, (0.36, 0.08))


def _paint_image(canvas, ripple, span, depth):
    """The darkened water under an object: span (middle, half width), below the water line."""
    image = shapes.ellipse(canvas.x, canvas.y - ripple, (span[0], 0.0), (span[1], depth))
    fade = 0.62 * (1.0 - np.clip((ripple - canvas.y) / depth, 0.0, 1.0) ** 2)
    canvas.paint(np.maximum(image, canvas.y - ripple - 0.01), _SHADE, fade)


def _paint_foam(canvas, ripple, bow):
    """The wave that a bow pushes: bow (place, half width), at the water line."""
    wave = shapes.ellipse(canvas.x, canvas.y - ripple, (bow[0], -0.005), (bow[1], 0.016))
    canvas.paint(wave, _FOAM, 0.8)
