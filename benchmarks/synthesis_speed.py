"""Rate and memory of synthesis against the emission alone.

  python -m benchmarks.synthesis_speed [--num_frames=10000]

Peak memory is that of a process of its own for each length; both write an .npy file.
"""

import multiprocessing
import tempfile
import time
from concurrent import futures
from pathlib import Path

from absl import app, flags

_NUM_FRAMES = flags.DEFINE_integer("num_frames", 10_000, "length of the long video")
_SHORT = 100


def synthesize(num_frames: int) -> tuple[float, float, float]:
    """Synthesizes to a file; returns (frames/s, the emission's frames/s, peak MB)."""
    import tensorflow as tf

    from benchmarks import measuring
    from tf_dyngen import presets
    from tf_dyngen.inference.video_draws import BLOCK
    from tf_dyngen.model.generator import build_generator
    from tf_dyngen.tasks.synthesize import Synthesizer
    from tf_dyngen.video.writers import open_video_writer

    generator = build_generator(presets.load("texture_linear"))
    synthesizer = Synthesizer(generator)
    list(synthesizer.synthesize(num_frames=BLOCK, seed=0))
    emission = tf.function(generator.emission)
    states = tf.zeros([BLOCK, generator.latent_sizes.state])
    block = measuring.median_seconds([lambda: emission(states, tf.zeros([BLOCK, 0]))], 100)[0]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with open_video_writer(
            Path(folder) / "new.npy",
            num_frames=num_frames,
            frame_size=(64, 64),
            channels=3,
            frame_rate=25.0,
        ) as writer:
            for piece in synthesizer.synthesize(num_frames=num_frames, seed=0):
                writer.append(piece)
        seconds = time.perf_counter() - started
    return num_frames / seconds, BLOCK / block, measuring.peak_memory_mb()


def main(_) -> None:
    """Prints the table."""
    from benchmarks import measuring

    header = ["frames", "frames/s", "emission alone frames/s", "ratio", "peak MB"]
    rows = []
    for num_frames in (_SHORT, _NUM_FRAMES.value):
        with futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            rate, bare, memory = pool.submit(synthesize, num_frames).result()
        row = [num_frames, f"{rate:.0f}", f"{bare:.0f}", f"{rate / bare:.2f}", f"{memory:.0f}"]
        rows.append(row)
    measuring.print_table(header, rows)


if __name__ == "__main__":
    app.run(main)
