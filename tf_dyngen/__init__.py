"""Dynamic generator model: learn moving textures and actions from video."""
