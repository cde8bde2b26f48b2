"""Interrupts commands at random moments and looks at what they say and leave.

`python -m benchmarks.random_interrupts [--interrupts=40] [--seed=0]` trains a small run, starts one
command after the other and sends it SIGINT or SIGTERM after a random part of the time that it takes
undisturbed. It is a fault if it ends by anything but 0, 130 or 143, shows a traceback, or
leaves a file that is neither whole nor the run's. Exit status 1 if there is one.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from absl import app, flags
from PIL import Image

from benchmarks import measuring

_INTERRUPTS = flags.DEFINE_integer("interrupts", 40, "how many")
_SEED = flags.DEFINE_integer("seed", 0, "of commands, moments and signals")

NUM_FRAMES = 8
TINY = ("--preset=smoke", "--steps=20", f"--num_frames={NUM_FRAMES}", "--hide=square:4")
COMMANDS = {
    "train": (*TINY, "--workdir={new}/run", "--clip={world}/clip.npy"),
    "synthesize": ("--workdir={world}/run", "--output={new}/new.mp4", "--num_frames=2000"),
    "infer": ("--workdir={new}/copy", "--clip={world}/other.npy", "--num_steps=50"),
    "recover": ("--workdir={world}/run", "--output={new}/out"),
    "animate": ("--workdir={world}/run", "--image={world}/still.png", "--output={new}/new.gif"),
    "export": ("--workdir={world}/run", "--output={new}/exported"),
    "preview": ("--clip={world}/clip.npy", "--output={new}/new.mp4"),
}
# What the signals end a command with, as a shell reports it; and a good end before they came.
STATUSES = {signal.SIGINT: (130, 0), signal.SIGTERM: (143, 0)}
# A training is saved when it is stopped; whoever infers has begun a folder of results.
KEPT = ("run", "copy")


def prepare(world: Path) -> None:
    """Makes clips, a picture and a run of what is hidden."""
    random_ = np.random.default_rng(0)
    for name in ("clip", "other"):
        frames = random_.integers(0, 256, (NUM_FRAMES, 16, 16, 3), np.uint8)
        np.save(world / f"{name}.npy", frames)
    Image.fromarray(frames[0]).save(world / "still.png")
    arguments = [argument.format(new=world, world=world) for argument in COMMANDS["train"]]
    subprocess.run(
        [sys.executable, "-m", "launch.train", *arguments], check=True, stderr=subprocess.DEVNULL
    )


def start(name: str, new: Path, world: Path) -> subprocess.Popen:
    """Starts a command whose temporary files lie in `new`."""
    (new / "temporary").mkdir(parents=True)
    if name == "infer":
        shutil.copytree(world / "run", new / "copy")
    arguments = [argument.format(new=new, world=world) for argument in COMMANDS[name]]
    return subprocess.Popen(
        [sys.executable, "-m", f"launch.{name}", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(new / "temporary")},
        # A shell starts what runs in the background with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def _is_same(path: Path, other: Path) -> bool:
    """Whether a file is as the command writes it undisturbed: its last moments may be cut off."""
    return path.is_file() and other.is_file() and path.read_bytes() == other.read_bytes()


def faults_of(
    process: subprocess.Popen, number: signal.Signals, new: Path, whole: Path
) -> list[str]:
    """Waits for the end of a command that got a signal; returns what is wrong.

    Args: the process; the signal; the command's folder, and that of an undisturbed one.
    """
    _, errors = process.communicate(timeout=300)
    faults = []
    # Before Python runs, the system ends it, or Python does not begin.
    if "Fatal Python error: init_" in errors:
        return []
    if process.returncode not in (*STATUSES[number], -number):
        faults.append(f"status {process.returncode}")
    if "Traceback" in errors:
        faults.append(errors)
    left = [path for path in (new / "temporary").rglob("*") if path.is_file()]
    if process.returncode:
        others = [path for path in new.iterdir() if path.name not in (*KEPT, "temporary")]
        left += [path for path in others if not _is_same(path, whole / path.name)]
    unfinished = [path for path in new.rglob("*") if path.name.endswith((".unfinished", ".tmp"))]
    if left or unfinished:
        faults.append(f"left {', '.join(str(path.relative_to(new)) for path in left + unfinished)}")
    return faults


def main(_) -> None:
    """Interrupts commands; prints the moments and what is wrong."""
    draw, rows, num_faults = random.Random(_SEED.value), [], 0
    with tempfile.TemporaryDirectory() as name:
        world = Path(name)
        prepare(world)
        seconds = {}
        for command in COMMANDS:
            begun = time.monotonic()
            start(command, world / f"whole-{command}", world).communicate()
            seconds[command] = time.monotonic() - begun
        for turn in range(_INTERRUPTS.value):
            command, new = draw.choice(list(COMMANDS)), world / f"new-{turn}"
            number = draw.choice([signal.SIGINT, signal.SIGTERM])
            process, moment = start(command, new, world), draw.uniform(0, seconds[command])
            time.sleep(moment)
            process.send_signal(number)
            faults = faults_of(process, number, new, world / f"whole-{command}")
            num_faults += bool(faults)
            rows.append([command, f"{moment:.1f} s", number.name, "; ".join(faults) or "none"])
            print(*rows[-1], sep=", ", file=sys.stderr, flush=True)
            shutil.rmtree(new)
    measuring.print_table(["command", "moment", "signal", "faults"], rows)
    sys.exit(num_faults > 0)


if __name__ == "__main__":
    app.run(main)
