"""TFDS builders; used from the checkout, never installed."""
