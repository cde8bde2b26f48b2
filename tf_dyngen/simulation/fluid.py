"""An incompressible fluid in a square whose edges meet: stable fluids by FFT (Stam 1999)."""

from typing import NamedTuple

import numpy as np
from scipy import fft, ndimage

from tf_dyngen.simulation import resampling


class Grid:
    """Geometry of the simulated square and of the window of it that is seen.

    Row 0 is the top; rows and columns wrap around. `height` and `across` are [H, W], in window
    widths, 0 at the window's lower and left edge. Velocities are [2, H, W] float32, down and
    right, in cells per frame.
    """

    def __init__(self, size, supersampling, domain):
        """Lay out the square.

        Args:
          size: Pixels along the window's edge.
          supersampling: Cells per pixel.
          domain: Simulated width over visible width; the rest hides the boundaries.
        """
        self.visible = round(size * supersampling)
        cells = fft.next_fast_len(round(self.visible * domain), real=True)
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

    def window(self, field):
        """The part of [H, W] that is seen, [visible, visible]."""
        return field[self.top : self.top + self.visible, self.left : self.left + self.visible]


class Eddies(NamedTuple):
    """Stream functions of a stirring force, plane waves: see `draw_eddies`."""

    waves: np.ndarray  # [2, N] float32, down and right, radians per cell
    rows: np.ndarray  # [N, H] complex64
    columns: np.ndarray  # [N, W] complex64


def draw_eddies(rng, grid, num_eddies):
    """Draw waves of 2 to 7 cycles across and up to 7 down, Eddies."""
    cycles = np.stack([rng.integers(-7, 8, num_eddies), rng.integers(2, 8, num_eddies)])
    waves = (2 * np.pi / grid.cells * cycles).astype(np.float32)
    cells = np.arange(grid.cells, dtype=np.float32)
    rows = np.exp(1j * waves[0][:, None] * cells).astype(np.complex64)
    columns = np.exp(1j * waves[1][:, None] * cells).astype(np.complex64)
    return Eddies(waves, rows, columns)


def stirring_force(eddies, amplitudes):
    """Divergence-free force.

    Args:
      eddies: Eddies, N waves.
      amplitudes: [2 N] float32, of the two quadratures; of unit size they give a force of about
        unit size.
    Returns: [2, H, W] float32.
    """
    waves, rows, columns = eddies
    num_eddies = len(rows)
    weights = amplitudes[:num_eddies] + 1j * amplitudes[num_eddies:]
    weights = weights.astype(np.complex64) / (np.hypot(*waves) * np.sqrt(num_eddies))
    along_y = ((weights * waves[1])[:, None] * rows).T @ columns
    along_x = ((-weights * waves[0])[:, None] * rows).T @ columns
    return np.stack([along_y.real, along_x.real])


def wave_band(grid, fewest, most):
    """Where the waves of `fewest` to `most` cycles across stand in a real FFT, two [N] int."""
    length = np.hypot(grid.wave_y, grid.wave_x) * grid.cells / (2 * np.pi)
    return np.nonzero((length >= fewest) & (length <= most) & (grid.wave_x > 0.0))


def band_force(grid, band, amplitudes):
    """Divergence-free force of waves in all directions, an alternative to `stirring_force`.

    Args:
      grid: Grid.
      band: Result of `wave_band`, N waves.
      amplitudes: [2 N] float32, of the two quadratures; of unit size they give unit size.
    Returns: [2, H, W] float32.
    """
    num_waves = len(band[0])
    waves = np.stack([grid.wave_y[band[0], 0], grid.wave_x[0, band[1]]])
    stream = amplitudes[:num_waves] + 1j * amplitudes[num_waves:]
    stream = stream * (0.5 * grid.cells**2 / np.sqrt(num_waves)) / np.hypot(*waves)
    spectrum = np.zeros((2, grid.cells, grid.cells // 2 + 1), np.complex64)
    spectrum[0][band] = stream * waves[1]
    spectrum[1][band] = -stream * waves[0]
    return fft.irfft2(spectrum, s=(grid.cells, grid.cells))


def carry(grid, velocity, updraft, fields):
    """Carry fields with the flow for one frame, semi-Lagrangian, linear between cells.

    Args:
      grid: Grid.
      velocity: [2, H, W] float32, in cells per frame.
      updraft: Steady upward flow besides, in cells per frame.
      fields: Sequence of [H, W] float32.
    Returns: list of [H, W] float32.
    """
    back = [grid.rows - velocity[0] + updraft, grid.columns - velocity[1]]
    return [ndimage.map_coordinates(field, back, order=1, mode="grid-wrap") for field in fields]


def confining_force(velocity, strength):
    """Vorticity confinement, equation (11) of Fedkiw, Stam and Jensen 2001, [2, H, W]."""
    curl = _slope(velocity[0], 1) - _slope(velocity[1], 0)
    size = np.abs(curl)
    normal = np.stack([_slope(size, 0), _slope(size, 1)])
    normal /= np.sqrt((normal**2).sum(axis=0)) + np.float32(1e-4)
    return np.asarray(strength, np.float32) * np.stack([normal[1] * curl, -normal[0] * curl])


def project(grid, velocity, expansion=None):
    """Keep the part of a velocity that has no divergence, or a given one, and no mean flow.

    Args:
      grid: Grid.
      velocity: [2, H, W] float32.
      expansion: The divergence wanted if not none, [H, W] per frame; its mean is ignored.
    Returns: [2, H, W] float32.
    """
    along_y, along_x = np.asarray(fft.rfft2(velocity))
    along = grid.wave_y * along_y + grid.wave_x * along_x
    if expansion is not None:
        along += 1j * np.asarray(fft.rfft2(expansion))
    along = along * grid.inverse_square
    along_y -= grid.wave_y * along
    along_x -= grid.wave_x * along
    along_y[0, 0] = along_x[0, 0] = 0.0
    return fft.irfft2(np.stack([along_y, along_x]), s=velocity.shape[1:])


def _slope(field, axis):
    """Central difference with wrap-around, per cell."""
    return np.float32(0.5) * (np.roll(field, -1, axis) - np.roll(field, 1, axis))
