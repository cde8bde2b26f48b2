"""A picture moved as a clip moves: its own pixels, the clip's motion."""
