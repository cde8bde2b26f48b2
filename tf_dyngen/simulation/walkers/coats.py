"""What animals wear: patterns of a base and a marking colour on the skin."""

import numpy as np
from scipy import ndimage, spatial

from tf_dyngen.simulation import resampling

# The skin is the standing animal's picture: hundredths of the frame's width, as in `anatomy`.
EXTENT = 110.0  # width and height of the skin's picture
MARGIN = 5.0  # how far it reaches beyond the frame on the left and below the ground
CELLS = 320  # of the picture, along each axis

# Base, marking and accent: the accent is for manes, hair, combs and tufts.
PALETTES = {
    "chestnut": ((0.52, 0.27, 0.13), (0.93, 0.87, 0.76), (0.20, 0.11, 0.08)),
    "sand": ((0.86, 0.68, 0.40), (0.38, 0.22, 0.12), (0.55, 0.33, 0.16)),
    "ash": ((0.60, 0.62, 0.65), (0.22, 0.23, 0.27), (0.30, 0.31, 0.35)),
    "snow": ((0.95, 0.94, 0.92), (0.13, 0.13, 0.15), (0.25, 0.24, 0.26)),
    "ebony": ((0.17, 0.16, 0.18), (0.88, 0.86, 0.82), (0.45, 0.42, 0.40)),
    "rust": ((0.88, 0.44, 0.12), (0.16, 0.11, 0.10), (0.50, 0.17, 0.06)),
    "moss": ((0.33, 0.52, 0.25), (0.86, 0.85, 0.42), (0.13, 0.28, 0.18)),
    "lagoon": ((0.17, 0.47, 0.68), (0.95, 0.84, 0.35), (0.08, 0.20, 0.38)),
}
MATERIALS = {
    "pale": (0.91, 0.76, 0.62),
    "ivory": (0.94, 0.91, 0.82),
    "dark": (0.12, 0.10, 0.10),
    "horn": (0.42, 0.36, 0.30),
}


def paint(coat, palette, grain, flank, seed):
    """Paint the skin of an animal.

    Args:
      coat: A key of `COATS`.
      palette: A key of `PALETTES`.
      grain: Direction along the body, degrees.
      flank: Line that divides back and belly, as in `anatomy.Body`.
      seed: Non-negative int, places the marks.
    Returns: [CELLS, CELLS, 3] float32 colours in [0, 1]; row 0 is the lowest.
    """
    base, mark, _ = (np.asarray(colour, np.float32) for colour in PALETTES[palette])
    y, x = np.indices((CELLS, CELLS), np.float32) * (EXTENT / CELLS) - MARGIN
    share = COATS[coat](np.random.default_rng(seed), x, y, np.deg2rad(grain), flank)
    return base + (mark - base) * share.astype(np.float32)[..., None]


def material_colours(palette):
    """Colours of all materials but the coat, {name: [3] float32}."""
    named = {**MATERIALS, "accent": PALETTES[palette][2]}
    return {name: np.asarray(colour, np.float32) for name, colour in named.items()}


def _plain(rng, x, y, grain, flank):
    del rng, y, grain, flank
    return np.zeros_like(x)


def _stripes(rng, x, y, grain, flank):
    along = x * np.cos(grain) + y * np.sin(grain) + 1.0 * _noise(rng, 11.0)
    # Below the trunk the stripes turn, to run across the legs.
    along -= 1.6 * np.cos(grain) * np.logaddexp(0.0, 0.4 * (flank[0] - 8.0 - y)) / 0.4
    wave = np.sin(2.0 * np.pi * along / 8.0 + rng.uniform(0.0, 2.0 * np.pi))
    return resampling.smoothstep(-0.05, 0.25, wave + 0.3 * _noise(rng, 9.0))


def _spots(rng, x, y, grain, flank):
    del grain, flank
    near, _, size = _cells(rng, x, y, 6.6, 0.28)
    return 1.0 - resampling.smoothstep(-0.3, 0.3, near - 1.75 - 0.45 * size)


def _patches(rng, x, y, grain, flank):
    del x, y, grain, flank
    return resampling.smoothstep(-0.06, 0.06, _noise(rng, 8.5) - 0.15)


def _net(rng, x, y, grain, flank):
    del grain, flank
    near, second, _ = _cells(rng, x, y, 10.0, 0.33)
    return 1.0 - resampling.smoothstep(0.9, 1.7, second - near)


def _two_tone(rng, x, y, grain, flank):
    del grain
    line = flank[0] + flank[1] * (x - 50.0) + 1.2 * _noise(rng, 10.0)
    return resampling.smoothstep(-1.0, 1.0, line - y)


def _noise(rng, correlation):
    """Smooth random field of standard deviation about 1, [CELLS, CELLS]."""
    sigma = correlation * CELLS / EXTENT / 2.0
    field = ndimage.gaussian_filter(rng.standard_normal((CELLS, CELLS)), sigma, mode="wrap")
    return field * (2.0 * np.sqrt(np.pi) * sigma)


def _cells(rng, x, y, spacing, jitter):
    """Points on a jittered triangular lattice: distances to the two nearest, and the nearest's
    own number in [-1, 1]; each [CELLS, CELLS].
    """
    count = int(EXTENT / spacing) + 4
    row, column = np.indices((count, count))
    centres = np.stack([column + 0.5 * (row % 2), 0.866 * row]).reshape(2, -1)
    centres = (centres + rng.uniform(-jitter, jitter, centres.shape) - 1.5) * spacing - MARGIN
    sizes = rng.uniform(-1.0, 1.0, centres.shape[1])
    tree = spatial.cKDTree(centres.T)
    distances, nearest = tree.query(np.stack([x.ravel(), y.ravel()], axis=1), k=2)
    near, second = distances.T.reshape(2, *x.shape)
    return near, second, sizes[nearest[:, 0]].reshape(x.shape)


COATS = {
    "plain": _plain,
    "stripes": _stripes,
    "spots": _spots,
    "patches": _patches,
    "net": _net,
    "two_tone": _two_tone,
}
