"""The scenes by name: an object in front of a texture, and the ids of their clips."""

import hashlib
import zlib
from typing import NamedTuple

import numpy as np

from tf_dyngen.simulation.scenes import compositing, courses
from tf_dyngen.simulation.scenes.objects import OBJECTS, TEXTURES, VARIANTS
from tf_dyngen.simulation.textures import catalogue as textures

RECIPE_VERSION = "1.0.0"  # any change of a pixel is a new version, a change of a texture's too
FRAME_RATE = courses.FRAMES_PER_SECOND
NUM_FRAMES = round(courses.DURATION * FRAME_RATE)
SEEDS_PER_SCENE = 2


class Recipe(NamedTuple):
    """What a clip is made of: a key of `OBJECTS`, the name of a texture and a seed."""

    kind: str
    texture: str
    seed: int


class Scene(NamedTuple):
    """A clip with its truth; [T, S, S, C] uint8.

    Attributes:
      frames: The texture with the object in front, C = 3.
      background: The texture alone, C = 3.
      mask: 255 where the object hides the background, 0 elsewhere; C = 1.
    """

    frames: np.ndarray
    background: np.ndarray
    mask: np.ndarray


def recipes():
    """The clips of the data set: every object in front of every texture that it fits, twice.

    The clips of one texture count their seeds through, so that no two share a background.

    Returns: list of Recipe.
    """
    chosen, next_seed = [], dict.fromkeys(TEXTURES, 0)
    for kind, definition in OBJECTS.items():
        for texture in definition.textures:
            for _ in range(SEEDS_PER_SCENE):
                chosen.append(Recipe(kind, texture, next_seed[texture]))
                next_seed[texture] += 1
    return chosen


def simulate(recipe, size, num_frames):
    """Put the object in front of its texture.

    A pure function of its arguments; more frames continue the same clip, and another size
    shows the same course.

    Args:
      recipe: Recipe.
      size: Height and width in pixels.
      num_frames: T >= 1, at `FRAME_RATE`; after `NUM_FRAMES` the object has passed.
    Returns: Scene.
    Raises: ValueError when there is no such object or texture.
    """
    if recipe.kind not in OBJECTS:
        raise ValueError(f"no object {recipe.kind!r}; there are {', '.join(OBJECTS)}")
    return stage(recipe, textures.simulate(recipe.texture, recipe.seed, size, num_frames))


def stage(recipe, background):
    """Put the object in front of any clip [T, S, S, 3] uint8, as it passes its texture: Scene."""
    definition = OBJECTS[recipe.kind]
    # Following seeds have different looks.
    variant = (_scene_number(recipe) + recipe.seed) % VARIANTS
    frames, mask = compositing.composite(
        background,
        lambda canvas, phase: definition.draw(canvas, phase, variant),
        definition.reach,
        course(recipe, len(background)),
    )
    return Scene(frames, background, mask)


def course(recipe, num_frames):
    """The motion of a clip's object, `courses.Course`: its own for every recipe."""
    rng = np.random.default_rng([recipe.seed, _scene_number(recipe)])
    return OBJECTS[recipe.kind].move(rng, num_frames)


def _scene_number(recipe):
    return zlib.crc32(f"{recipe.kind} on {recipe.texture}".encode())


def clip_id(recipe, size, version=RECIPE_VERSION):
    """Name of a clip: 16 hexadecimal digits, a hash of all that decides its pixels."""
    text = f"scene/{recipe.kind}/{recipe.texture}/size={size}/seed={recipe.seed}/version={version}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
