"""Fire, water and a flag: moving textures made by small simulations."""
