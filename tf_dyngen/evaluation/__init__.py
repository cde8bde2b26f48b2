"""Figures of how good reconstructions and syntheses are."""
