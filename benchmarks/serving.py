"""An export as a server runs it: speed, latency, memory, and answers to malformed requests.

`python -m benchmarks.serving --workdir=DIR` exports the run, loads it through a session, as
a server does, and prints a table.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import app, flags

from benchmarks import measuring
from benchmarks.random_requests import GOOD, random_request
from tf_dyngen.export.saved_model import export
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import load_run

_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run", required=True)
_EXPORT = flags.DEFINE_string("export", None, "a version to measure; exported anew if not given")
_NUM_FRAMES = flags.DEFINE_integer("num_frames", 5000, "of the stream")
_NUM_REQUESTS = flags.DEFINE_integer("num_requests", 500, "random ones, half of them malformed")
_REPEATS = flags.DEFINE_integer("repeats", 3, "how often each speed is measured")
_LENGTH = flags.DEFINE_integer("length", 300, "frames of the videos whose speed is compared")
CHUNK = 30
LOADING = """
import sys, time
begun = time.monotonic()
import tensorflow as tf
imported = time.monotonic()
with tf.compat.v1.Session(graph=tf.Graph()) as session:
    tf.compat.v1.saved_model.load(session, ["serve"], sys.argv[1])
    print(time.monotonic() - imported)
"""


class Served:
    """A session with an export, called as a server calls it."""

    def __init__(self, path: Path):
        self._session = tf.compat.v1.Session(graph=tf.Graph())
        with self._session.graph.as_default():
            meta = tf.compat.v1.saved_model.load(self._session, ["serve"], str(path))
        self.signatures = meta.signature_def
        metadata = json.loads((path / "assets.extra/metadata.json").read_text(encoding="utf-8"))
        self.appearance_size = metadata["sizes"]["appearance"]

    def call(self, name: str, **inputs):
        """Returns the outputs by name."""
        definition = self.signatures[name]
        if self.appearance_size and "appearance" in definition.inputs:
            inputs.setdefault("appearance", np.zeros([len(inputs["seed"]), self.appearance_size]))
        feeds = {definition.inputs[key].name: value for key, value in inputs.items()}
        fetches = {key: value.name for key, value in definition.outputs.items()}
        return self._session.run(fetches, feeds)


def rates(workdir: Path, served: Served) -> list[list[str]]:
    """Compares `generate` with what launch.synthesize computes, in turns."""
    run = load_run(workdir, print)
    synthesizer = Synthesizer(run.generator)
    look = tf.zeros([served.appearance_size])

    def synthesize():
        return list(synthesizer.synthesize(num_frames=_LENGTH.value, seed=0, appearance=look))

    def generate():
        return served.call("generate", seed=[0], num_frames=[_LENGTH.value])

    seconds = measuring.median_seconds([synthesize, generate], _REPEATS.value)
    library, exported = (_LENGTH.value / each for each in seconds)
    share = f"{exported / library:.2f}"
    return [["generate", f"{exported:.0f} frames/s", f"{library:.0f} by the library", share]]


def batches(served: Served) -> list[list[str]]:
    """Compares a batch of 8 requests with 8 single ones."""
    rows = []
    for length in (CHUNK, 4 * CHUNK):

        def single(length=length):
            for seed in range(8):
                served.call("generate", seed=[seed], num_frames=[length])

        def together(length=length):
            served.call("generate", seed=range(8), num_frames=[length] * 8)

        one, all_at_once = measuring.median_seconds([single, together], _REPEATS.value)
        share = f"{all_at_once / one:.2f}"
        found = [f"{1e3 * all_at_once:.0f} ms", f"{1e3 * one:.0f} ms one by one", share]
        rows.append([f"8 requests of {length} frames", *found])
    return rows


def stream(served: Served) -> list[list[str]]:
    """Plays a long stream in chunks."""
    state, latencies, memory = served.call("start", seed=[0], clip=[-1])["state"], [], []
    for position in range(0, _NUM_FRAMES.value, CHUNK):
        begun = time.perf_counter()
        found = served.call(
            "stream", state=state, seed=[0], position=[position], num_frames=[CHUNK]
        )
        latencies.append(1e3 * (time.perf_counter() - begun))
        state = found["next_state"]
        memory.append(measuring.memory_mb())
    # The first calls make what all later ones use.
    median, late = np.median(latencies[5:]), np.percentile(latencies[5:], 99)
    third = len(memory) // 3
    return [
        ["chunk of 30, ms", f"{median:.1f} median", f"{late:.1f} p99", f"{late / median:.2f}"],
        ["memory, MB", f"{memory[third]:.0f} at a third", f"{memory[-1]:.0f} at the end", ""],
    ]


def malformed(served: Served) -> list[list[str]]:
    """Makes random requests; each is followed by a good one, whose answer must not change."""
    random = np.random.default_rng(0)
    expected = served.call(GOOD.name, **GOOD.inputs)["state"]
    good, refused, wrong = 0, 0, 0
    for _ in range(_NUM_REQUESTS.value):
        name, inputs, is_good = random_request(random, served.signatures)
        try:
            served.call(name, **inputs)
            good += is_good
            wrong += not is_good
        except (tf.errors.OpError, ValueError, TypeError) as error:
            refused += bool(str(error)) and not is_good
            wrong += is_good
        wrong += not np.array_equal(served.call(GOOD.name, **GOOD.inputs)["state"], expected)
    return [["random requests", f"{good} good", f"{refused} refused", f"{wrong} wrong"]]


def size(path: Path) -> list[list[str]]:
    """Tells an export's size and how long a fresh process loads it."""
    command = [sys.executable, "-c", LOADING, str(path)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    total = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return [["loading", f"{float(output):.1f} s", f"{total / 1e6:.1f} MB", ""]]


def main(_):
    """Exports and prints the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(_EXPORT.value or folder)
        if not _EXPORT.value:
            begun = time.perf_counter()
            path = export(Path(_WORKDIR.value), path)
            rows.append(["exporting", f"{time.perf_counter() - begun:.1f} s", "", ""])
        rows += size(path)
        served = Served(path)
        rows += rates(Path(_WORKDIR.value), served) + batches(served) + stream(served)
        rows += malformed(served)
    measuring.print_table(["what", "", "", "ratio"], rows)


if __name__ == "__main__":
    app.run(main)
