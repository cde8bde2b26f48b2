"""What the tests of the commands share: running them, small clips, and reading what they wrote."""

import dataclasses
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SERVER = Path(__file__).with_name("command_server.py")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"}
ERROR = "error: "
ACTIONS = ["left", "right", "up"]


@dataclasses.dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit status and what it printed."""

    status: int
    stdout: str
    stderr: str

    @property
    def errors(self) -> list[str]:
        """The lines of the user's mistake, of which there may be one."""
        return [line for line in self.stderr.splitlines() if line.startswith(ERROR)]

    def check_good(self) -> "Ended":
        assert self.status == 0, self.stderr
        assert "Traceback" not in self.stderr
        assert not self.errors
        return self

    def check_mistake(self, *words: str) -> "Ended":
        """Asserts exit status 2 and one line that holds all the words."""
        assert self.status == 2, self.stderr
        assert "Traceback" not in self.stderr
        assert len(self.errors) == 1, self.stderr
        for word in words:
            assert word in self.errors[0]
        return self


class CommandServer:
    """Starts commands in forked copies of one process that has imported TensorFlow."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._numbers = itertools.count()
        self._printed: dict[int, tuple[Path, Path]] = {}
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER)],
            cwd=ROOT,
            env=ENVIRONMENT,
            text=True,
            bufsize=1,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._ready = False

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()

    def start(
        self,
        module: str,
        *arguments: str,
        file_size: int | None = None,
        environment: dict[str, str] | None = None,
    ) -> int:
        """Starts `python -m MODULE ARGUMENTS`; returns its process id."""
        if not self._ready:
            assert self._process.stdout.readline() == "ready\n"
            self._ready = True
        number = next(self._numbers)
        printed = (self._folder / f"{number}.stdout", self._folder / f"{number}.stderr")
        request = {
            "start": [module, *arguments],
            "file_size": file_size,
            "environment": environment or {},
        }
        process = self._ask({**request, "stdout": str(printed[0]), "stderr": str(printed[1])})
        self._printed[process] = printed
        return process

    def wait(self, process: int) -> Ended:
        """Waits for the end of a command that was started."""
        status = self._ask({"wait": process})
        stdout, stderr = self._printed.pop(process)
        return Ended(status, stdout.read_text(), stderr.read_text())

    def _ask(self, request: dict) -> int:
        self._process.stdin.write(json.dumps(request) + "\n")
        return int(self._process.stdout.readline())


@pytest.fixture(scope="session")
def command_server(tmp_path_factory):
    server = CommandServer(tmp_path_factory.mktemp("printed"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def start(command_server):
    """start(MODULE, ARGUMENT, ...) -> process id of a command under way."""
    return command_server.start


@pytest.fixture(scope="session")
def finish(command_server):
    """finish(process id) -> Ended."""
    return command_server.wait


@pytest.fixture(scope="session")
def train(start, finish):
    """train(ARGUMENT, ...) -> Ended."""
    return lambda *arguments, **limits: finish(start("launch.train", *arguments, **limits))


@pytest.fixture(scope="session")
def synthesize(start, finish):
    """synthesize(ARGUMENT, ...) -> Ended."""
    return lambda *arguments, **limits: finish(start("launch.synthesize", *arguments, **limits))


def moving_waves(num_frames=12, size=(16, 16), phase=0.0):
    """Smooth colours that travel: [T, H, W, 3] uint8, no two frames alike."""
    time, row, column = np.ogrid[:num_frames, : size[0], : size[1]]
    turns = [column / 3 + time / 2 + phase, row / 3 + time / 3, time / 2 + phase]
    waves = np.broadcast_arrays(*[127 + 90 * np.sin(turn) for turn in turns])
    return np.stack(waves, -1).astype(np.uint8)


@pytest.fixture(scope="session")
def waves():
    return moving_waves


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """A file of 12 frames of 16x16."""
    path = tmp_path_factory.mktemp("clip") / "waves.npy"
    np.save(path, moving_waves())
    return path


@pytest.fixture(scope="session")
def trained(train, clip, tmp_path_factory):
    """A finished run of the preset smoke, to be copied before it is changed."""
    workdir = tmp_path_factory.mktemp("trained") / "run"
    train(
        f"--workdir={workdir}",
        f"--clip={clip}",
        "--preset=smoke",
        "--set=output.checkpoint_every=5",
    ).check_good()
    return workdir


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory):
    """A folder of TFDS data with the data set of the default clip; its frames are quick to make."""
    from datasets.procedural_textures.procedural_textures_dataset_builder import Builder

    path = tmp_path_factory.mktemp("data")
    frames = np.resize(moving_waves(size=(64, 64)), (240, 64, 64, 3))
    example = {"frames": frames, "frame_rate": 25.0, "texture": "fire", "first_frame": 0}
    ids = {key: {"clip_id": f"fire{key}", "seed": key} for key in range(2)}
    quick = {"train": [(key, {**example, **own}) for key, own in ids.items()]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Builder, "_split_generators", lambda self, dl_manager: quick)
        Builder(config="fire_64", data_dir=path).download_and_prepare()
    return path


@pytest.fixture(scope="session")
def metrics_of():
    """metrics_of(workdir) -> the objects of metrics.jsonl."""

    def read(workdir: Path) -> list[dict]:
        lines = (workdir / "metrics.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    return read


@pytest.fixture(scope="session")
def checkpoints_of():
    """checkpoints_of(workdir) -> the steps of the checkpoints, ascending."""

    def read(workdir: Path) -> list[int]:
        names = (workdir / "checkpoints").glob("ckpt-*.index")
        return sorted(int(name.stem.partition("-")[2]) for name in names)

    return read


@pytest.fixture(scope="session")
def infer(start, finish):
    """infer(ARGUMENT, ...) -> Ended."""
    return lambda *arguments, **limits: finish(start("launch.infer", *arguments, **limits))


@pytest.fixture(scope="session")
def clips(waves, tmp_path_factory):
    """A folder with three clips to train on, and others that no run has learned."""
    folder = tmp_path_factory.mktemp("clips")
    for phase, name in enumerate(ACTIONS):
        np.save(folder / f"{name}.npy", waves(phase=2.0 * phase))
    (folder / "new").mkdir()
    np.save(folder / "new" / "between.npy", waves(phase=1.0))
    noise = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), np.uint8)
    np.save(folder / "new" / "noise.npy", noise)
    # As long as the clips of training are read, 12 frames, and no longer.
    np.save(folder / "new" / "long.npy", waves(20, size=(24, 30), phase=1.0))
    return folder


@pytest.fixture(scope="session")
def actions(train, clips, tmp_path_factory):
    """A run on three clips with an appearance vector."""
    workdir = tmp_path_factory.mktemp("actions") / "run"
    settings = {"model.appearance_size": 4, "learning.batch_size": 3, "learning.bptt_length": 8}
    flags = [f"--set={key}={value}" for key, value in settings.items()]
    paths = [f"--clip={clips}/{name}.npy" for name in ACTIONS]
    train(f"--workdir={workdir}", *paths, "--preset=smoke", "--steps=60", *flags).check_good()
    return workdir


@pytest.fixture(scope="session")
def inferred(infer, actions, clips, tmp_path_factory):
    """A copy of the run with two inferred clips, and what the command said."""
    workdir = tmp_path_factory.mktemp("inferred") / "run"
    shutil.copytree(actions, workdir)
    names = ["new/between", "left"]
    paths = [f"--clip={clips}/{name}.npy" for name in names]
    return workdir, infer(f"--workdir={workdir}", *paths, "--num_steps=60").check_good().stderr


@pytest.fixture
def play(synthesize, inferred, tmp_path):
    """play(FLAG, ...) -> frames of what the run of three clips, and of two inferred, made."""

    def run(*flags):
        output = tmp_path / "played.npy"
        synthesize(f"--workdir={inferred[0]}", f"--output={output}", *flags).check_good()
        return np.load(output)

    return run
