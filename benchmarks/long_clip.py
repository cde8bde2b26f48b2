"""Training on a long clip in windows: memory and time a frame against a clip of one window.

python -m benchmarks.long_clip [--num_frames=2000]
"""

import multiprocessing
import time
from concurrent import futures

from absl import app, flags

_NUM_FRAMES = flags.DEFINE_integer("num_frames", 2000, "frames of the long clip")
_WINDOW = 60
_STEPS = 100


def train(num_frames: int) -> tuple[float, float, float, float]:
    """Returns (ms a frame, seconds of the start, peak MB, MB of the clip)."""
    from benchmarks import measuring
    from benchmarks.step_time import build_trainer
    from tf_dyngen import config as configs
    from tf_dyngen import presets

    changes = {"video.num_frames": num_frames, "learning.bptt_length": _WINDOW}
    config = configs.override(presets.load("texture_linear"), changes)
    clip = measuring.embedded_clip(num_frames, 64, texture="flag")
    started = time.perf_counter()
    trainer = build_trainer(config, clip)
    start = time.perf_counter() - started
    seconds = measuring.median_seconds([trainer.run_step], _STEPS)[0]
    return 1e3 * seconds / _WINDOW, start, measuring.peak_memory_mb(), clip.frames.nbytes / 1e6


def main(_) -> None:
    """Prints the table."""
    from benchmarks import measuring

    rows = []
    for num_frames in (_WINDOW, _NUM_FRAMES.value):
        with futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            per_frame, start, memory, clip = pool.submit(train, num_frames).result()
        rows.append(
            [num_frames, f"{per_frame:.2f}", f"{start:.1f}", f"{memory:.0f}", f"{clip:.1f}"]
        )
    header = ["frames", "ms a frame", "start s", "peak MB", "clip MB"]
    measuring.print_table(header, rows)


if __name__ == "__main__":
    app.run(main)
