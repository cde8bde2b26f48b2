"""Inference of the latents: their prior, Langevin dynamics, persistent chains."""
