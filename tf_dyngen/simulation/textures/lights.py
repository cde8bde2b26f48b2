"""Lights: bulbs, lamps and neon signs on a wall at night, that switch, pulse and run."""

import itertools
from typing import NamedTuple

import numpy as np
from scipy import signal

from tf_dyngen.simulation import forcing, resampling

# The picture is the unit square, x to the right and y down; times are in frames.
SUPERSAMPLING = 2  # shaded points per pixel along each axis
CHUNK_FRAMES = 16  # always whole chunks: a product of another shape may round otherwise
SWITCH_STEPS = 4  # moments in a frame at which a light may switch

GARLANDS = (  # left end, right end, sag, bulbs
    ((-0.02, 0.05), (0.52, 0.10), 0.10, 9),
    ((0.52, 0.10), (1.02, 0.04), 0.09, 8),
)
BULB_RADIUS = 0.017
BULB_ON, BULB_OFF = (3.0, 7.0), (3.0, 6.0)  # mean times, drawn for each bulb
BULB_INERTIA = 1.6  # a filament takes time to glow up and to fade
BULB_WARM_UP = 30

WHEEL = (0.34, 0.54, 0.215, 14)  # middle, radius, bulbs
WHEEL_BULB_RADIUS = 0.020
WHEEL_RUNS = 3  # runs of light that chase each other around the wheel
WHEEL_PERIOD = 7.0  # from one run to the next
HEART = (0.34, 0.535, 0.0072)  # middle, unit of its curve
PULSE_PERIODS = (12.5, 14.5)  # of the heart, of the frame around the letters
LETTERS = "CAFE"
LETTER_BOX = (0.745, 0.315, 0.110, 0.105)  # of the first: left, top, width, height
LETTER_STEP = 0.135  # from one to the next below
LETTER_ON, LETTER_OFF = 5.0, 3.0  # mean times
FRAME = (0.700, 0.270, 0.900, 0.870)  # left, top, right, bottom
TUBE_RADIUS = 0.011

WARNING_LAMPS = ((0.100, 0.875), (0.230, 0.875))  # they alternate
WARNING_RADIUS = 0.042
WARNING_PERIOD = 7.5
BEACONS = ((0.500, 0.890), (0.660, 0.885))
BEACON_RADIUS = 0.030
BEACON_PERIODS = (13.0, 8.0)
BEACON_SHARE = 0.3  # of its period in which a beacon flashes
WANDER = (0.18, 0.15, 0.18)  # of the wheel, the pulses and the flashes, radians per frame

_STROKES = {  # in a square of its width and height
    "C": (((1, 0.1), (0.7, 0), (0.3, 0), (0, 0.25), (0, 0.75), (0.3, 1), (0.7, 1), (1, 0.9)),),
    "A": (((0, 1), (0.5, 0), (1, 1)), ((0.2, 0.65), (0.8, 0.65))),
    "F": (((1, 0), (0, 0), (0, 1)), ((0, 0.5), (0.8, 0.5))),
    "E": (((1, 0), (0, 0), (0, 1), (1, 1)), ((0, 0.5), (0.8, 0.5))),
}
_RED, _AMBER, _WARM = (1.00, 0.07, 0.05), (1.00, 0.55, 0.05), (1.00, 0.66, 0.28)
_PINK, _CYAN, _WHITE = (1.00, 0.14, 0.42), (0.10, 0.85, 1.00), (0.80, 0.90, 1.00)
_GARLAND_COLOURS = (
    (1.00, 0.16, 0.10),
    (0.18, 0.35, 1.00),
    (0.90, 0.20, 0.95),
    (0.20, 1.00, 0.25),
    (1.00, 0.62, 0.12),
)
_NIGHT = (0.012, 0.016, 0.045)


class _Light(NamedTuple):
    """What goes on and off as a whole."""

    lines: list  # of [N, 2] corners, the middle of a tube; a single corner is a round lamp
    radius: float
    colour: tuple
    strength: float  # of a lamp fully on; 1 is already bright


def simulate(seed, size, num_frames):
    """Simulate the lights of a cafe's wall at night.

    Bulbs and letters switch at random moments, as random telegraphs, the bulbs with the inertia
    of a filament; warning lamps and beacons flash sharply, and a wheel of bulbs and two neon
    tubes run and pulse smoothly, each with a wandering phase: all is stationary and nothing
    repeats. Light adds up, glows around its lamp and on the bricks, and saturates as on film. A
    pure function of its arguments; more frames continue the same clip.

    Args:
      seed: Non-negative int.
      size: Height and width in pixels.
      num_frames: T >= 1, at 25 frames per second.
    Returns: [T, size, size, 3] uint8.
    """
    layout, *level_rngs = np.random.default_rng(seed).spawn(6)
    lights = _hang_garlands(layout) + _hang_signs() + _hang_lamps()
    total = -(-num_frames // CHUNK_FRAMES) * CHUNK_FRAMES
    levels = _draw_levels(layout, level_rngs, total).astype(np.float32)
    colours = np.array([light.colour for light in lights], np.float32)
    night, shine = _light_up(lights, size * SUPERSAMPLING)
    frames = np.empty((total, size, size, 3), np.uint8)
    for start in range(0, total, CHUNK_FRAMES):
        weights = levels[start : start + CHUNK_FRAMES, None] * colours.T
        shining = weights.reshape(3 * CHUNK_FRAMES, -1) @ shine
        for t, light in enumerate(shining.reshape(CHUNK_FRAMES, *night.shape)):
            picture = resampling.average_blocks(-np.expm1(-night - light), SUPERSAMPLING)
            frames[start + t] = resampling.to_bytes(picture)
    return frames[:num_frames]


def _hang_garlands(rng):
    """The coloured bulbs, list of _Light."""
    lights = []
    for left, right, sag, num_bulbs in GARLANDS:
        along = (np.arange(num_bulbs)[:, None] + 0.5) / num_bulbs
        places = np.asarray(left) + np.subtract(right, left) * along
        places[:, 1:] += 4.0 * sag * along * (1.0 - along)
        places += 0.008 * rng.standard_normal(places.shape) * (0, 1)
        first = rng.integers(len(_GARLAND_COLOURS))
        for n, place in enumerate(places):
            colour = _GARLAND_COLOURS[(first + n) % len(_GARLAND_COLOURS)]
            lights.append(_Light([place[None]], BULB_RADIUS, colour, 3.0))
    return lights


def _hang_signs():
    """The wheel, the heart in it, the frame and the letters in it, list of _Light."""
    x, y, radius, num_bulbs = WHEEL
    turns = 2.0 * np.pi * np.arange(num_bulbs) / num_bulbs
    bulbs = np.stack([x + radius * np.sin(turns), y - radius * np.cos(turns)], axis=1)
    lights = [_Light([bulb[None]], WHEEL_BULB_RADIUS, _WARM, 2.5) for bulb in bulbs]
    turn = np.linspace(0.0, 2.0 * np.pi, 33)
    up = 13.0 * np.cos(turn) - 5.0 * np.cos(2 * turn) - 2.0 * np.cos(3 * turn) - np.cos(4 * turn)
    x, y, unit = HEART
    heart = np.stack([x + unit * 16.0 * np.sin(turn) ** 3, y - unit * (up + 2.0)], axis=1)
    lights.append(_Light([heart], TUBE_RADIUS, _PINK, 3.0))
    left, top, right, bottom = FRAME
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    lights.append(_Light([np.array(corners)], TUBE_RADIUS, _CYAN, 1.4))
    left, top, *extent = LETTER_BOX
    for n, letter in enumerate(LETTERS):
        corner = (left, top + n * LETTER_STEP)
        lines = [np.asarray(stroke) * extent + corner for stroke in _STROKES[letter]]
        lights.append(_Light(lines, TUBE_RADIUS, (_AMBER, _RED)[n % 2], 3.0))
    return lights


def _hang_lamps():
    """The lamps along the ground, list of _Light."""
    warning = [_Light([np.array([p])], WARNING_RADIUS, _RED, 3.0) for p in WARNING_LAMPS]
    beacons = zip(BEACONS, (_AMBER, _WHITE), strict=True)
    return warning + [_Light([np.array([p])], BEACON_RADIUS, c, 4.0) for p, c in beacons]


def _draw_levels(layout, rngs, num_frames):
    """How far each light is on, [T, K] in [0, 1], in the order in which they were hung."""
    bulb_rng, wheel_rng, pulse_rng, letter_rng, flash_rng = rngs
    count = sum(num_bulbs for *_, num_bulbs in GARLANDS)
    times = layout.uniform(*BULB_ON, count), layout.uniform(*BULB_OFF, count)
    switched = forcing.random_telegraph(bulb_rng, BULB_WARM_UP + num_frames, *times, SWITCH_STEPS)
    keep = np.exp(-1.0 / BULB_INERTIA)
    bulbs = signal.lfilter([1.0 - keep], [1.0, -keep], switched, axis=0)
    phase = forcing.wandering_phases(wheel_rng, num_frames, [WHEEL_PERIOD], WANDER[0])
    turns = 2.0 * np.pi * WHEEL_RUNS * np.arange(WHEEL[-1]) / WHEEL[-1]
    wheel = np.exp(2.5 * (np.cos(phase - turns) - 1.0))
    pulses = forcing.wandering_phases(pulse_rng, num_frames, PULSE_PERIODS, WANDER[1])
    times = [LETTER_ON] * len(LETTERS), [LETTER_OFF] * len(LETTERS)
    letters = forcing.random_telegraph(letter_rng, num_frames, *times, SWITCH_STEPS)
    levels = [np.asarray(bulbs)[BULB_WARM_UP:], wheel, 0.5 + 0.45 * np.sin(pulses), letters]
    return np.concatenate([*levels, _draw_flashes(flash_rng, num_frames)], axis=1)


def _draw_flashes(rng, num_frames):
    """How far the warning lamps and the beacons are on, [T, 4], switched within a frame."""
    periods = SWITCH_STEPS * np.array([WARNING_PERIOD, *BEACON_PERIODS])
    wander = WANDER[2] / np.sqrt(SWITCH_STEPS)
    phases = forcing.wandering_phases(rng, SWITCH_STEPS * num_frames, periods, wander)
    left, *beacons = (phases / (2.0 * np.pi) % 1.0).T
    flashes = [left < 0.5, left >= 0.5, *(beacon < BEACON_SHARE for beacon in beacons)]
    return np.mean(np.reshape(flashes, (4, num_frames, SWITCH_STEPS)), axis=2).T


def _light_up(lights, points):
    """Light with all lights off, [3, P, P], and from each that is fully on, [K, P * P]."""
    places = (np.arange(points, dtype=np.float32) + 0.5) / points
    y, x = np.meshgrid(places, places, indexing="ij")
    wall = _draw_wall(x, y)
    night = np.asarray(_NIGHT, np.float32)[:, None, None] * (0.6 + 2.4 * wall)
    shine = []
    for lines, radius, colour, strength in lights:
        away = np.min([_distance(x, y, line) for line in lines], axis=0) - radius
        body = 1.0 - resampling.smoothstep(-1.0 / points, 1.0 / points, away)
        away = np.maximum(away, 0.0)
        glow = 0.35 * np.exp(-away / 0.018) + 0.10 * np.exp(-away / 0.05)
        glow += 0.32 * wall / (1.0 + (away / 0.06) ** 2) ** 1.5
        # A small lamp lights up less around it than a large one or a long tube.
        share = min(1.0, radius / 0.03) if len(lines[0]) == 1 else 0.8
        shine.append(strength * (body + (1.0 - body) * share * glow))
        night += 0.03 * np.asarray(colour, np.float32)[:, None, None] * body
    return night.astype(np.float32), np.stack(shine).reshape(len(lights), -1).astype(np.float32)


def _draw_wall(x, y):
    """How light the bricks are, [P, P] in [0, 1]."""
    height, width = 0.0625, 0.14
    course = y / height
    along = x / width + 0.5 * (np.floor(course) % 2)
    # A hash that gives every brick a tone of its own.
    tone = np.sin(12.9898 * np.floor(course) + 78.233 * np.floor(along)) * 437.5 % 1.0
    joint = [height * np.abs(course - np.round(course)), width * np.abs(along - np.round(along))]
    return (0.65 + 0.35 * tone) * (
        0.55 + 0.45 * resampling.smoothstep(0.002, 0.010, np.min(joint, 0))
    )


def _distance(x, y, line):
    """Distance of points [P, P] from the line through corners [N, 2], or from one corner."""
    distance = np.hypot(x - line[0, 0], y - line[0, 1])
    for start, end in itertools.pairwise(line):
        right, down = end - start
        along = ((x - start[0]) * right + (y - start[1]) * down) / (right**2 + down**2)
        along = np.clip(along, 0.0, 1.0)
        gap = np.hypot(x - start[0] - along * right, y - start[1] - along * down)
        distance = np.minimum(distance, gap)
    return distance
