"""Video made by small simulations from a seed: what the procedural data sets consist of."""
