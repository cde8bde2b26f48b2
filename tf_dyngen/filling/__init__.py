"""Hidden pixels filled in without a model: what recovery is measured by, and where it starts."""
