"""Rain: drops that fall before a hedge and raise rings on a pond."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from tf_dyngen.simulation import resampling
from tf_dyngen.simulation.ripples import Ripples

FRAMES_PER_SECOND = 25.0
SUPERSAMPLING = 2  # shaded points per pixel along each axis
BURN_IN_FRAMES = 40  # rings from before the first frame

# The picture is one frame width wide and high, x to the right and y down; verticals stay
# vertical, and row y shows the water CAMERA_HEIGHT / (y + HORIZON) ahead. Lengths in metres.
CAMERA_HEIGHT = 1.30
HORIZON = 0.30  # frame widths above the upper edge
BANK = 0.40  # row of the pond's far edge; beyond, drops fall out of sight behind it
NEAR, FAR = CAMERA_HEIGHT / (1.0 + HORIZON), CAMERA_HEIGHT / (BANK + HORIZON)

CELL = 0.0125
PATCH = (108, 192)  # cells of water ahead and to the right, more than is seen
FADING = 2.0  # per second
SPREADING = 0.0005  # square metres per second; water's own is less, but rain stirs it
BLOW = 0.0101  # of a drop, square metres per second
BLOW_RADIUS = 0.017

# Drops landing in a frame: the nearest, the farthest, how many, how strongly they show.
CURTAINS = ((0.45, NEAR, 3, 0.8), (NEAR, FAR, 4, 1.2), (FAR, 6.0, 22, 2.0))
WIDTH = 1.3  # of a curtain, in widths of the picture
FALL = 6.5 / FRAMES_PER_SECOND  # metres per frame
SLANT = 0.10  # metres to the right for one metre down
SHUTTER = 0.6  # share of a frame
DROP_WIDTH = 0.0024  # standard deviation across a streak
LEAST_BLUR = 0.45  # pixels, likewise
FALL_FRAMES = 12  # the longest fall through the picture
SPLASH_FRAMES = 4
SPLASH_HEIGHT = 0.055
SPLASH_WIDTH = 0.014
SPLASH_DEPTH = 0.9  # optical

_RAIN = (0.78, 0.84, 0.88)
_SKY = (0.74, 0.80, 0.84)
_LEAVES = (0.110, 0.180, 0.150)
_LIT_LEAVES = (0.330, 0.430, 0.300)
_STONE = (0.460, 0.480, 0.480)
_POND = (0.070, 0.120, 0.130)


class _Drops(NamedTuple):
    """Drops by the frame they land in, [frames, N] float32 each."""

    moment: np.ndarray  # of landing, in [0, 1] of the frame
    right: np.ndarray  # place of landing
    ahead: np.ndarray
    strength: np.ndarray


def simulate(seed, size, num_frames):
    """Simulate steady rain on a pond.

    Drops land at random moments, as many in every frame. In the air they are streaks, as
    long as they fall while the shutter is open, wide, long and fast when they are near. Where
    one strikes the pond it splashes and raises a ring; the rings are gravity-capillary waves,
    exact in time, seen by what they reflect, the sky and the hedge. A pure function of its
    arguments; more frames continue the same clip.

    Args:
      seed: Non-negative int.
      size: Height and width in pixels.
      num_frames: T >= 1, at 25 frames per second.
    Returns: [T, size, size, 3] uint8.
    """
    layout, drop_rng = np.random.default_rng(seed).spawn(2)
    drops = _draw_drops(drop_rng, BURN_IN_FRAMES + num_frames + FALL_FRAMES)
    ripples = Ripples(PATCH, CELL, 1.0 / FRAMES_PER_SECOND, FADING, SPREADING)
    scene = _draw_hedge(layout, size)
    pond = _Pond(size)
    frames = np.empty((num_frames, size, size, 3), np.uint8)
    for step in range(BURN_IN_FRAMES + num_frames):
        _strike(ripples, drops, step)
        if step < BURN_IN_FRAMES:
            continue
        fine = scene.copy()
        fine[:, pond.first_row :] += pond.shade(ripples.slopes())
        picture = resampling.average_blocks(fine, SUPERSAMPLING)
        depth = _draw_streaks(drops, step, size) + _draw_splashes(drops, step, size)
        cover = -np.expm1(-depth)[..., None]
        frames[step - BURN_IN_FRAMES] = resampling.to_bytes(
            picture + cover * (np.asarray(_RAIN) - picture)
        )
    return frames


def _draw_drops(rng, num_frames):
    """_Drops of all curtains."""
    counts = [count for _, _, count, _ in CURTAINS]
    nearest, farthest, strength = (
        np.repeat([curtain[part] for curtain in CURTAINS], counts) for part in (0, 1, 3)
    )
    # One drop in each of as many equal depths as a curtain has drops: steadier than chance.
    places = np.concatenate([np.arange(count) / count for count in counts])
    draws = rng.uniform(size=(num_frames, len(places), 3))
    depths = places + draws[..., 1] / np.repeat(counts, counts)
    ahead = nearest + (farthest - nearest) * depths
    right = (draws[..., 2] - 0.5) * WIDTH * ahead
    parts = (draws[..., 0], right, ahead, np.broadcast_to(strength, ahead.shape))
    return _Drops(*(part.astype(np.float32) for part in parts))


def _strike(ripples, drops, step):
    """One frame of the pond: time passes, and the drops of the frame land."""
    ripples.advance()
    for moment, right, ahead, _ in zip(*(part[step] for part in drops), strict=True):
        if NEAR < ahead < FAR:
            elapsed = (1.0 - moment) / FRAMES_PER_SECOND
            ripples.strike(ahead, right, elapsed, BLOW, BLOW_RADIUS)


class _Pond:
    """What each point of the picture shows of the water, from row `first_row` on."""

    def __init__(self, size):
        points = size * SUPERSAMPLING
        self.first_row = int(BANK * size) * SUPERSAMPLING
        y, x = _places(points)
        y, x = y[self.first_row :], x[self.first_row :]
        self._cover = _below_bank(y, points)
        ahead = CAMERA_HEIGHT / (y + HORIZON)
        right = (x - 0.5) * ahead
        self._cells = np.stack([ahead, right]) / np.float32(CELL)
        self._view = np.stack([-ahead, -right, np.full_like(ahead, CAMERA_HEIGHT)])
        self._view /= np.sqrt((self._view**2).sum(axis=0))

    def shade(self, slopes):
        """Slopes of the patch of water [2, H, W] to colours [3, rows, P], none above the bank."""
        ahead, right = (
            ndimage.map_coordinates(slope, self._cells, np.float32, order=1, mode="grid-wrap")
            for slope in slopes
        )
        upright = 1.0 / np.sqrt(1.0 + ahead * ahead + right * right)
        facing = self._view[2] - ahead * self._view[0] - right * self._view[1]
        facing = np.maximum(facing * upright, 0.0)
        mirrored_up = 2.0 * facing * upright - self._view[2]
        fresnel = 0.02 + 0.98 * (1.0 - facing) ** 5
        sky = resampling.smoothstep(0.46, 0.96, mirrored_up)
        mirror = np.minimum(0.55 + 5.0 * fresnel, 1.0)
        colours = [
            self._cover * (deep + mirror * (1.3 * leaf + sky * (bright - 1.3 * leaf) - deep))
            for deep, leaf, bright in zip(_POND, _LEAVES, _SKY, strict=True)
        ]
        return np.stack(colours)


def _places(points):
    """Rows and columns of the points of the picture, [P, P] float32 each, in [0, 1]."""
    places = (np.arange(points, dtype=np.float32) + 0.5) / points
    return np.meshgrid(places, places, indexing="ij")


def _below_bank(y, points):
    return resampling.smoothstep(BANK, BANK + 1.0 / points, y)


def _draw_hedge(rng, size):
    """The hedge and the stones of the bank, nothing below them, [3, P, P] float32."""
    y, x = _places(size * SUPERSAMPLING)
    cycles = 2.0 * 2.0 ** rng.uniform(0.0, 3.0, 40)
    directions, phases = rng.uniform(0.0, np.pi, 40), rng.uniform(0.0, 2.0 * np.pi, 40)
    waves = 2.0 * np.pi * cycles * np.stack([np.cos(directions), np.sin(directions)])
    mottle = sum(
        np.cos(right * x + down * y + phase)
        for right, down, phase in zip(*waves, phases, strict=True)
    ) / np.sqrt(20.0)
    light = np.clip(0.35 + 0.30 * mottle, 0.0, 1.0) * (0.35 + 0.9 * np.maximum(1.0 - y / BANK, 0))
    stone = resampling.smoothstep(BANK - 0.050, BANK - 0.035, y)
    wet = 0.55 + 0.10 * mottle + 0.45 * resampling.smoothstep(BANK - 0.005, BANK - 0.030, y)
    picture = []
    for dark, bright, grey in zip(_LEAVES, _LIT_LEAVES, _STONE, strict=True):
        leaves = dark + (bright - dark) * light
        picture.append(leaves + stone * (grey * wet - leaves))
    return (np.stack(picture) * (1.0 - _below_bank(y, len(y)))).astype(np.float32)


def _draw_streaks(drops, step, size):
    """Optical depth of the drops in the air while the shutter is open, [size, size]."""
    moment, right, ahead, strength = (part[step : step + FALL_FRAMES] for part in drops)
    ground = np.minimum(CAMERA_HEIGHT - (BANK + HORIZON) * ahead, 0.0)
    fall = FALL * (np.arange(FALL_FRAMES, dtype=np.float32)[:, None] + moment)
    top, bottom = (
        (CAMERA_HEIGHT - ground - height) / ahead - HORIZON
        for height in (fall, np.maximum(fall - FALL * SHUTTER, 0.0))
    )
    x = 0.5 + (right - SLANT * fall) / ahead
    width = DROP_WIDTH / ahead * size
    blur = np.maximum(width, LEAST_BLUR)
    seen = (bottom > 0.0) & (top < 1.0) & (np.abs(x - 0.5) < 0.65)
    lines = np.stack([x, top, bottom, blur, strength * width / blur])
    return _draw_lines(lines[:, seen], SLANT, size)


def _draw_splashes(drops, step, size):
    """Optical depth of the water that jumps up where drops have landed, [size, size]."""
    moment, right, ahead, _ = (part[step - SPLASH_FRAMES + 1 : step + 1] for part in drops)
    frames = np.arange(SPLASH_FRAMES, 0, -1, dtype=np.float32)[:, None]
    age = (frames - moment) / SPLASH_FRAMES
    height = SPLASH_HEIGHT * 4.0 * age * (1.0 - age)
    bottom = CAMERA_HEIGHT / ahead - HORIZON
    top = bottom - height / ahead
    blur = np.maximum(SPLASH_WIDTH / ahead * size, LEAST_BLUR)
    lines = np.stack([0.5 + right / ahead, top, bottom, blur, SPLASH_DEPTH * (1.0 - age)])
    return _draw_lines(lines[:, (ahead > NEAR) & (ahead < FAR)], 0.0, size)


def _draw_lines(lines, lean, size):
    """Add up lines of Gaussian profile, cut off at their ends.

    Args:
      lines: [5, N]: the column of a line's upper end and the rows of both its ends, in frame
        widths; its standard deviation across, in pixels; its value in the middle.
      lean: Columns that a line moves to the right for one row down.
      size: Height and width in pixels.
    Returns: [size, size] float64.
    """
    x, top, bottom, blur, peak = lines[..., None]
    x, top, bottom = x * size, top * size, bottom * size
    rows = np.floor(top) + np.arange(np.ceil((bottom - top).max(initial=0.0)) + 1.0)
    covered = np.minimum(rows + 1.0, bottom) - np.maximum(rows, top)
    middles = x + lean * (rows + 0.5 - top)
    reach = np.ceil(3.0 * blur.max(initial=0.0))
    columns = np.floor(middles)[..., None] + np.arange(-reach, reach + 1.0)
    away = (columns + 0.5 - middles[..., None]) / blur[..., None]
    along = peak * np.clip(covered, 0.0, 1.0)
    values = along[..., None] * np.exp(-0.5 * away * away)
    rows = np.broadcast_to(rows[..., None], columns.shape)
    inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
    pixels = (rows[inside] * size + columns[inside]).astype(np.int64)
    return np.bincount(pixels, values[inside], size * size).reshape(size, size)
