"""Moving textures: each module simulates one, `catalogue` knows them by name."""
