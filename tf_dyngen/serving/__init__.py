"""Clients of a generator that TensorFlow Serving serves; they need no model and no training."""
