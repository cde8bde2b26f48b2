"""Dynamic generator model: learn moving textures and actions from video."""

import os

__version__ = "0.1.0"

# Videos are read and written by ffmpeg, a child process. Where gRPC is busy in another thread (Beam
# and clients use it), its fork handlers end the child before ffmpeg starts, now and then.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
