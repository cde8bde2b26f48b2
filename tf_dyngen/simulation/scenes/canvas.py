"""A transparent picture that shapes are painted on, one over the other."""

import numpy as np


class Canvas:
    """Colour and opacity of a grid of points, in the coordinates of the object painted.

    Attributes:
      x: [H, W] float32, to the object's front, in object lengths.
      y: [H, W] float32, up.
      colour: [3, H, W] float32 in [0, 1], times the opacity.
      alpha: [H, W] float32 in [0, 1], the opacity.
    """

    def __init__(self, x, y, spacing):
        """Start transparent; `spacing` is the distance between points in object lengths."""
        self.x, self.y = x, y
        self._spacing = np.float32(spacing)
        self.colour = np.zeros((3, *x.shape), np.float32)
        self.alpha = np.zeros(x.shape, np.float32)

    def paint(self, distance, colour, opacity=1.0):
        """Paint a shape over what is there (Porter and Duff 1984), its edge softened.

        The edge is as wide as one spacing, which makes the cover of a point that of its cell.

        Args:
          distance: [H, W], the shape's signed distance in object lengths.
          colour: Red, green and blue in [0, 1]: three numbers or [3, H, W].
          opacity: In [0, 1]: a number or [H, W].
        """
        cover = opacity * np.clip(0.5 - distance / self._spacing, 0.0, 1.0).astype(np.float32)
        colour = np.asarray(colour, np.float32)
        if colour.ndim == 1:
            colour = colour[:, None, None]
        self.colour += cover * (colour - self.colour)
        self.alpha += cover * (1.0 - self.alpha)


def blend(first, second, share):
    """Colours between `first` and `second`, [3, H, W] for a share [H, W] clipped to [0, 1]."""
    share = np.clip(share, 0.0, 1.0).astype(np.float32)
    first, second = (np.asarray(c, np.float32)[:, None, None] for c in (first, second))
    return first + (second - first) * share
