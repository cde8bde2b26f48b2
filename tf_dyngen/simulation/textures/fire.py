"""Fire: a buoyant incompressible fluid that carries, cools and shows heat."""

import numpy as np
from scipy import fft, ndimage

from tf_dyngen.simulation import forcing, resampling

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


class _Grid:
    """Geometry of the simulated square; row 0 is the top, columns wrap around."""

    def __init__(self, size):
        self.visible = round(size * SUPERSAMPLING)
        cells = fft.next_fast_len(round(self.visible * DOMAIN), real=True)
        self.cells = int(cells)  # type: ignore[arg-type]
        self.left = (self.cells - self.visible) // 2
        self.top = (self.cells - self.visible) * 2 // 3
        places = np.arange(self.cells, dtype=np.float32)
        self.rows, self.columns = np.meshgrid(places, places, indexing="ij")
        self.height = (self.top + self.visible - 0.5 - self.rows) / self.visible
        self.across = (self.columns - self.left + 0.5) / self.visible
        wave_y = fft.fftfreq(self.cells)[:, None]
        wave_x = fft.rfftfreq(self.cells)[None, :]
        self.wave_y, self.wave_x = (
            np.float32(2 * np.pi) * w.astype(np.float32) for w in (wave_y, wave_x)
        )
        square = self.wave_y**2 + self.wave_x**2
        self.inverse_square = 1.0 / np.where(square == 0.0, 1.0, square)
        # Still air outside the frame: the flow forgets itself before it wraps around.
        outside = np.maximum(-self.height, self.height - 1.0)
        self.calm = np.exp(-0.5 * resampling.smoothstep(0.0, 0.12, outside))


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
    grid = _Grid(size)
    layout, burner_rng, eddy_rng = np.random.default_rng(seed).spawn(3)
    burners = _burner_shapes(layout, grid)
    eddies = _eddy_shapes(layout, grid)
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
        velocity, heat = _advance(grid, velocity, heat, source, (stirring[step], eddies))
        if step >= BURN_IN_FRAMES:
            seen = heat[grid.top : grid.top + grid.visible, grid.left : grid.left + grid.visible]
            frames[step - BURN_IN_FRAMES] = _colour(shrink @ seen @ shrink.T)
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


def _eddy_shapes(rng, grid):
    """Wave numbers and phases of the stirring stream function, in radians per cell."""
    cycles = np.stack([rng.integers(-7, 8, NUM_EDDIES), rng.integers(2, 8, NUM_EDDIES)])
    waves = (2 * np.pi / grid.cells * cycles).astype(np.float32)
    cells = np.arange(grid.cells, dtype=np.float32)
    rows = np.exp(1j * waves[0][:, None] * cells).astype(np.complex64)
    columns = np.exp(1j * waves[1][:, None] * cells).astype(np.complex64)
    return waves, rows, columns


def _advance(grid, velocity, heat, source, stirring):
    """One frame of time; velocity [2, H, W] in cells per frame, heat [H, W]."""
    draft = np.float32(DRAFT * grid.visible)
    back = [grid.rows - velocity[0] + draft, grid.columns - velocity[1]]
    carried = [
        ndimage.map_coordinates(field, back, order=1, mode="grid-wrap")
        for field in (velocity[0], velocity[1], heat)
    ]
    velocity = np.stack(carried[:2])
    heat = np.maximum(carried[2] * np.float32(1.0 - FADING) - np.asarray(COOLING, np.float32), 0.0)
    heat += np.asarray(KINDLING, np.float32) * np.maximum(source - heat, 0.0)
    heat *= grid.calm
    scale = np.float32(grid.visible)
    force = _stirring_force(stirring) * (TURBULENCE * scale)
    force += _confinement(velocity)
    force[0] -= BUOYANCY * scale * heat
    velocity = (velocity * np.float32(1.0 - DRAG) + force) * grid.calm
    return _project(grid, velocity), heat


def _stirring_force(stirring):
    """Divergence-free random force of unit size, [2, H, W] float32."""
    amplitudes, (waves, rows, columns) = stirring
    weights = amplitudes[:NUM_EDDIES] + 1j * amplitudes[NUM_EDDIES:]
    weights = weights.astype(np.complex64) / (np.hypot(*waves) * np.sqrt(NUM_EDDIES))
    along_y = ((weights * waves[1])[:, None] * rows).T @ columns
    along_x = ((-weights * waves[0])[:, None] * rows).T @ columns
    return np.stack([along_y.real, along_x.real])


def _confinement(velocity):
    """Vorticity confinement, equation (11) of Fedkiw, Stam and Jensen 2001, [2, H, W]."""
    curl = _slope(velocity[0], 1) - _slope(velocity[1], 0)
    size = np.abs(curl)
    normal = np.stack([_slope(size, 0), _slope(size, 1)])
    normal /= np.sqrt((normal**2).sum(axis=0)) + np.float32(1e-4)
    return np.asarray(CONFINEMENT, np.float32) * np.stack([normal[1] * curl, -normal[0] * curl])


def _slope(field, axis):
    """Central difference with wrap-around, per cell."""
    return np.float32(0.5) * (np.roll(field, -1, axis) - np.roll(field, 1, axis))


def _project(grid, velocity):
    """Keep the divergence-free part of a periodic velocity, and no mean flow."""
    along_y, along_x = np.asarray(fft.rfft2(velocity))
    along = (grid.wave_y * along_y + grid.wave_x * along_x) * grid.inverse_square
    along_y -= grid.wave_y * along
    along_x -= grid.wave_x * along
    along_y[0, 0] = along_x[0, 0] = 0.0
    return fft.irfft2(np.stack([along_y, along_x]), s=velocity.shape[1:])


def _colour(heat):
    """Temperature [H, W] to colour [H, W, 3] uint8, linear between the table's rows."""
    table = np.asarray(_COLOURS)
    channels = [np.interp(heat, _TEMPERATURES, table[:, c]) for c in range(3)]
    return resampling.to_bytes(np.stack(channels, axis=-1))
