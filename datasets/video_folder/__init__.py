"""The user's own clips: a folder, file or pattern, cut into windows of one length and size."""
