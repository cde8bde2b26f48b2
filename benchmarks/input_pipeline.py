"""The way of clips from a data set or files to batches: rates, and memory against their number.

  python -m benchmarks.input_pipeline [--num_clips=100 --num_clips=5000] [--keep=DIR]

Makes a TFDS data set of so many clips of 60 frames at 64x64, each different, in a folder that is
removed again (0.4 MB a clip, and as raw frames 0.74 MB). Each number of clips is read in a process
of its own: `store` is decoding them into raw frames, once a run; `batches` is what every step of
training asks for, in random order; memory is the peak of the whole process, without training.
`mp4` stores as many clips from video files, at most 100; `preparing` is TFDS writing the data set.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import numpy as np
from absl import app, flags

NUM_FRAMES = 60
SIZE = 64
MOST_FILES = 100
BATCHES = 2000

_NUM_CLIPS = flags.DEFINE_multi_integer("num_clips", [100, 5000], "clips in the data set")
_KEEP = flags.DEFINE_string("keep", None, "make the data sets here and leave them")


def different_clips(num_clips: int) -> Iterator[np.ndarray]:
    """Yields clips [60, 64, 64, 3]: cut-outs of simulated textures, shifted in time and space."""
    from tf_dyngen.simulation.textures import catalogue

    longs = [catalogue.simulate(name, 0, 128, 240) for name in ("fire", "water", "flag")]
    random = np.random.default_rng(0)
    for index in range(num_clips):
        start, top, left = random.integers(0, (240 - NUM_FRAMES, SIZE + 1, SIZE + 1))
        stretch = longs[index % len(longs)][start : start + NUM_FRAMES]
        clip = np.array(stretch[:, top : top + SIZE, left : left + SIZE])
        clip[0, 0, 0, :2] = divmod(index, 256)  # Two cut-outs may agree: a dark corner, say.
        yield clip


def make_data_set(data_dir: str, num_clips: int) -> float:
    """Prepares a TFDS data set of one video feature, stored as PNG frames; returns the peak MB."""
    import tensorflow_datasets as tfds

    from benchmarks import measuring

    class Clips(tfds.core.GeneratorBasedBuilder):
        """Clips without labels."""

        VERSION = tfds.core.Version("1.0.0")
        SKIP_REGISTRATION = True

        def _info(self):
            video = tfds.features.Video(shape=(NUM_FRAMES, SIZE, SIZE, 3))
            return tfds.core.DatasetInfo(
                builder=self, features=tfds.features.FeaturesDict({"frames": video})
            )

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            for index, frames in enumerate(different_clips(num_clips)):
                yield index, {"frames": frames}

    Clips(data_dir=data_dir).download_and_prepare()
    return measuring.peak_memory_mb()


def make_files(folder: Path, num_clips: int) -> None:
    """Writes MP4 files."""
    from tf_dyngen.video.writers import write_video

    for index, frames in enumerate(different_clips(num_clips)):
        write_video(folder / f"{index}.mp4", frames, 25.0)


def read(source, folder: str) -> tuple[int, float, float, float]:
    """Returns (clips, clips/s into the store, clips/s in batches, peak MB)."""
    from benchmarks.measuring import peak_memory_mb
    from tf_dyngen.config import VideoConfig
    from tf_dyngen.training.batches import ClipBatches
    from tf_dyngen.training.clip_loading import load_store
    from tf_dyngen.video.clip_cache import ClipCache
    from tf_dyngen.video.sources import open_collection

    video = VideoConfig()
    started = time.perf_counter()
    with ClipCache(Path(folder)) as cache:
        store = load_store(open_collection(source, video), video, cache)
        batches = ClipBatches(store, batch_size=1, bptt_length=NUM_FRAMES, seed=0)
    stored = time.perf_counter() - started
    num_clips = len(batches.store)
    started = time.perf_counter()
    for step in range(BATCHES):
        batches.at(step)
    seconds = time.perf_counter() - started
    return num_clips, num_clips / stored, BATCHES / seconds, peak_memory_mb()


def in_own_process(function, *arguments):
    """Runs a function in a new process, whose memory is its own."""
    with futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def main(_) -> None:
    """Prints the table."""
    from benchmarks import measuring
    from tf_dyngen.video.sources import Source

    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(_KEEP.value or temporary)
        for num_clips in _NUM_CLIPS.value:
            data_dir, files = root / f"data{num_clips}", root / f"files{num_clips}"
            prepared = in_own_process(make_data_set, str(data_dir), num_clips)
            data_set = Source(dataset="clips", data_dir=str(data_dir))
            sources = {"TFDS": data_set}
            if num_clips <= MOST_FILES:
                files.mkdir(parents=True, exist_ok=True)
                in_own_process(make_files, files, num_clips)
                sources["mp4"] = Source(clips=(str(files),))
            for name, source in sources.items():
                figures = in_own_process(read, source, f"{temporary}/{name}{num_clips}")
                count, store, batches, memory = figures
                rows.append([name, count, f"{store:.0f}", f"{batches:.0f}", f"{memory:.0f}"])
            rows.append(["preparing", num_clips, "", "", f"{prepared:.0f}"])
    header = ["", "clips", "store clips/s", "batches clips/s", "peak MB"]
    measuring.print_table(header, rows)


if __name__ == "__main__":
    app.run(main)
