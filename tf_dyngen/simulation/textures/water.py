"""Water: a wind-blown sea, summed from dispersive waves and shaded by its slope."""

import numpy as np

from tf_dyngen.simulation import resampling

SUPERSAMPLING = 2  # shaded points per pixel along each axis
CHUNK_FRAMES = 16  # always whole chunks: a product of another shape may round otherwise
FRAMES_PER_SECOND = 25.0
GRAVITY = 9.81  # metres per second squared
NUM_WAVES = 64
WAVELENGTHS = (0.3, 2.4)  # metres, shortest and longest
WIND_SPEED = 2.0  # metres per second; sets the longest waves that are strong
SPREAD = 0.55  # standard deviation of wave directions about the wind, radians
SLOPE = 0.17  # root mean square slope of the sea

# The camera: over the near edge, looking down at the water, no horizon in sight.
CAMERA_HEIGHT = 3.0  # metres
FIELD_OF_VIEW = 0.80  # radians
PITCH = 0.66  # radians below the horizontal
SUN = (0.12, 0.80, 0.62)  # direction to the sun: right, ahead, up

_DEEP = (0.010, 0.130, 0.240)
_SHALLOW = (0.020, 0.360, 0.420)
_HORIZON = (0.800, 0.870, 0.900)
_ZENITH = (0.160, 0.440, 0.760)
_SUNLIGHT = (1.000, 0.920, 0.720)


def simulate(seed, size, num_frames):
    """Simulate a sea in a light wind, seen obliquely from above.

    The surface is a sum of plane waves with the dispersion of deep water, omega^2 = g k, as in
    Tessendorf (2001), with the frequency spectrum of Pierson and Moskowitz (1964). Amplitudes
    are fixed and frequencies incommensurate: stationary, yet never repeating. Waves finer
    than a pixel fade out with distance. The shading is Schlick's Fresnel mix of a sky gradient
    with the colour of the water, and a glitter of the sun. A pure function of its arguments;
    more frames continue the same clip.

    Args:
      seed: Non-negative int.
      size: Height and width in pixels.
      num_frames: T >= 1, at 25 frames per second.
    Returns: [T, size, size, 3] uint8.
    """
    rng = np.random.default_rng(seed)
    waves, slopes, phases = _draw_waves(rng)
    places, view, footprint = _look_down(size)
    basis = _slope_basis(waves, slopes, phases, places, footprint)
    frequencies = np.sqrt(GRAVITY * np.hypot(*waves)) / FRAMES_PER_SECOND
    frames = np.empty((num_frames, size, size, 3), np.uint8)
    for start in range(0, num_frames, CHUNK_FRAMES):
        times = np.arange(start, start + CHUNK_FRAMES)
        angles = frequencies[:, None] * times
        turning = np.concatenate([np.cos(angles), np.sin(angles)]).astype(np.float32)
        chunk = _shade_frames(basis, turning, view, size)
        frames[start : start + CHUNK_FRAMES] = chunk[: num_frames - start]
    return frames


def _draw_waves(rng):
    """Wave vectors [2, K] in radians per metre, slope amplitudes [K] and phases [K]."""
    longest, shortest = np.sqrt(2 * np.pi * GRAVITY / np.asarray(WAVELENGTHS))[::-1]
    # One wave in each of K equal steps of log frequency, somewhere within its step.
    steps = (np.arange(NUM_WAVES) + rng.uniform(0.0, 1.0, NUM_WAVES)) / NUM_WAVES
    omega = longest * (shortest / longest) ** steps
    energy = omega**-4 * np.exp(-0.74 * (GRAVITY / WIND_SPEED / omega) ** 4)  # S(omega) omega
    wavenumber = omega**2 / GRAVITY
    slopes = wavenumber * np.sqrt(energy)
    slopes *= SLOPE / np.sqrt(0.5 * (slopes**2).sum())
    direction = -0.5 * np.pi + 0.5 + SPREAD * rng.standard_normal(NUM_WAVES)
    waves = wavenumber * np.stack([np.cos(direction), np.sin(direction)])
    return waves, slopes, rng.uniform(0.0, 2.0 * np.pi, NUM_WAVES)


def _look_down(size):
    """Where each point of the picture meets the calm sea.

    Returns: (places [2, P] metres right and ahead, view [3, P] unit vectors from the water to
      the camera, footprint [2, P] metres of water per pixel across and along the view).
    """
    points = size * SUPERSAMPLING
    offset = ((np.arange(points) + 0.5) / points * 2.0 - 1.0) * np.tan(0.5 * FIELD_OF_VIEW)
    down, right = np.meshgrid(offset, offset, indexing="ij")
    ahead = np.cos(PITCH) - down * np.sin(PITCH)
    drop = np.sin(PITCH) + down * np.cos(PITCH)
    reach = CAMERA_HEIGHT / drop
    ray = np.stack([right, ahead, -drop]).reshape(3, -1)
    distance = reach.ravel() * np.linalg.norm(ray, axis=0)
    view = -ray / np.linalg.norm(ray, axis=0)
    angle = 2.0 * np.tan(0.5 * FIELD_OF_VIEW) / size
    footprint = np.stack([distance * angle, distance * angle / view[2]])
    return (ray[:2] * reach.ravel()), view.astype(np.float32), footprint


def _slope_basis(waves, slopes, phases, places, footprint):
    """Slopes right and ahead as linear functions of [cos(omega t); sin(omega t)], [2, P, 2K]."""
    angles = (waves.T @ places).T + phases
    # Radians per pixel: the phase a wave turns through from one pixel to the next.
    per_pixel = np.hypot(footprint[0][:, None] * waves[0], footprint[1][:, None] * waves[1])
    height_slope = slopes * np.exp(-((per_pixel / 2.2) ** 2))
    directions = waves / np.hypot(*waves)
    # d/dx of sin(angle - omega t) is cos(angle - omega t): cos cos + sin sin.
    pair = np.concatenate([np.cos(angles) * height_slope, np.sin(angles) * height_slope], axis=1)
    return np.stack([pair * np.tile(d, 2) for d in directions]).astype(np.float32)


def _shade_frames(basis, turning, view, size):
    """[2, P, 2K] and [2K, T] to frames [T, size, size, 3] uint8."""
    shrink = resampling.area_weights(size * SUPERSAMPLING, size)
    frames = np.empty((turning.shape[1], size, size, 3), np.uint8)
    slope_right, slope_ahead = (part @ turning for part in basis)
    for t in range(turning.shape[1]):
        colours = _shade(slope_right[:, t], slope_ahead[:, t], view)
        fine = colours.reshape(3, size * SUPERSAMPLING, size * SUPERSAMPLING)
        frames[t] = resampling.to_bytes(np.moveaxis(shrink @ fine @ shrink.T, 0, -1))
    return frames


def _shade(slope_right, slope_ahead, view):
    """Colour of the sea, [3, P] in [0, 1], from its slopes [P] and the view [3, P]."""
    upright = 1.0 / np.sqrt(1.0 + slope_right**2 + slope_ahead**2)
    facing = (view[2] - slope_right * view[0] - slope_ahead * view[1]) * upright
    facing = np.maximum(facing, 0.0)
    mirrored_up = np.maximum(2.0 * facing * upright - view[2], 0.0)
    mirrored_right = -2.0 * facing * upright * slope_right - view[0]
    mirrored_ahead = -2.0 * facing * upright * slope_ahead - view[1]
    fresnel = 0.02 + 0.98 * (1.0 - facing) ** 5
    sun = np.asarray(SUN, np.float32) / np.linalg.norm(SUN).astype(np.float32)
    toward = sun[0] * mirrored_right + sun[1] * mirrored_ahead + sun[2] * mirrored_up
    glitter = 0.75 * np.exp(60.0 * (toward - 1.0)) + 0.20 * np.exp(8.0 * (toward - 1.0))
    lit = resampling.smoothstep(0.35, 1.0, facing)
    height = np.sqrt(mirrored_up)
    mix = np.clip(2.2 * fresnel, 0.0, 1.0)
    colours = [
        (1.0 - glitter)
        * (
            (1.0 - mix) * (deep + (shallow - deep) * lit)
            + mix * (horizon + (zenith - horizon) * height)
        )
        + glitter * sunlight
        for deep, shallow, horizon, zenith, sunlight in zip(
            *(np.asarray(c, np.float32) for c in (_DEEP, _SHALLOW, _HORIZON, _ZENITH, _SUNLIGHT)),
            strict=True,
        )
    ]
    return np.stack(colours)
