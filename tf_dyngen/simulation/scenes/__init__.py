"""A moving texture with an object passing in front: `catalogue` knows the scenes by name."""
