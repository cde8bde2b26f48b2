"""Uses of a trained generator: new video, samples of a run."""
