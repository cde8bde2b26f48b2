"""Kills training at random moments, starts it again, and compares it with an undisturbed run.

`python -m benchmarks.random_kills [--kills=10] [--workers=1 --workers=2]` trains the preset smoke
in one process, then in two workers of which one is killed; what is left of the two ends by itself.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring

_KILLS = flags.DEFINE_integer("kills", 10, "how often each run is killed")
_WORKERS = flags.DEFINE_multi_integer("workers", [1, 2], "how many workers a run has")
_SECONDS = flags.DEFINE_float("seconds", 20.0, "the longest that a run lives until it is killed")
_STEPS = flags.DEFINE_integer("steps", 600, "of a run")
ARGUMENTS = ("--preset=smoke", "--set=learning.batch_size=2", "--set=output.checkpoint_every=20")
# Of these only the time of day decides.
UNCOMPARED = ("seconds", "save_counter", "_CHECKPOINTABLE")


def start(workdir: Path, clips: Path, num_workers: int) -> list[subprocess.Popen]:
    """Starts the workers of a run."""
    sockets = [socket.socket() for _ in range(num_workers)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    addresses = ["{}:{}".format(*each.getsockname()) for each in sockets]
    for each in sockets:
        each.close()
    command = [sys.executable, "-m", "launch.train", f"--workdir={workdir}", f"--clip={clips}"]
    command += [*ARGUMENTS, f"--steps={_STEPS.value}"]
    if num_workers > 1:
        command += ["--strategy=multi_worker", "--wait_minutes=0.5"]
    processes = []
    for index in range(num_workers):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": addresses}, "task": task})
        environment = {**os.environ, "TF_CONFIG": config} if num_workers > 1 else None
        processes.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
    return processes


def disturb(workdir: Path, clips: Path, num_workers: int) -> tuple[int, list[str]]:
    """Kills a run again and again, then lets it end; returns the kills that met it, and ends."""
    met, ends = 0, []
    for _ in range(_KILLS.value):
        processes = start(workdir, clips, num_workers)
        time.sleep(random.uniform(0.0, _SECONDS.value))
        victim = random.choice(processes)
        victim.send_signal(signal.SIGKILL)
        for process in processes:
            process.wait()
        met += victim.returncode == -signal.SIGKILL
        others = [process.returncode for process in processes if process is not victim]
        ends += [str(status) for status in others]
    for process in start(workdir, clips, num_workers):
        if process.wait() != 0:
            raise RuntimeError(f"the last run in {workdir} ended with {process.returncode}")
    return met, ends


def differing(one: Path, other: Path) -> tuple[int, int]:
    """Returns how many arrays of the last checkpoints there are, and how many differ in a bit."""
    a, b = (_arrays(workdir) for workdir in (one, other))
    if a.keys() != b.keys():
        raise RuntimeError(f"not in both: {sorted(a.keys() ^ b.keys())}")
    return len(a), sum(not np.array_equal(a[name], b[name]) for name in a)


def _arrays(workdir: Path) -> dict[str, np.ndarray]:
    import tensorflow as tf

    folder = workdir / "checkpoints"
    reader = tf.train.load_checkpoint(str(folder / f"ckpt-{_STEPS.value}"))
    names = reader.get_variable_to_shape_map()
    arrays = {name: reader.get_tensor(name) for name in names if not name.startswith(UNCOMPARED)}
    for path in folder.glob(f"chains-{_STEPS.value}.*.npz"):
        with np.load(path, allow_pickle=False) as chains:
            arrays.update({f"{path.name}/{name}": values for name, values in chains.items()})
    return arrays


def main(_) -> None:
    """Prints the table."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = folder / "clips"
        clips.mkdir()
        for number, length in enumerate([12, 9, 12]):
            noise = np.random.default_rng(number).integers(0, 256, (length, 16, 16, 3), np.uint8)
            np.save(clips / f"{number}.npy", noise)
        for num_workers in _WORKERS.value:
            whole, pieces = folder / f"whole-{num_workers}", folder / f"pieces-{num_workers}"
            for process in start(whole, clips, num_workers):
                process.wait()
            met, ends = disturb(pieces, clips, num_workers)
            num_arrays, num_differing = differing(whole, pieces)
            rows.append([num_workers, met, ", ".join(ends), num_arrays, num_differing])
    header = ["workers", "kills", "exit statuses of the others", "arrays", "that differ in a bit"]
    measuring.print_table(header, rows)


if __name__ == "__main__":
    app.run(main)
