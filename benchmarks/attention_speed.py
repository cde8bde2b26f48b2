"""Time and memory of the default preset, from a clip to its model and from the model to video.

  python -m benchmarks.attention_speed [--clip=64x64x60 ...] [--num_frames=300]

A row is a process of its own, on a procedural texture that is stretched to the size. `model` is the
time from the end of the imports to a model on disk; `first` that to the first block of new video,
graphs included; `kernels` are the operations of a frame in the graph as it was traced, before the
runtime makes fewer of them. To be trusted on a machine that does nothing else.
"""

import multiprocessing
import tempfile
import time
from concurrent import futures
from pathlib import Path

from absl import app, flags

_CLIP = flags.DEFINE_multi_string(
    "clip", ["64x64x60", "128x128x250", "256x448x250"], "HEIGHTxWIDTHxFRAMES"
)
_NUM_FRAMES = flags.DEFINE_integer("num_frames", 300, "of new video, after the first block")
_TEXTURE = flags.DEFINE_string("texture", "fire", "procedural texture")
# What costs nothing, or is done once.
FREE = {"Const", "Identity", "IdentityN", "NoOp", "Placeholder", "_Arg", "_Retval"}
HEADER = [
    "clip",
    "model s",
    "peak MB of that",
    "first block s",
    "ms a frame",
    "frames/s",
    "kernels a frame",
    "peak MB in all",
]


def measure(texture: str, size: str, num_frames: int) -> list[str]:
    """Returns the cells of a row."""
    import numpy as np

    from benchmarks import measuring
    from tf_dyngen.inference.video_draws import BLOCK
    from tf_dyngen.simulation.textures import catalogue
    from tf_dyngen.tasks.synthesize import Synthesizer
    from tf_dyngen.video.clips import clip_from_frames
    from tf_dyngen.video.sources import Source

    height, width, length = map(int, size.split("x"))
    frames = catalogue.simulate(texture, 0, 64, length)
    clip = clip_from_frames(
        frames, name=texture, frame_rate=25.0, num_frames=length, size=(height, width)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.npy"
        np.save(path, clip.frames)
        del clip, frames
        started = time.perf_counter()
        run, _ = measuring.train_run(
            Path(folder) / "run",
            Source(clips=(str(path),)),
            preset=None,
            settings=[f"video.height={height}", f"video.width={width}"],
            minutes=10.0,
        )
        learned, peak = time.perf_counter() - started, measuring.peak_memory_mb()
    synthesizer = Synthesizer(run.generator)
    blocks = synthesizer.synthesize(num_frames=BLOCK + num_frames, seed=0)
    started = time.perf_counter()
    next(blocks)
    first = time.perf_counter() - started
    started = time.perf_counter()
    made = sum(len(block) for block in blocks)
    seconds = (time.perf_counter() - started) / made
    return [
        size.replace("x", " x "),
        f"{learned:.1f}",
        f"{peak:.0f}",
        f"{first:.1f}",
        f"{1e3 * seconds:.1f}",
        f"{1 / seconds:.1f}",
        f"{count_kernels(run.generator)}",
        f"{measuring.peak_memory_mb():.0f}",
    ]


def count_kernels(generator) -> int:
    """Returns the operations of the loops over time, in the traced graphs of F and G."""
    import tensorflow as tf

    sizes = generator.latent_sizes

    def play(state, noise):
        return generator.emit(generator.rollout(state, noise), None)

    specs = [tf.TensorSpec([1, sizes.state]), tf.TensorSpec([1, 2, sizes.noise])]
    graph = tf.function(play, autograph=False).get_concrete_function(*specs).graph
    bodies = (
        function
        for function in graph.as_graph_def().library.function
        if "while_body" in function.signature.name
    )
    return sum(node.op not in FREE for body in bodies for node in body.node_def)


def main(_) -> None:
    """Prints the table."""
    from benchmarks import measuring

    def rows():
        for size in _CLIP.value:
            with futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                yield pool.submit(measure, _TEXTURE.value, size, _NUM_FRAMES.value).result()

    measuring.print_table(HEADER, rows())


if __name__ == "__main__":
    app.run(main)
