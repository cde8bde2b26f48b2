"""Signed distances to simple shapes: negative inside, in the units of the coordinates.

Every function takes coordinates x (to the right) and y (up), arrays of one shape [H, W], and
returns an array of that shape. Shapes are joined by `np.minimum` and cut by `np.maximum`.
"""

import numpy as np

NEAR = 0.1  # object lengths: nothing soft reaches further from an outline


def ellipse(x, y, centre, radii, angle=0.0):
    """Ellipse with radii (along, across), turned counter-clockwise by `angle` radians.

    Exact on the outline and to first order beside it, which is all that a soft edge needs:
    the implicit function over the length of its gradient.
    """
    along, across = turn(x - centre[0], y - centre[1], -angle)
    along, across = along / radii[0], across / radii[1]
    level = np.hypot(along, across)
    slope = np.hypot(along / radii[0], across / radii[1])
    return level * (level - 1.0) / np.maximum(slope, 1e-6)


def circle(x, y, centre, radius):
    """Circle."""
    return np.hypot(x - centre[0], y - centre[1]) - radius


def capsule(x, y, start, end, radii):
    """Line with round ends, as thick as radii[0] at `start` and radii[1] at `end`."""
    (dx, dy), (px, py) = np.subtract(end, start), (x - start[0], y - start[1])
    share = np.clip((px * dx + py * dy) / (dx * dx + dy * dy), 0.0, 1.0)
    radius = radii[0] + share * (radii[1] - radii[0])
    return np.hypot(px - share * dx, py - share * dy) - radius


def polygon(x, y, corners):
    """Simple polygon, corners [N, 2] in either sense of turning; NEAR wherever it is further."""
    corners = np.asarray(corners, np.float32)
    low, high = corners.min(axis=0) - NEAR, corners.max(axis=0) + NEAR
    beside = (x > low[0]) & (x < high[0]) & (y > low[1]) & (y < high[1])
    distance = np.full(x.shape, NEAR, np.float32)
    distance[beside] = np.minimum(_polygon_distance(x[beside], y[beside], corners), NEAR)
    return distance


def _polygon_distance(x, y, corners):
    """Signed distance of points [P] to a polygon, [P]."""
    # The last axis holds the edges, so that all of them are done at once.
    starts, ends = corners, np.roll(corners, -1, axis=0)
    edge_x, edge_y = (ends - starts).T
    from_x, from_y = x[:, None] - starts[:, 0], y[:, None] - starts[:, 1]
    share = (from_x * edge_x + from_y * edge_y) / (edge_x**2 + edge_y**2)
    share = np.clip(share, 0.0, 1.0)
    square = (from_x - share * edge_x) ** 2 + (from_y - share * edge_y) ** 2
    # A ray to the right crosses the outline an odd number of times from inside.
    straddles = (starts[:, 1] > y[:, None]) != (ends[:, 1] > y[:, None])
    to_right = (edge_y > 0) == (edge_x * from_y > from_x * edge_y)
    inside = np.logical_xor.reduce(straddles & to_right, axis=-1)
    return np.where(inside, -1.0, 1.0) * np.sqrt(square.min(axis=-1))


def rounded(points, per_point=4):
    """Round off a closed outline: the curve of Catmull and Rom (1974) through `points`.

    Args:
      points: [N, 2] corners.
      per_point: Corners of the result for each of `points`.
    Returns: [N * per_point, 2] corners for `polygon`.
    """
    here = np.asarray(points, float)
    before, after, next_but_one = (np.roll(here, shift, axis=0) for shift in (1, -1, -2))
    steps = []
    for s in np.arange(per_point) / per_point:
        weights = (
            0.5 * (-s + 2 * s**2 - s**3),
            0.5 * (2 - 5 * s**2 + 3 * s**3),
            0.5 * (s + 4 * s**2 - 3 * s**3),
            0.5 * (s**3 - s**2),
        )
        corners = zip(weights, (before, here, after, next_but_one), strict=True)
        steps.append(sum(weight * part for weight, part in corners))
    return np.stack(steps, axis=1).reshape(-1, 2)


def turn(x, y, angle):
    """Turn points counter-clockwise about the origin by `angle` radians: (x, y)."""
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return cosine * x - sine * y, sine * x + cosine * y
