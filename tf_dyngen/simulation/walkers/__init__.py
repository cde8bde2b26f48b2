"""Articulated animals that walk, run and bound in place: bodies, coats and gaits apart."""
