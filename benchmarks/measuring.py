"""What the trials share: clips made on the spot, medians, peak memory, tables."""

import atexit
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import psutil

from launch import data_sets
from tf_dyngen.model.generator import Generator, to_pixels
from tf_dyngen.model.latents import Latents
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.tasks.session import Session
from tf_dyngen.tasks.train import train
from tf_dyngen.training.reports import read_metrics
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.clip_store import ClipStore, write_clip_store
from tf_dyngen.video.clips import Clip, clip_from_frames
from tf_dyngen.video.sources import Source


def embedded_clip(num_frames: int, size: int, texture: str = "fire", seed: int = 0) -> Clip:
    """Returns a clip of a procedural texture, at 64 pixels stretched to `size`."""
    frames = catalogue.simulate(texture, seed, 64, num_frames)
    return clip_from_frames(
        frames,
        name=texture,
        frame_rate=catalogue.FRAME_RATE,
        num_frames=num_frames,
        size=(size, size),
    )


def temporary_store(clips: Sequence[Clip]) -> ClipStore:
    """Returns a store of clips in a folder that is removed when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="clips")
    atexit.register(folder.cleanup)
    write_clip_store(Path(folder.name), clips, clips[0].frames.shape[1:])
    return ClipStore(Path(folder.name))


def render(generator: Generator, latents: Latents) -> np.ndarray:
    """Returns the frames of one clip's latents, [T, H, W, C] uint8."""
    return to_pixels(generator(latents)[0][0]).numpy()


def train_run(
    workdir: Path,
    source: Source,
    *,
    preset: str | None,
    settings: Sequence[str],
    minutes: float,
) -> tuple[TrainedRun, dict]:
    """Trains as launch.train does; returns the run and its last logged metrics.

    Where there are no learning steps, those are the step and the seconds that all took.

    Args:
      workdir: of the run.
      source: of its clips.
      preset: the default one if None.
      settings: KEY=VALUE.
      minutes: of training, at most.
    """
    started = time.perf_counter()
    train(
        workdir,
        preset=preset,
        changes=dict(setting.split("=", 1) for setting in settings),
        source=source,
        embedded=source,
        register=data_sets.register,
        session=Session(max_seconds=60 * minutes),
    )
    seconds = time.perf_counter() - started
    run, logged = load_run(workdir, print), read_metrics(workdir)
    return run, logged[-1] if logged else {"step": run.step, "seconds": seconds}


def median_seconds(calls: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Returns the median time of each call; they take turns, so that drift hits all alike."""
    for call in calls:
        call()
    seconds = np.zeros([repeats, len(calls)])
    for repeat in range(repeats):
        for index, call in enumerate(calls):
            started = time.perf_counter()
            call()
            seconds[repeat, index] = time.perf_counter() - started
    return [statistics.median(column) for column in seconds.T]


def peak_memory_mb() -> float:
    """Returns the largest resident set of this process so far, in MB of 10^6 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def memory_mb() -> float:
    """Returns the resident set of this process now, in MB of 10^6 bytes."""
    return psutil.Process().memory_info().rss / 1e6


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a table in Markdown, each row as soon as it is there."""
    print("| " + " | ".join(header) + " |")
    print("| " + " | ".join("---" for _ in header) + " |")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
