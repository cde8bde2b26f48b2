"""The dynamic generator model: transition, emission, roll-out, density, linear start."""
