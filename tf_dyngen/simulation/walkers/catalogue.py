"""Appearances and motions by number, their clips, and the ids of the clips."""

import functools
import hashlib
from typing import NamedTuple

from tf_dyngen.simulation.walkers import (
    bipeds,
    carnivores,
    coats,
    gaits,
    herbivores,
    rendering,
    skeleton,
)

VERSION = "1.0.0"  # of the generator: any change of a pixel is a new version
FRAME_RATE = gaits.FRAMES_PER_SECOND
BODIES = {**bipeds.BIPEDS, **herbivores.HERBIVORES, **carnivores.CARNIVORES}
COATS = tuple(coats.COATS)
PALETTES = tuple(coats.PALETTES)
GAITS = tuple(gaits.GAITS)
NUM_APPEARANCES = len(BODIES) * len(COATS) * len(PALETTES)


class Appearance(NamedTuple):
    """What an animal looks like, whatever it does: names from BODIES, COATS and PALETTES."""

    body: str
    coat: str
    palette: str


def appearance(number):
    """Appearance of a number in [0, NUM_APPEARANCES); bodies run fastest, palettes slowest."""
    if not 0 <= number < NUM_APPEARANCES:
        raise ValueError(f"no appearance {number}; there are 0 to {NUM_APPEARANCES - 1}")
    rest, body = divmod(number, len(BODIES))
    palette, coat = divmod(rest, len(COATS))
    return Appearance(tuple(BODIES)[body], COATS[coat], PALETTES[palette])


def appearance_number(body, coat, palette):
    """Number of an appearance given by the places of its names in BODIES, COATS and PALETTES."""
    return (palette * len(COATS) + coat) * len(BODIES) + body


def motion(number):
    """gaits.Motion of a number >= 0; gaits run fastest, then variations without end."""
    if number < 0:
        raise ValueError(f"no motion {number}; numbers start at 0")
    variation, gait = divmod(number, len(GAITS))
    return gaits.draw_motion(GAITS[gait], variation)


def motion_number(gait, variation):
    """Number of a motion given by the place of its gait in GAITS and its variation."""
    return variation * len(GAITS) + gait


def render(appearance_of, motion_of, size, num_frames):
    """Draw any appearance in any motion: the true clip of every combination.

    The motion is a function of `motion_of` alone, and the body, its coat and its colours are
    functions of `appearance_of` alone. A pure function of its arguments; more frames continue the
    same clip.

    Args:
      appearance_of: Number of an appearance.
      motion_of: Number of a motion.
      size: Height and width in pixels.
      num_frames: T >= 1, at `FRAME_RATE`.
    Returns: (frames [T, size, size, 3] uint8, silhouette [T, size, size, 1] uint8, 255 where the
      animal is).
    Raises: ValueError when there is no such appearance or motion.
    """
    look = appearance(appearance_of)
    body = BODIES[look.body]
    pose = gaits.pose(motion(motion_of), num_frames)
    flesh = skeleton.assemble(body, pose)
    colours = coats.material_colours(look.palette)
    return rendering.render(flesh, _skin(look), colours, body.step * pose.travelled, size)


def clip_id(appearance_of, motion_of, size, version=VERSION):
    """Name of a clip: 16 hexadecimal digits, a hash of all that decides its pixels."""
    look = "/".join(appearance(appearance_of))
    going = motion(motion_of).gait, motion_of // len(GAITS)
    recipe = f"{look}/gait={going[0]}/variation={going[1]}/size={size}/version={version}"
    return hashlib.sha256(recipe.encode()).hexdigest()[:16]


@functools.lru_cache(maxsize=8)
def _skin(look):
    """Skin of an appearance; the marks' places follow from its names."""
    seed = int(hashlib.sha256("/".join(look).encode()).hexdigest()[:8], 16)
    body = BODIES[look.body]
    skin = coats.paint(look.coat, look.palette, body.grain, body.flank, seed)
    skin.setflags(write=False)
    return skin
