"""Generators as SavedModels that run without this package."""
