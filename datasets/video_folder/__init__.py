"""The user's own clips: a folder, file or pattern, cut into windows of one length and size."""

import os

# Videos are read by ffmpeg, a child process. Where gRPC, which Beam uses, is busy in another
# thread, its fork handlers end the child before ffmpeg starts, now and then.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
