"""Video in and out: decoding, encoding, resizing, pictures of clips."""
