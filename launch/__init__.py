"""Commands: `python -m launch.NAME`; each parses, builds and calls."""
