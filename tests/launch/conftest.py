"""What the tests of the commands share: running them, small clips, and reading what they wrote."""

import functools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.launch.commands import CommandServer, run_here

ACTIONS = ["left", "right", "up"]


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
def train_quickly(train):
    """The same for runs of which the numbers matter little: TensorFlow optimises no graphs."""
    return functools.partial(train, optimizes=False)


@pytest.fixture(scope="session")
def run_command(start, finish):
    """run_command(MODULE, ARGUMENT, ...) -> Ended; in this process, where nothing limits it."""

    def run(module, *arguments, **limits):
        if limits:
            return finish(start(module, *arguments, **limits))
        return run_here(module, *arguments)

    return run


@pytest.fixture(scope="module")
def read_once():
    """Commands in this process read a run, and trace what plays it, once for the module."""
    from tf_dyngen.tasks import (
        animate,
        appearance_grid,
        evaluate,
        infer_files,
        synthesize_files,
    )
    from tf_dyngen.training.restore import load_run

    @functools.cache
    def read(workdir, report, _):
        return load_run(workdir, report)

    def read_unless_changed(workdir, report, **_):
        checkpoints = Path(workdir) / "checkpoints"
        changed = checkpoints.stat().st_mtime_ns if checkpoints.exists() else None
        return read(workdir, report, changed)

    synthesizer = functools.cache(synthesize_files.Synthesizer)
    with pytest.MonkeyPatch.context() as patch:
        for module in (animate, appearance_grid, evaluate, infer_files, synthesize_files):
            patch.setattr(module, "load_run", read_unless_changed)
            patch.setattr(module, "Synthesizer", synthesizer)
        yield


@pytest.fixture(scope="session")
def synthesize(run_command):
    """synthesize(ARGUMENT, ...) -> Ended."""
    return lambda *arguments, **limits: run_command("launch.synthesize", *arguments, **limits)


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
def clip(made_once):
    """A file of 12 frames of 16x16."""
    folder = made_once("clip", lambda folder: np.save(folder / "waves.npy", moving_waves()))
    return folder / "waves.npy"


@pytest.fixture(scope="session")
def training(train, clip, made_once):
    """(workdir, what was said) of a finished run of the preset smoke."""

    def make(folder):
        flags = ["--preset=smoke", "--set=output.checkpoint_every=5"]
        ended = train(f"--workdir={folder}/run", f"--clip={clip}", *flags).check_good()
        (folder / "said").write_text(ended.stderr)

    folder = made_once("trained", make)
    return folder / "run", (folder / "said").read_text()


@pytest.fixture(scope="session")
def trained(training):
    """That run, to be copied before it is changed."""
    return training[0]


@pytest.fixture(scope="session")
def data_dir(made_once):
    """A folder of TFDS data with the data set of the default clip; its frames are quick to make."""
    return made_once("data", make_data_set)


def make_data_set(path):
    from datasets.procedural_textures.procedural_textures_dataset_builder import Builder

    frames = np.resize(moving_waves(size=(64, 64)), (240, 64, 64, 3))
    example = {"frames": frames, "frame_rate": 25.0, "texture": "fire", "first_frame": 0}
    ids = {key: {"clip_id": f"fire{key}", "seed": key} for key in range(2)}
    quick = {"train": [(key, {**example, **own}) for key, own in ids.items()]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Builder, "_split_generators", lambda self, dl_manager: quick)
        Builder(config="fire_64", data_dir=path).download_and_prepare()


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
def infer(run_command):
    """infer(ARGUMENT, ...) -> Ended."""
    return lambda *arguments, **limits: run_command("launch.infer", *arguments, **limits)


@pytest.fixture(scope="session")
def clips(made_once):
    """A folder with three clips to train on, and others that no run has learned."""
    return made_once("clips", make_clips)


def make_clips(folder):
    for phase, name in enumerate(ACTIONS):
        np.save(folder / f"{name}.npy", moving_waves(phase=2.0 * phase))
    (folder / "new").mkdir()
    np.save(folder / "new" / "between.npy", moving_waves(phase=1.0))
    noise = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), np.uint8)
    np.save(folder / "new" / "noise.npy", noise)
    # As long as the clips of training are read, 12 frames, and no longer.
    np.save(folder / "new" / "long.npy", moving_waves(20, size=(24, 30), phase=1.0))


@pytest.fixture(scope="session")
def actions(train_quickly, clips, made_once):
    """A run on three clips with an appearance vector, to be copied before it is changed."""
    settings = {"model.appearance_size": 4, "learning.batch_size": 3, "learning.bptt_length": 8}
    flags = [f"--set={key}={value}" for key, value in settings.items()]
    paths = [f"--clip={clips}/{name}.npy" for name in ACTIONS]

    def make(folder):
        run = [f"--workdir={folder}/run", "--preset=smoke", "--steps=60"]
        train_quickly(*run, *paths, *flags).check_good()

    return made_once("actions", make) / "run"


@pytest.fixture(scope="session")
def inferred(infer, actions, clips, made_once):
    """A copy of the run with two inferred clips, and what the command said."""
    paths = [f"--clip={clips}/{name}.npy" for name in ("new/between", "left")]

    def make(folder):
        shutil.copytree(actions, folder / "run")
        ended = infer(f"--workdir={folder}/run", *paths, "--num_steps=60").check_good()
        (folder / "said").write_text(ended.stderr)

    folder = made_once("inferred", make)
    return folder / "run", (folder / "said").read_text()


@pytest.fixture
def play(synthesize, inferred, tmp_path):
    """play(FLAG, ...) -> frames of what the run of three clips, and of two inferred, made."""

    def run(*flags):
        output = tmp_path / "played.npy"
        synthesize(f"--workdir={inferred[0]}", f"--output={output}", *flags).check_good()
        return np.load(output)

    return run
