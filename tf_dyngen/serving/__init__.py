"""Clients of a generator that TensorFlow Serving serves; they need no model and no training."""

import os

# Videos are written by ffmpeg, a child process. Where gRPC is busy in another thread, its fork
# handlers end the child before ffmpeg starts, now and then.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
