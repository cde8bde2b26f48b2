"""What more clips, and more devices, cost: memory of chains, time of steps.

  python -m benchmarks.scaling [--what=chains --what=clips --what=devices]

`chains` keeps those of many clips in memory, and compares with the numbers that they consist of;
`clips` takes steps of the same batch from data sets of 10, 100 and 1,000 clips, turn by turn;
`devices` takes steps on two logical CPU devices and, turn by turn, on one with half of the batch,
each restricted to one core. Every figure comes from a process of its own. Times are to be trusted
on a machine that does nothing else, those of `devices` on one with two cores that are its own.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import tensorflow as tf
from absl import app, flags

from benchmarks import measuring
from tf_dyngen import config as configs
from tf_dyngen import presets
from tf_dyngen.config import Config
from tf_dyngen.inference.chains import Chains, Visit
from tf_dyngen.model.latents import LatentSizes
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.chain_files import read_chains, write_chains
from tf_dyngen.training.devices import MIRRORED, ONE_DEVICE, choose_strategy, plain_sums
from tf_dyngen.training.start import FittedClips, build_learner, start_learner
from tf_dyngen.training.trainer import Trainer
from tf_dyngen.training.window_order import ONLY_WORKER
from tf_dyngen.training.workers import Workers
from tf_dyngen.video.clip_store import ClipStore
from tf_dyngen.video.clips import Clip

FLOAT_BYTES = 4
CHAINED_PRESETS = ("texture_linear", "action_paper")
CHAINED_CLIPS = 100_000
FILED_CLIPS = 10_000
VISITED_CLIPS = 32
VISITS = 1000
DATA_SETS = (10, 100, 1000)
CLIP_STEPS = 60
SMALL = {"video.height": 32, "video.width": 32, "learning.batch_size": 4}
NUM_DEVICES = 2
DEVICE_BATCH = 2
DEVICE_STEPS = 30
SPAWN = multiprocessing.get_context("spawn")

_WHAT = flags.DEFINE_multi_enum(
    "what", ["chains", "clips", "devices"], ["chains", "clips", "devices"], "which tables to print"
)


def floats_of_a_chain(config: Config) -> int:
    """Returns T * noise + state + appearance, the latents of a clip."""
    model = config.model
    return config.video.num_frames * model.noise_size + model.state_size + model.appearance_size


def make_chains(config: Config, num_clips: int) -> Chains:
    """Returns chains with every page of their memory in use."""
    model = config.model
    sizes = LatentSizes(model.noise_size, model.state_size, model.appearance_size)
    ids = [f"{row:016x}" for row in range(num_clips)]
    chains = Chains(ids, [config.video.num_frames] * num_clips, sizes)
    for array in (chains.noise, chains.initial_state, chains.carried_state, chains.appearance):
        array.fill(1.0)
    return chains


def measure_chains(preset: str) -> list[str]:
    """Returns memory of chains over the latents alone, and times of visits in milliseconds."""
    config = presets.load(preset)
    before = psutil.Process().memory_info().rss
    chains = make_chains(config, CHAINED_CLIPS)
    memory = psutil.Process().memory_info().rss - before
    floor = CHAINED_CLIPS * floats_of_a_chain(config) * FLOAT_BYTES
    length = min(config.learning.bptt_length, config.video.num_frames)
    random = np.random.default_rng(0)
    times = []
    for _ in range(VISITS):
        rows = random.choice(CHAINED_CLIPS, VISITED_CLIPS, replace=False).astype(np.int32)
        starts = random.integers(0, config.video.num_frames - length + 1, VISITED_CLIPS)
        visit = Visit(rows, starts.astype(np.int32))
        started = time.perf_counter()
        latents = chains.gather(visit, length)
        gathered = time.perf_counter()
        chains.scatter(visit, latents, latents.initial_state)
        times.append((gathered - started, time.perf_counter() - gathered))
    quantiles = np.quantile(times, [0.5, 0.99], axis=0) * 1e3
    gather, scatter = (f"{median:.2f}, {slowest:.2f}" for median, slowest in quantiles.T)
    sizes = [f"{floor / 1e6:.0f}", f"{memory / 1e6:.0f}", f"{memory / floor:.3f}"]
    return [preset, f"{CHAINED_CLIPS:,}", *sizes, gather, scatter]


def measure_chain_files(preset: str) -> list[str]:
    """Returns size and times of the file of chains that stands beside a checkpoint."""
    chains = make_chains(presets.load(preset), FILED_CLIPS)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        write_chains(Path(folder), 0, ONLY_WORKER, chains)
        written = time.perf_counter()
        missing = read_chains(Path(folder), 0, chains, ONLY_WORKER)
        read = time.perf_counter()
        num_bytes = sum(path.stat().st_size for path in Path(folder).iterdir())
    assert not missing
    seconds = [f"{written - started:.2f}", f"{read - written:.2f}"]
    return [preset, f"{FILED_CLIPS:,}", f"{num_bytes / FILED_CLIPS:.0f}", *seconds]


def small_clips(num_clips: int, config: Config) -> Iterator[Clip]:
    """Yields clips of waves that travel, each in a direction of its own."""
    video = config.video
    frame, row, column = np.ogrid[: video.num_frames, : video.height, : video.width]
    for index in range(num_clips):
        phase = frame / 3 + row * np.sin(index) / 4 + column * np.cos(index) / 4
        grey = (127.5 + 100 * np.sin(phase)).astype(np.uint8)
        frames = np.repeat(grey[..., None], video.channels, axis=-1)
        yield Clip(f"{index:016x}", f"waves{index}", frames, 25.0)


def build_trainer(config: Config, store: ClipStore, strategy: tf.distribute.Strategy) -> Trainer:
    """Returns a trainer whose weights are fitted to the first clips."""
    learner = build_learner(config, store.records, strategy)
    fitted = FittedClips(store, np.arange(min(DATA_SETS)))
    start_learner(learner, config, store, fitted)
    learning = config.learning
    batches = ClipBatches(
        store, batch_size=learning.batch_size, bptt_length=learning.bptt_length, seed=config.seed
    )
    return Trainer(config, *learner, batches, Workers(strategy))


@plain_sums()
def measure_clips(preset: str) -> list[list[str]]:
    """Returns the time of a step for each size of data set."""
    config = configs.override(presets.load(preset), SMALL)
    strategy = choose_strategy(ONE_DEVICE)
    trainers = []
    for num_clips in DATA_SETS:
        store = measuring.temporary_store(list(small_clips(num_clips, config)))
        trainers.append(build_trainer(config, store, strategy))
    steps = measuring.median_seconds([trainer.run_step for trainer in trainers], CLIP_STEPS)
    return [
        [preset, f"{num_clips:,}", f"{1e3 * step:.1f}", f"{step / steps[0]:.3f}"]
        for num_clips, step in zip(DATA_SETS, steps, strict=True)
    ]


@plain_sums()
def serve_steps(connection, preset: str, num_devices: int) -> None:
    """Runs a step whenever something is received; each device computes on one core."""
    # A single device could else run independent operations side by side.
    cores = sorted(os.sched_getaffinity(0))[:num_devices]
    os.sched_setaffinity(0, cores)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(num_devices)
    logical = [tf.config.LogicalDeviceConfiguration()] * num_devices
    tf.config.set_visible_devices([], "GPU")
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], logical)
    changes = {"learning.batch_size": DEVICE_BATCH * num_devices}
    config = configs.override(presets.load(preset), changes)
    store = measuring.temporary_store(list(small_clips(min(DATA_SETS), config)))
    strategy = choose_strategy(MIRRORED if num_devices > 1 else ONE_DEVICE)
    trainer = build_trainer(config, store, strategy)
    while connection.recv():
        trainer.run_step()
        connection.send(True)


@contextmanager
def step_elsewhere(preset: str, num_devices: int) -> Iterator[Callable[[], object]]:
    """Gives a call that runs a step in another process."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=serve_steps, args=(there, preset, num_devices))
    process.start()
    # Else its end would go unnoticed here.
    there.close()

    def step():
        here.send(True)
        return here.recv()

    try:
        yield step
        here.send(False)
    finally:
        here.close()
        process.join()


def measure_devices(preset: str) -> list[list[object]]:
    """Returns the time of a step on one device, and on several that share a larger batch."""
    with step_elsewhere(preset, 1) as alone, step_elsewhere(preset, NUM_DEVICES) as together:
        ideal, step = measuring.median_seconds([alone, together], DEVICE_STEPS)
    return [
        [preset, 1, DEVICE_BATCH, f"{ideal:.3f}", "1"],
        [preset, NUM_DEVICES, NUM_DEVICES * DEVICE_BATCH, f"{step:.3f}", f"{step / ideal:.3f}"],
    ]


def main(_) -> None:
    """Prints the tables."""
    # A process for every task: what the one before has touched does not count.
    with futures.ProcessPoolExecutor(1, SPAWN, max_tasks_per_child=1) as pool:
        if "chains" in _WHAT.value:
            header = ["chains", "clips", "latents MB", "memory MB", "over latents"]
            header += ["gather 32 ms, p99", "scatter 32 ms, p99"]
            measuring.print_table(header, list(pool.map(measure_chains, CHAINED_PRESETS)))
            header = ["chains on disk", "clips", "bytes a clip", "write s", "read s"]
            measuring.print_table(header, list(pool.map(measure_chain_files, CHAINED_PRESETS)))
        if "clips" in _WHAT.value:
            rows = pool.submit(measure_clips, "action").result()
            measuring.print_table(["preset", "clips", "step ms", "over the fewest"], rows)
    if "devices" in _WHAT.value:
        rows = measure_devices("texture_linear")
        measuring.print_table(["preset", "devices", "batch", "step s", "over one device"], rows)


if __name__ == "__main__":
    app.run(main)
