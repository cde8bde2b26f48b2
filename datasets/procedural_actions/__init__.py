"""Animals that walk, run and bound: every appearance in every motion, drawn from their numbers."""
