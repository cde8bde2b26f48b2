"""Dynamic generator model: learn moving textures and actions from video."""

__version__ = "0.1.0"
