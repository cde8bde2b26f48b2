"""Moving textures with an object passing in front, its mask and the background behind it."""
