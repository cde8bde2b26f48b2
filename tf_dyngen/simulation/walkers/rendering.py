"""Drawing: flesh as shaded, blended, anti-aliased capsules over a plain ground."""

import numpy as np
from scipy import ndimage

from tf_dyngen.simulation import resampling
from tf_dyngen.simulation.walkers import coats, skeleton

SUPERSAMPLING = 2  # points per pixel along each axis
GROUND = 9.0  # height at which near feet stand in the frame; lengths as in `anatomy`
BLEND = {"body": 4.0, "front": 0.8}  # width of the blending of parts in one layer
LIMB_BLEND = 2.0
FAR_SHADE = 0.62  # brightness of the far limbs
LIGHT = np.array([0.25, 0.80, 0.55])  # direction to the light: right, up, towards the camera
AMBIENT = 0.50  # brightness of what faces away from the light
HORIZON = 3.0  # where the ground ends, over the near feet
MARK_SPACING = 40.0  # several times what passes in a frame, or marks would seem to turn back
MARK_HALF = (2.6, 0.9)  # half the width and height of a mark
MARK_HEIGHT = -5.0
SKY = (0.80, 0.86, 0.89)
SOIL = (0.66, 0.62, 0.54)
SOIL_MARK = (0.50, 0.46, 0.39)
SHADOW = 0.45  # depth of the shadow right under a foot on the ground
SHADOW_FADE = 5.0  # height at which the shadow of a thing has faded to a third

_FAR_AWAY = 1e3


class _Canvas:
    """Where a frame's points are; rows run down, as in the frame."""

    def __init__(self, size):
        self.points = size * SUPERSAMPLING
        self.pitch = 100.0 / self.points
        places = (np.arange(self.points, dtype=np.float32) + 0.5) * np.float32(self.pitch)
        self.x, self.y = places, np.float32(100.0 - GROUND) - places

    def window(self, low, high):
        """Slices (rows, columns) of the points between two corners [2]."""
        top = 100.0 - GROUND
        edges = np.array([top - high[1], top - low[1], low[0], high[0]]) / self.pitch
        first, last, left, right = np.clip(edges.round().astype(int), 0, self.points)
        return slice(first, last), slice(left, right)


def render(flesh, skin, colours, travelled, size):
    """Draw an animal in motion.

    Args:
      flesh: skeleton.Flesh of T frames.
      skin: From `coats.paint`.
      colours: From `coats.material_colours`.
      travelled: [T], ground covered since frame 0.
      size: Height and width in pixels.
    Returns: (frames [T, size, size, 3] uint8, silhouette [T, size, size, 1] uint8, 255 inside).
    """
    canvas = _Canvas(size)
    frames = np.empty((len(travelled), size, size, 3), np.uint8)
    silhouette = np.empty((len(travelled), size, size, 1), np.uint8)
    for t in range(len(travelled)):
        picture = np.zeros((3, canvas.points, canvas.points), np.float32)
        cover = np.zeros((canvas.points, canvas.points), np.float32)
        for layer in skeleton.LAYERS:
            chosen = [n for n, name in enumerate(flesh.layers) if name == layer]
            if chosen:
                _draw_layer(canvas, picture, cover, flesh, t, chosen, skin, colours)
        picture += (1.0 - cover) * _draw_ground(canvas, cover, travelled[t])
        frames[t] = resampling.to_bytes(np.moveaxis(_shrink(picture), 0, -1))
        silhouette[t, ..., 0] = resampling.to_bytes(_shrink(cover))
    return frames, silhouette


def _shrink(fine):
    """Mean over the points of each pixel, [..., P, P] to [..., size, size]."""
    rows = np.add.reduce([fine[..., i::SUPERSAMPLING, :] for i in range(SUPERSAMPLING)])
    points = np.add.reduce([rows[..., i::SUPERSAMPLING] for i in range(SUPERSAMPLING)])
    return points / SUPERSAMPLING**2


def _draw_ground(canvas, cover, travelled):
    """Sky, and a ground with marks that pass and the animal's shadow, [3, P, P] float32."""
    soil = _ramp(canvas, HORIZON - canvas.y)[:, None]
    place = (canvas.x + np.float32(travelled)) % MARK_SPACING - 0.5 * MARK_SPACING
    across = _ramp(canvas, MARK_HALF[0] - np.abs(place))[None, :]
    down = _ramp(canvas, MARK_HALF[1] - np.abs(canvas.y - MARK_HEIGHT))[:, None]
    sky, ground, dark = (np.asarray(c, np.float32)[:, None, None] for c in (SKY, SOIL, SOIL_MARK))
    picture = sky + (ground - sky) * soil
    picture = picture + (dark - picture) * (down * across)
    near = np.exp(-np.maximum(canvas.y, 0.0) / SHADOW_FADE)
    above = ndimage.gaussian_filter1d((cover * near[:, None]).max(axis=0), 1.5 / canvas.pitch)
    below = np.exp(-0.5 * ((canvas.y - 0.5) / 1.3) ** 2) * soil[:, 0]
    return picture * (1.0 - SHADOW * below[:, None] * above[None, :])


def _ramp(canvas, depth):
    """Cover of a point that lies `depth` inside an edge."""
    return np.clip(0.5 + depth / np.float32(canvas.pitch), 0.0, 1.0)


def _draw_layer(canvas, picture, cover, flesh, t, chosen, skin, colours):
    """Blend the parts of one layer, and lay them over the picture."""
    blend = BLEND.get(flesh.layers[chosen[0]], LIMB_BLEND)
    starts, ends, radii = flesh.starts[t, chosen], flesh.ends[t, chosen], flesh.radii[chosen]
    pad = radii.max(axis=1, keepdims=True) + blend + canvas.pitch
    low, high = np.minimum(starts, ends) - pad, np.maximum(starts, ends) + pad
    rows, columns = canvas.window(low.min(axis=0), high.max(axis=0))
    shape = rows.stop - rows.start, columns.stop - columns.start
    distance = np.full(shape, _FAR_AWAY, np.float32)
    colour = np.zeros((3, *shape), np.float32)
    for i, n in enumerate(chosen):
        r, c = canvas.window(low[i], high[i])
        inner = (
            slice(r.start - rows.start, r.stop - rows.start),
            slice(c.start - columns.start, c.stop - columns.start),
        )
        d, light, ahead, across = _measure(canvas.x[c], canvas.y[r], starts[i], ends[i], radii[i])
        if flesh.materials[n] == "coat":
            own = light * _look_up(skin, flesh, n, ahead, across)
        else:
            own = light * colours[flesh.materials[n]][:, None, None]
        share = np.clip(0.5 + (0.5 / blend) * (distance[inner] - d), 0.0, 1.0)
        distance[inner] += (d - distance[inner]) * share - blend * share * (1.0 - share)
        colour[(slice(None), *inner)] += (own - colour[(slice(None), *inner)]) * share
    alpha = np.clip(0.5 - distance / canvas.pitch, 0.0, 1.0)
    if flesh.layers[chosen[0]].endswith("far"):
        colour *= FAR_SHADE
    picture[:, rows, columns] += (colour - picture[:, rows, columns]) * alpha
    cover[rows, columns] += (1.0 - cover[rows, columns]) * alpha


def _measure(x, y, start, end, radii):
    """Distance to a tapered capsule, its shade, and the place on it, of points on a grid.

    Returns: (signed distance, brightness, place ahead of the start over the capsule's length,
      place to the left of its axis), [rows, columns] float32 each.
    """
    length = np.float32(np.hypot(*(end - start)) + 1e-6)
    unit = ((end - start) / length).astype(np.float32)
    dx, dy = x[None, :] - np.float32(start[0]), y[:, None] - np.float32(start[1])
    ahead = (dx * unit[0] + dy * unit[1]) / length
    across = dy * unit[0] - dx * unit[1]
    along = np.clip(ahead, 0.0, 1.0)
    beyond = (ahead - along) * length
    radius = np.float32(radii[0]) + np.float32(radii[1] - radii[0]) * along
    reach = np.sqrt(beyond * beyond + across * across)
    # The normal of a round limb leans outward with the distance from its axis.
    bulge = np.minimum(reach / radius, 1.0)
    right, up, near = (LIGHT / np.linalg.norm(LIGHT)).astype(np.float32)
    facing = beyond * (unit[0] * right + unit[1] * up) + across * (unit[0] * up - unit[1] * right)
    facing = bulge * facing / np.maximum(reach, 1e-6) + near * np.sqrt(1.0 - bulge * bulge)
    light = np.float32(AMBIENT) + np.float32(1.0 - AMBIENT) * (0.5 + 0.5 * facing)
    return reach - radius, light, ahead, across


def _look_up(skin, flesh, n, ahead, across):
    """Colour of the skin at places on part n, [3, rows, columns]."""
    start, axis = flesh.rest_starts[n], flesh.rest_ends[n] - flesh.rest_starts[n]
    unit = axis / (np.hypot(*axis) + 1e-6)
    scale = coats.CELLS / coats.EXTENT
    x = start[0] + coats.MARGIN + axis[0] * ahead - unit[1] * across
    y = start[1] + coats.MARGIN + axis[1] * ahead + unit[0] * across
    cells = [np.clip(place * scale, 0, coats.CELLS - 1).astype(np.intp) for place in (y, x)]
    return np.moveaxis(skin[cells[0], cells[1]], -1, 0)
