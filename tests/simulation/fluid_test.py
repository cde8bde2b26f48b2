"""The fluid keeps what an incompressible one keeps."""

import numpy as np
import pytest

from tf_dyngen.simulation import fluid


@pytest.fixture(scope="module")
def grid():
    return fluid.Grid(size=20, supersampling=2.0, domain=1.25)


def divergence(grid, velocity):
    """By exact derivatives of the waves: [H, W] per frame."""
    numbers = 2j * np.pi * np.fft.fftfreq(grid.cells)
    down = np.fft.ifft(numbers[:, None] * np.fft.fft(velocity[0], axis=0), axis=0)
    right = np.fft.ifft(numbers * np.fft.fft(velocity[1], axis=1), axis=1)
    return (down + right).real


def smooth_noise(grid, shape=()):
    """A few random waves on the grid, [*shape, H, W] float32."""
    rng = np.random.default_rng(0)
    spectrum = np.zeros((*shape, grid.cells, grid.cells), complex)
    spectrum[..., :5, :5] = rng.standard_normal((*shape, 5, 5, 2)) @ (1.0, 1j)
    return np.fft.ifft2(spectrum * grid.cells**2).real.astype(np.float32)


def test_projection_leaves_no_divergence(grid):
    velocity = smooth_noise(grid, (2,))
    assert np.abs(divergence(grid, velocity)).max() > 0.1
    projected = fluid.project(grid, velocity)
    np.testing.assert_allclose(divergence(grid, projected), 0.0, atol=1e-4)
    np.testing.assert_allclose(fluid.project(grid, projected), projected, atol=1e-4)


def test_projection_gives_the_divergence_asked_for(grid):
    expansion = smooth_noise(grid)
    projected = fluid.project(grid, smooth_noise(grid, (2,)), expansion)
    expected = expansion - expansion.mean()
    np.testing.assert_allclose(divergence(grid, projected), expected, atol=1e-3)


def test_the_flow_carries_a_field_and_the_draft_lifts_it(grid):
    field = smooth_noise(grid)
    velocity = np.zeros((2, grid.cells, grid.cells), np.float32)
    velocity[1] = 3.0
    (carried,) = fluid.carry(grid, velocity, np.float32(2.0), [field])
    np.testing.assert_allclose(carried, np.roll(field, (-2, 3), (0, 1)), atol=1e-4)


def test_stirring_has_no_divergence_and_unit_size(grid):
    rng = np.random.default_rng(0)
    eddies, band = fluid.draw_eddies(rng, grid, 24), fluid.wave_band(grid, 3, 9)
    squares = []
    for _ in range(100):
        draws = rng.standard_normal(2 * max(24, len(band[0]))).astype(np.float32)
        forces = [
            fluid.stirring_force(eddies, draws[:48]),
            fluid.band_force(grid, band, draws[: 2 * len(band[0])]),
        ]
        squares.append([np.square(force).sum(axis=0).mean() for force in forces])
        for force in forces:
            np.testing.assert_allclose(divergence(grid, force), 0.0, atol=1e-4)
    # A draw has the mean of 48 squares or more, of relative deviation sqrt(2 / 48) = 0.2.
    np.testing.assert_allclose(np.mean(squares, axis=0), 1.0, atol=0.1)


def test_a_window_is_what_is_seen(grid):
    seen = grid.window(grid.height)
    assert seen.shape == (40, 40)
    np.testing.assert_allclose(seen[[0, -1], 0], [1 - 0.5 / 40, 0.5 / 40], rtol=1e-5)
