"""A flag: travelling waves on cloth held at a pole, shaded by its slope."""

import numpy as np

from tf_dyngen.simulation import forcing, resampling

# The picture is the unit square, x to the right and y down. The cloth's own coordinates are
# u from the pole to the free edge and v from the upper edge to the lower, both in [0, 1].
SUPERSAMPLING = 1.5  # shaded points per pixel along each axis
CHUNK_FRAMES = 16  # always whole chunks: a product of another shape may round otherwise
FRAMES_PER_SECOND = 25.0
POLE = (0.075, 0.100)  # left and right side
CLOTH = (0.100, 0.190, 0.800, 0.540)  # left, top, width, height
WAVE_CYCLES = (0.9, 1.4, 2.0, 2.7, 3.5)  # along the cloth
WAVE_HEIGHTS = (0.70, 0.85, 0.60, 0.34, 0.18)
WAVE_SPEED = 0.95  # cloth lengths per second
TILT = 0.35  # largest number of cycles across the cloth
LIFT = 0.050  # how far a wave of unit height moves the cloth up the picture
SWING = 0.018  # and along it
SAG = 0.050  # how far the free edge hangs down
RELIEF = 0.115  # shade per unit of slope
GUST_FRAMES = 5.0  # correlation time
GUST_HEIGHT = 0.07  # relative standard deviation of the height of waves
GUST_SPEED = 0.20  # and of their speed

_SKY_ABOVE = (0.330, 0.560, 0.800)
_SKY_BELOW = (0.800, 0.870, 0.900)
_BLUE = (0.090, 0.190, 0.480)
_CREAM = (0.930, 0.890, 0.780)
_RED = (0.720, 0.130, 0.150)
_GOLD = (0.940, 0.680, 0.150)
_WOOD = (0.420, 0.310, 0.210)


def simulate(seed, size, num_frames):
    """Simulate a flag in a gusty wind, against a clear sky.

    The cloth moves as a sum of waves that travel from the pole to the free edge and grow on
    the way, the linear regime of flags in a stream (Argentina and Mahadevan 2005). Gusts,
    Ornstein-Uhlenbeck processes, change the waves' common height and speed. The picture is
    drawn backwards, from each point to the place on the cloth seen there, and the cloth is
    shaded by its slope. A pure function of its arguments; more frames continue the same clip.

    Args:
      seed: Non-negative int.
      size: Height and width in pixels.
      num_frames: T >= 1, at 25 frames per second.
    Returns: [T, size, size, 3] uint8.
    """
    layout, gust_rng = np.random.default_rng(seed).spawn(2)
    points = round(size * SUPERSAMPLING)
    places = (np.arange(points, dtype=np.float32) + 0.5) / points
    y, x = (part.ravel() for part in np.meshgrid(places, places, indexing="ij"))
    along, down = (x - CLOTH[0]) / CLOTH[2], (y - CLOTH[1]) / CLOTH[3]
    basis = _wave_basis(layout, along, down)
    num_chunks = -(-num_frames // CHUNK_FRAMES)
    turning = _turn_waves(layout, gust_rng, num_chunks * CHUNK_FRAMES)
    background = _draw_background(x, y, size)
    shrink = resampling.area_weights(points, size)
    frames = np.empty((num_chunks * CHUNK_FRAMES, size, size, 3), np.uint8)
    for start in range(0, len(frames), CHUNK_FRAMES):
        height, slope = (part @ turning[:, start : start + CHUNK_FRAMES] for part in basis)
        for t in range(CHUNK_FRAMES):
            u = along + SWING * height[:, t]
            v = down + (LIFT * height[:, t] - SAG * along * along) / CLOTH[3]
            cover, cloth = _draw_cloth(u, v, slope[:, t], size)
            fine = (background + cover * (cloth - background)).reshape(3, points, points)
            frames[start + t] = resampling.to_bytes(np.moveaxis(shrink @ fine @ shrink.T, 0, -1))
    return frames[:num_frames]


def _wave_basis(rng, along, down):
    """Height and slope along the cloth of each wave's two quadratures, [P, 2K] float32 each."""
    cycles = np.stack([WAVE_CYCLES, rng.uniform(-TILT, TILT, len(WAVE_CYCLES))])
    angles = 2.0 * np.pi * (along[:, None] * cycles[0] + down[:, None] * cycles[1])
    reach = np.clip(along, 0.0, 1.2)[:, None]
    growth = 1.25 * reach / np.sqrt(reach**2 + 0.35**2)
    steepening = 1.25 * 0.35**2 / np.sqrt(reach**2 + 0.35**2) ** 3 * (reach > 0)
    sine, cosine = np.sin(angles), np.cos(angles)
    turn = 2.0 * np.pi * cycles[0]
    # sin(angle - phase) = sin(angle) cos(phase) - cos(angle) sin(phase)
    height = np.concatenate([growth * sine, -growth * cosine], axis=1)
    slope = np.concatenate(
        [steepening * sine + growth * turn * cosine, -steepening * cosine + growth * turn * sine],
        axis=1,
    )
    return height.astype(np.float32), slope.astype(np.float32)


def _turn_waves(layout, gust_rng, num_frames):
    """Amplitudes of the two quadratures of each wave in each frame, [2K, T] float32."""
    gusts = forcing.ornstein_uhlenbeck(gust_rng, num_frames, 2, GUST_FRAMES)
    cycles = np.asarray(WAVE_CYCLES)
    # A little dispersion keeps the shape from travelling unchanged.
    rates = WAVE_SPEED * cycles * (1.0 + layout.uniform(-0.08, 0.08, len(cycles)))
    travelled = np.cumsum(1.0 + GUST_SPEED * gusts[:, 0]) / FRAMES_PER_SECOND
    phases = 2.0 * np.pi * (layout.uniform(size=len(cycles))[:, None] + np.outer(rates, travelled))
    heights = np.outer(WAVE_HEIGHTS, np.exp(GUST_HEIGHT * gusts[:, 1]))
    return np.concatenate([heights * np.cos(phases), heights * np.sin(phases)]).astype(np.float32)


def _draw_background(x, y, size):
    """Sky and pole, [3, P] float32."""
    edge = 1.0 / size
    sky = _blend(_SKY_ABOVE, _SKY_BELOW, y)
    across = (x - POLE[0]) / (POLE[1] - POLE[0])
    round_shade = 0.55 + 0.75 * np.sqrt(np.clip(1.0 - (2.0 * across - 0.7) ** 2, 0.0, None))
    pole = np.asarray(_WOOD, np.float32)[:, None] * round_shade
    inside = _between(x, POLE[0], POLE[1], edge) * resampling.smoothstep(0.10, 0.10 + edge, y)
    knob = np.hypot(x - 0.5 * (POLE[0] + POLE[1]), y - 0.095)
    gold = np.asarray(_GOLD, np.float32)[:, None] * (1.05 - 9.0 * np.hypot(x - 0.08, y - 0.085))
    picture = sky + inside * (pole - sky)
    picture += (1.0 - resampling.smoothstep(0.026, 0.026 + edge, knob)) * (gold - picture)
    return picture.astype(np.float32)


def _draw_cloth(u, v, slope, size):
    """How much of each point the cloth covers, [P], and its shaded colour, [3, P]."""
    edge_u, edge_v = 1.0 / (size * CLOTH[2]), 1.0 / (size * CLOTH[3])
    cover = _between(u, 0.0, 1.0, edge_u) * _between(v, 0.0, 1.0, edge_v)
    stripe = _between(v, 0.36, 0.64, edge_v)
    lower = resampling.smoothstep(0.5 - edge_v, 0.5 + edge_v, v)
    colour = _blend(_BLUE, _RED, lower)
    colour += stripe * (np.asarray(_CREAM, np.float32)[:, None] - colour)
    # The emblem, in units of the cloth's height: a sun with eight rays around a blue disc.
    right, down = (u - 0.32) * np.float32(CLOTH[2] / CLOTH[3]), v - np.float32(0.5)
    radius = np.hypot(right, down)
    rays = np.float32(0.235) + np.float32(0.050) * np.cos(8.0 * np.arctan2(down, right))
    sun = 1.0 - resampling.smoothstep(-edge_v, edge_v, radius - rays)
    colour += sun * (np.asarray(_GOLD, np.float32)[:, None] - colour)
    disc = 1.0 - resampling.smoothstep(0.105 - edge_v, 0.105 + edge_v, radius)
    colour += disc * (np.asarray(_BLUE, np.float32)[:, None] - colour)
    light = slope * np.float32(RELIEF / 2.0)
    colour *= 0.82 + 0.52 * light / np.sqrt(1.0 + light * light)
    colour += 0.10 * np.exp(-12.0 * (light - 0.75) ** 2)
    return cover, colour


def _blend(first, second, share):
    """Colours between `first` and `second`, [3, P] for a share [P] in [0, 1]."""
    return (
        np.asarray(first, np.float32)[:, None]
        + np.subtract(second, first, dtype=np.float32)[:, None] * share
    )


def _between(values, low, high, edge):
    """1 where low < values < high, with ramps 2 `edge` wide at both ends."""
    rise = resampling.smoothstep(low - edge, low + edge, values)
    return rise * (1.0 - resampling.smoothstep(high - edge, high + edge, values))
