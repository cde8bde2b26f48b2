"""Smoke: a buoyant incompressible fluid carries it away from two chimneys at dusk."""

import numpy as np
from scipy import ndimage

from tf_dyngen.simulation import fluid, forcing, resampling

# Lengths are in frame widths, times in frames, smoke in [0, 1], 1 in a chimney's mouth.
SUPERSAMPLING = 2  # simulation cells per pixel
DOMAIN = 1.2  # simulated width over visible width; the rest hides the boundaries
BURN_IN_FRAMES = 90
DRAFT = 0.030  # steady upward flow
BUOYANCY = 0.0012
DRAG = 0.05
MIXING = 0.022  # growth of a volume of smoke, each frame, by the air that it takes in
DIFFUSION = 0.0045  # standard deviation of the blur of the smoke, each frame
FADING = 0.012  # share of the smoke lost each frame
VANISHING = 0.002  # smoke lost besides; without it, a tail of vanishing numbers slows all down
CONFINEMENT = 0.03
TURBULENCE = 0.0035
EDDY_CYCLES = (4, 9)  # fewest and most across the simulated square
EDDY_CORRELATION_FRAMES = 3.0
PUFFING = 0.40
PUFF_PERIODS = (6.0, 14.0)  # frames
PUFF_WANDER = 0.3  # radians per frame
KINDLING = 0.5  # share of the way to full smoke in the mouths, each frame
CHIMNEYS = (  # middle, height above the lower edge, width, jets of smoke side by side
    (0.31, 0.22, 0.19, 4),
    (0.74, 0.16, 0.14, 3),
)
MOUTH_DEPTH = 0.02

# Light comes from the upper left.
OPACITY = 5.0
SHADOW_DEPTH = 27.0  # weakening of light by full smoke, per frame width
SHADOW_REACH = 0.17  # light scattered around forgets a shadow after so much
RELIEF = 0.12  # slope of the smoke's surface for one unit of its gradient
_DUSK_AT = (0.0, 0.6, 1.0)  # from the upper edge to the lower
_DUSK = ((0.10, 0.14, 0.27), (0.42, 0.34, 0.42), (0.85, 0.55, 0.38))
_BRICK = (0.20, 0.12, 0.11)
_LIT = (1.00, 0.93, 0.84)
_SHADED = (0.33, 0.32, 0.40)


def simulate(seed, size, num_frames):
    """Simulate the smoke of two chimneys, lit against an evening sky.

    The fluid is that of the fire, stable fluids (Stam 1999), but the smoke takes in air:
    where there is smoke the flow diverges. The jets in the chimneys' mouths puff with
    wandering phases, and a stirring force varies as an Ornstein-Uhlenbeck process. The shading
    takes the density of the smoke for its thickness: a surface with a slope, and a shadow that
    grows with the smoke on the way to the light. A pure function of its arguments; more frames
    continue the same clip.

    Args:
      seed: Non-negative int.
      size: Height and width in pixels.
      num_frames: T >= 1, at 25 frames per second.
    Returns: [T, size, size, 3] uint8.
    """
    grid = fluid.Grid(size, SUPERSAMPLING, DOMAIN)
    layout, puff_rng, eddy_rng = np.random.default_rng(seed).spawn(3)
    jets = _jet_shapes(grid)
    total = BURN_IN_FRAMES + num_frames
    strengths = _puff(layout, puff_rng, total, len(jets))
    band = fluid.wave_band(grid, *EDDY_CYCLES)
    stirring = forcing.ornstein_uhlenbeck(
        eddy_rng, total, 2 * len(band[0]), EDDY_CORRELATION_FRAMES
    )
    background = _draw_background(grid.visible)
    velocity = np.zeros((2, grid.cells, grid.cells), np.float32)
    smoke = np.zeros((grid.cells, grid.cells), np.float32)
    frames = np.empty((num_frames, size, size, 3), np.uint8)
    for step in range(total):
        source = sum(strength * jet for strength, jet in zip(strengths[step], jets, strict=True))
        stir = fluid.band_force(grid, band, stirring[step])
        velocity, smoke = _advance(grid, velocity, smoke, source, stir)
        if step >= BURN_IN_FRAMES:
            fine = _shade(grid.window(smoke), background)
            picture = resampling.average_blocks(fine, SUPERSAMPLING)
            frames[step - BURN_IN_FRAMES] = resampling.to_bytes(picture)
    return frames


def _jet_shapes(grid):
    """Overlapping bumps in the mouths of the chimneys, [jets, H, W] float32."""
    jets = []
    for middle, height, width, num_jets in CHIMNEYS:
        spacing = width / num_jets
        centres = middle - 0.5 * width + spacing * (np.arange(num_jets) + 0.5)
        profile = np.exp(-0.5 * ((grid.across[0] - centres[:, None]) / (0.55 * spacing)) ** 2)
        profile /= profile.sum(axis=0).max()
        depth = np.exp(-0.5 * ((grid.height[:, 0] - height) / MOUTH_DEPTH) ** 2)
        jets.append(depth[:, None] * profile[:, None, :])
    return np.concatenate(jets).astype(np.float32)


def _puff(layout, puff_rng, num_frames, num_jets):
    """Strength of each jet, about 1, [T, jets] float32."""
    # Neighbours get rates far apart, so that their sum beats quickly: 3 is coprime to 7.
    rates = (np.arange(num_jets) * 3 % num_jets + layout.uniform(size=num_jets)) / num_jets
    periods = 1.0 / (1.0 / PUFF_PERIODS[1] + rates * np.ptp(1.0 / np.asarray(PUFF_PERIODS)))
    puffs = forcing.wandering_oscillators(puff_rng, num_frames, periods, PUFF_WANDER)
    return np.clip(1.0 + PUFFING * puffs, 0.0, None).astype(np.float32)


def _advance(grid, velocity, smoke, source, stir):
    """One frame of time; velocity and stir [2, H, W], smoke and source [H, W]."""
    scale = np.float32(grid.visible)
    *velocity, smoke = fluid.carry(grid, velocity, DRAFT * scale, (*velocity, smoke))
    smoke = smoke * np.float32(1.0 - FADING) - np.float32(VANISHING)
    smoke = ndimage.gaussian_filter(
        np.maximum(smoke, 0.0), DIFFUSION * scale, mode="wrap", truncate=3.0
    )
    smoke += np.float32(KINDLING) * np.maximum(source - smoke, 0.0)
    smoke *= grid.calm
    velocity = np.stack(velocity)
    force = stir * (np.float32(TURBULENCE) * scale)
    force += fluid.confining_force(velocity, CONFINEMENT)
    force[0] -= np.float32(BUOYANCY) * scale * smoke
    velocity = (velocity * np.float32(1.0 - DRAG) + force) * grid.calm
    return fluid.project(grid, velocity, np.float32(MIXING) * smoke), smoke


def _draw_background(points):
    """Sky and chimneys, [3, P, P] float32."""
    places = (np.arange(points, dtype=np.float32) + 0.5) / points
    y, x = np.meshgrid(places, places, indexing="ij")
    picture = np.stack([np.interp(y, _DUSK_AT, colours) for colours in zip(*_DUSK, strict=True)])
    edge = 1.0 / points
    for middle, height, width, _ in CHIMNEYS:
        half = 0.5 * width * (1.0 + 0.25 * (y - 1.0 + height) / height)
        inside = 1.0 - resampling.smoothstep(half - edge, half + edge, np.abs(x - middle))
        inside *= resampling.smoothstep(1.0 - height - edge, 1.0 - height + edge, y)
        turned = ((x - middle) / half + 0.5) / 1.5
        shade = 0.5 + np.sqrt(np.clip(1.0 - turned**2, 0.0, None))
        picture += inside * (np.asarray(_BRICK)[:, None, None] * shade - picture)
    return picture.astype(np.float32)


def _shade(smoke, background):
    """Colour of the smoke [P, P] before its background [3, P, P], [3, P, P]."""
    cell = np.float32(1.0 / len(smoke))
    shadow = np.empty_like(smoke)
    keep, gain = np.exp(-cell / SHADOW_REACH), SHADOW_DEPTH * cell
    above = np.zeros(len(smoke), np.float32)
    for row, filled in enumerate(smoke):
        # The ray that ends in a cell came through the one above and to the left.
        above[1:] = above[:-1]
        above *= keep
        above += gain * filled
        shadow[row] = above
    thickness = np.sqrt(ndimage.gaussian_filter(smoke, 0.012 * len(smoke)) + np.float32(0.01))
    slope = np.float32(RELIEF) * sum(np.gradient(thickness, cell))
    light = 0.3 + 0.55 * np.exp(-shadow) + 0.5 * slope / np.sqrt(1.0 + slope * slope)
    light = np.clip(light, 0.0, 1.0)
    cover = 1.0 - np.exp(-np.float32(OPACITY) * smoke)
    colours = [dark + (bright - dark) * light for dark, bright in zip(_SHADED, _LIT, strict=True)]
    return background + cover * (np.stack(colours) - background)
