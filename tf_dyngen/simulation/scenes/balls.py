"""Painted spheres that turn: a football and a beach ball. Each has the diameter 1."""

import numpy as np

from tf_dyngen.simulation.scenes import shapes
from tf_dyngen.simulation.scenes.canvas import blend

RADIUS = 0.5
_LIGHT = np.array([-0.40, 0.65, 0.65]) / np.linalg.norm([-0.40, 0.65, 0.65])
_FIRELIGHT = (1.000, 0.560, 0.220)
_LEATHER = (0.930, 0.910, 0.870)
_PATCH = (0.070, 0.065, 0.075)
_PANELS = (
    ((0.88, 0.16, 0.15), (0.97, 0.96, 0.93), (0.12, 0.36, 0.75), (0.97, 0.96, 0.93))
    + ((0.97, 0.78, 0.16), (0.97, 0.96, 0.93)),
    ((0.95, 0.48, 0.10), (0.97, 0.96, 0.93), (0.10, 0.58, 0.42), (0.97, 0.96, 0.93))
    + ((0.80, 0.20, 0.45), (0.97, 0.96, 0.93)),
)
_WATER = (0.020, 0.110, 0.160)
_DRAUGHT = 0.22  # how much of the beach ball's height is under water

_GOLDEN = 0.5 * (1.0 + np.sqrt(5.0))
# The twelve patches of a football are at the corners of an icosahedron.
_CORNERS = np.array(
    [np.roll((0.0, a, b * _GOLDEN), k) for k in range(3) for a in (-1, 1) for b in (-1, 1)]
) / np.hypot(1.0, _GOLDEN)


def draw_football(canvas, phase, variant):
    """A football, lit by the fire behind it from below."""
    del variant  # Footballs are alike.
    normal = _sphere(canvas.x, canvas.y)
    spot = _turned(normal, phase, axis=(0.25, 0.30, 0.92))
    nearest = np.max(np.tensordot(_CORNERS.astype(np.float32), spot, axes=1), axis=0)
    # Patches are 0.36 radians wide; seen edge-on, their borders are softened as much.
    leather = blend(_PATCH, _LEATHER, (np.arccos(np.minimum(nearest, 1.0)) - 0.36) / 0.10 + 0.5)
    light = 0.52 + 0.48 * np.tensordot(_LIGHT.astype(np.float32), normal, axes=1)
    glow = np.clip(-0.2 - normal[1], 0.0, 1.0) * 0.9
    colour = blend((0, 0, 0), (1, 1, 1), light) * leather
    colour = colour + glow * (np.asarray(_FIRELIGHT, np.float32)[:, None, None] - colour)
    canvas.paint(shapes.circle(canvas.x, canvas.y, (0.0, 0.0), RADIUS), colour)


def draw_beach_ball(canvas, phase, variant):
    """A beach ball of six panels that rolls on the water; the variant chooses the colours."""
    x, y = canvas.x, canvas.y
    water = -RADIUS + _DRAUGHT + 0.02 * np.sin(9.0 * x + phase)
    shadow = shapes.ellipse(x, y - water, (0.0, 0.0), (0.44, 0.20))
    fade = 0.62 * (1.0 - np.clip((water - y) / 0.20, 0.0, 1.0) ** 2)
    canvas.paint(np.maximum(shadow, y - water - 0.01), _WATER, fade)
    normal = _sphere(x, y)
    # The ball rocks with the waves while it turns about an upright, leaning axis.
    spot = _turned(
        _turned(normal, 0.9 + 0.25 * np.sin(phase), (0.9, 0.0, 0.4)), 0.5 * phase, (0, 1, 0)
    )
    turns = np.arctan2(spot[0], spot[2]) / (2.0 * np.pi) * 6.0 % 6.0
    panels = np.asarray(_PANELS[variant % len(_PANELS)], np.float32)
    colour = np.moveaxis(panels[turns.astype(int) % 6], -1, 0)
    cap = (np.abs(spot[1]) - 0.955) / 0.02
    colour = colour + np.clip(cap, 0.0, 1.0) * (panels[1][:, None, None] - colour)
    light = 0.60 + 0.45 * np.tensordot(_LIGHT.astype(np.float32), normal, axes=1)
    colour = np.minimum(colour * np.clip(light, 0.25, 1.05), 1.0)
    gleam = 0.8 * np.exp(-((x + 0.17) ** 2 + (y - 0.24) ** 2) / 0.006)
    colour = colour + gleam * (1.0 - colour)
    ball = np.maximum(shapes.circle(x, y, (0.0, 0.0), RADIUS), water - y)
    canvas.paint(ball, colour)


def _sphere(x, y):
    """Unit normals of the sphere, [3, H, W]: right, up, to the eye; of the rim outside it."""
    right, up = x / RADIUS, y / RADIUS
    scale = 1.0 / np.maximum(np.hypot(right, up), 1.0)
    right, up = right * scale, up * scale
    return np.stack([right, up, np.sqrt(np.maximum(1.0 - right**2 - up**2, 0.0))])


def _turned(points, angle, axis):
    """Turn points [3, H, W] about an axis by `angle` radians (Rodrigues)."""
    right, up, near = np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0.0, -near, up], [near, 0.0, -right], [-up, right, 0.0]])
    matrix = np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)
    return np.tensordot(matrix.astype(np.float32), points, axes=1)
