"""The textures by name, and the ids of their clips."""

import hashlib

from tf_dyngen.simulation.textures import fire, flag, lights, rain, smoke, water

RECIPE_VERSION = "1.0.0"  # of the generators: any change of a pixel is a new version
FRAME_RATE = 25.0  # frames per second
SIMULATIONS = {
    "fire": fire.simulate,
    "water": water.simulate,
    "flag": flag.simulate,
    "smoke": smoke.simulate,
    "rain": rain.simulate,
    "lights": lights.simulate,
}


def simulate(texture, seed, size, num_frames):
    """Simulate one clip; see the `simulate` of the texture's module.

    Args:
      texture: A key of `SIMULATIONS`.
      seed: Non-negative int.
      size: Height and width in pixels.
      num_frames: T >= 1, at `FRAME_RATE`.
    Returns: [T, size, size, 3] uint8.
    Raises: ValueError when there is no such texture.
    """
    if texture not in SIMULATIONS:
        raise ValueError(f"no texture {texture!r}; there are {', '.join(SIMULATIONS)}")
    return SIMULATIONS[texture](seed, size, num_frames)


def clip_id(texture, size, seed, first_frame=0, version=RECIPE_VERSION):
    """Name of a clip: 16 hexadecimal digits, a hash of all that decides its pixels."""
    recipe = f"{texture}/size={size}/seed={seed}/version={version}"
    if first_frame:
        recipe += f"/first_frame={first_frame}"
    return hashlib.sha256(recipe.encode()).hexdigest()[:16]
