"""Puts a moving object in front of a clip, and marks what it hides."""

import numpy as np

from tf_dyngen.simulation.scenes import shapes
from tf_dyngen.simulation.scenes.canvas import Canvas

SUPERSAMPLING = 2  # painted points per pixel along each axis


def composite(background, draw, reach, course):
    """Draw an object over every frame.

    Opacity is rounded to bytes first, and a pixel is hidden where any is left; elsewhere the
    frames are the background's bytes.

    Args:
      background: [T, S, S, 3] uint8.
      draw: Paints the object of length 1 at the origin, upright and facing right:
        draw(canvas, phase).
      reach: Radius of a circle about the origin that holds all of it, in object lengths.
      course: Course of T frames.
    Returns: (frames [T, S, S, 3] uint8, mask [T, S, S, 1] uint8: 255 where the object hides the
      background and 0 elsewhere).
    """
    size = background.shape[1]
    frames, mask = background.copy(), np.zeros((*background.shape[:3], 1), np.uint8)
    for t in range(len(background)):
        window = _window(course.x[t], course.y[t], reach * course.size, size)
        if window is None:
            continue
        canvas = Canvas(*_object_coordinates(window, course, t, size))
        draw(canvas, course.phase[t])
        opacity = np.rint(_shrink(canvas.alpha) * 255.0)
        hides = opacity > 0
        part, share = frames[t][window], (opacity / 255.0)[..., None]
        # The colour goes with the opacity as it was before the rounding.
        colour = np.moveaxis(_shrink(canvas.colour), 0, -1) * 255.0
        mixed = np.rint(part * (1.0 - share) + np.minimum(colour, 255.0 * share))
        part[hides] = mixed[hides].astype(np.uint8)
        mask[t][window][hides] = 255
    return frames, mask


def _window(x, y, radius, size):
    """Rows and columns that a circle touches, in frame widths; None when it is out of sight."""
    low = [max(int(np.floor((place - radius) * size)) - 1, 0) for place in (y, x)]
    high = [min(int(np.ceil((place + radius) * size)) + 1, size) for place in (y, x)]
    if low[0] >= high[0] or low[1] >= high[1]:
        return None
    return slice(low[0], high[0]), slice(low[1], high[1])


def _object_coordinates(window, course, t, size):
    """Where the window's points are on the object: (x [H, W], y [H, W], spacing)."""
    down, right = (
        (np.arange(part.start * SUPERSAMPLING, part.stop * SUPERSAMPLING) + 0.5)
        / (size * SUPERSAMPLING)
        for part in window
    )
    ahead = (right - course.x[t]) * course.facing[t] / course.size
    up = (course.y[t] - down) / course.size
    up, ahead = np.meshgrid(up.astype(np.float32), ahead.astype(np.float32), indexing="ij")
    spacing = 1.0 / (size * SUPERSAMPLING * course.size)
    return *shapes.turn(ahead, up, -course.angle[t]), spacing


def _shrink(picture):
    """Mean over the points of each pixel, [..., H, W] to [..., H / 2, W / 2]."""
    *rest, height, width = picture.shape
    cells = (height // SUPERSAMPLING, SUPERSAMPLING, width // SUPERSAMPLING, SUPERSAMPLING)
    return picture.reshape(*rest, *cells).mean(axis=(-3, -1))
