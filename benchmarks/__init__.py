"""Slow trials; each prints a table. Run as `python -m benchmarks.NAME`."""
