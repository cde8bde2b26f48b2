"""What `import tf_dyngen` gives: models with methods, on arrays in memory."""
