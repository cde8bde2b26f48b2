"""Fire, water, a flag, smoke, rain and lights: moving textures made by small simulations."""
