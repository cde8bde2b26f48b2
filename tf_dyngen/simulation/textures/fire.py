"""Fire: a buoyant incompressible fluid that carries, cools and shows heat."""

import numpy as np

from tf_dyngen.simulation import fluid, forcing, resampling

# Lengths are in frame widths, times in frames, temperature in [0, about 1].
SUPERSAMPLING = 1.25  # simulation cells per pixel
DOMAIN = 1.25  # simulated width over visible width; the rest hides the boundaries
BURN_IN_FRAMES = 90
DRAFT = 0.026  # steady upward flow, the air that a fire draws in
BUOYANCY = 0.0022
DRAG = 0.07
COOLING = 0.020
FADING = 0.020  # share of the heat lost each frame, on top of COOLING
CONFINEMENT = 0.07
TURBULENCE = 0.0016
NUM_EDDIES = 24
NUM_BURNERS = 13
FLICKER = 0.50
FLICKER_PERIODS = (7.0, 16.0)  # frames; 1.6 to 3.6 Hz, as fires of hand width puff
FLICKER_WANDER = 0.3  # radians per frame
EDDY_CORRELATION_FRAMES = 3.0
BED_DEPTH = 0.06
KINDLING = 0.4  # share of the way to the burners' temperature, each frame

# Temperature -> red, green, blue: the order of a black body's colours as it heats.
_TEMPERATURES = (0.00, 0.12, 0.30, 0.48, 0.66, 0.84, 1.05)
_COLOURS = (
    (0.020, 0.010, 0.022),
    (0.130, 0.018, 0.016),
    (0.520, 0.070, 0.016),
    (0.870, 0.260, 0.030),
    (0.975, 0.560, 0.090),
    (0.990, 0.810, 0.300),
    (1.000, 0.950, 0.740),
)


def simulate(seed, size, num_frames):
    """Simulate a bed of flames.

    Stable fluids (Stam 1999): semi-Lagrangian advection and an exact projection onto
    divergence-free velocity by FFT; buoyancy and vorticity confinement as in Fedkiw, Stam and
    Jensen (2001). Burners along the bed puff at the rates of small pool fires (Cetegen and
    Ahmed 1993) with wandering phases, and a weak stirring force varies as an
    Ornstein-Uhlenbeck process. Heat is lost at a nearly constant rate, which gives flames
    sharp tips. A pure function of its arguments; more frames continue the same clip.

    Args:
      seed: Non-negative int.
      size: Height and width in pixels.
      num_frames: T >= 1, at 25 frames per second.
    Returns: [T, size, size, 3] uint8.
    """
    grid = fluid.Grid(size, SUPERSAMPLING, DOMAIN)
    layout, burner_rng, eddy_rng = np.random.default_rng(seed).spawn(3)
    burners = _burner_shapes(layout, grid)
    eddies = fluid.draw_eddies(layout, grid, NUM_EDDIES)
    total = BURN_IN_FRAMES + num_frames
    # Neighbours get rates far apart, so that their sum beats quickly: 5 is coprime to 13.
    rates = (
        np.arange(NUM_BURNERS) * 5 % NUM_BURNERS + layout.uniform(size=NUM_BURNERS)
    ) / NUM_BURNERS
    periods = 1.0 / (1.0 / FLICKER_PERIODS[1] + rates * np.ptp(1.0 / np.asarray(FLICKER_PERIODS)))
    flicker = forcing.wandering_oscillators(burner_rng, total, periods, FLICKER_WANDER)
    flicker = flicker - flicker.mean(axis=1, keepdims=True)  # the burners share steady fuel
    stirring = forcing.ornstein_uhlenbeck(
        eddy_rng, total, 2 * NUM_EDDIES, EDDY_CORRELATION_FRAMES
    ).astype(np.float32)
    shrink = resampling.area_weights(grid.visible, size)
    velocity = np.zeros((2, grid.cells, grid.cells), np.float32)
    heat = np.zeros((grid.cells, grid.cells), np.float32)
    frames = np.empty((num_frames, size, size, 3), np.uint8)
    for step in range(total):
        strength = np.clip(1.05 + FLICKER * flicker[step], 0.0, None).astype(np.float32)
        source = np.tensordot(strength, burners, axes=1)
        stir = fluid.stirring_force(eddies, stirring[step])
        velocity, heat = _advance(grid, velocity, heat, source, stir)
        if step >= BURN_IN_FRAMES:
            frames[step - BURN_IN_FRAMES] = _colour(shrink @ grid.window(heat) @ shrink.T)
    return frames


def _burner_shapes(rng, grid):
    """Overlapping bumps along the bed, [NUM_BURNERS, H, W] float32."""
    spacing = 0.84 / NUM_BURNERS
    centres = 0.08 + spacing * (np.arange(NUM_BURNERS) + 0.5)
    centres = centres + spacing * rng.uniform(-0.3, 0.3, NUM_BURNERS)
    widths = spacing * rng.uniform(0.55, 0.75, NUM_BURNERS)
    profile = np.exp(-0.5 * ((grid.across[0] - centres[:, None]) / widths[:, None]) ** 2)
    profile *= (1.10 * (1.0 - 0.25 * (2.0 * centres - 1.0) ** 2) / profile.sum(axis=0).max())[
        :, None
    ]
    depth = np.exp(-0.5 * ((grid.height[:, 0] - 0.02) / BED_DEPTH) ** 2)
    return (depth[:, None] * profile[:, None, :]).astype(np.float32)


def _advance(grid, velocity, heat, source, stir):
    """One frame of time; velocity and stir [2, H, W], heat and source [H, W]."""
    draft = np.float32(DRAFT * grid.visible)
    *velocity, heat = fluid.carry(grid, velocity, draft, (*velocity, heat))
    velocity = np.stack(velocity)
    heat = np.maximum(heat * np.float32(1.0 - FADING) - np.asarray(COOLING, np.float32), 0.0)
    heat += np.asarray(KINDLING, np.float32) * np.maximum(source - heat, 0.0)
    heat *= grid.calm
    scale = np.float32(grid.visible)
    force = stir * (TURBULENCE * scale)
    force += fluid.confining_force(velocity, CONFINEMENT)
    force[0] -= BUOYANCY * scale * heat
    velocity = (velocity * np.float32(1.0 - DRAG) + force) * grid.calm
    return fluid.project(grid, velocity), heat


def _colour(heat):
    """Temperature [H, W] to colour [H, W, 3] uint8, linear between the table's rows."""
    table = np.asarray(_COLOURS)
    channels = [np.interp(heat, _TEMPERATURES, table[:, c]) for c in range(3)]
    return resampling.to_bytes(np.stack(channels, axis=-1))
