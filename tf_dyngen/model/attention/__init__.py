"""The generator whose transition and emission attend to the clip that was learned."""
