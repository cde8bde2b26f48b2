"""Training: alternating back-propagation through time over batches of clips."""
