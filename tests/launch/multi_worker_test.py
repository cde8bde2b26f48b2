"""Two workers on this machine learn as one process does, stop together and go on together."""

import json
import os
import random
import shutil
import signal
import socket
import time

import numpy as np
import pytest
import tensorflow as tf

from tests.launch.commands import run_here

ARGUMENTS = ["--preset=smoke", "--set=learning.batch_size=2", "--set=output.log_every=1"]
TRY_AGAIN = 75
# Steps after which a run by two is compared with one by one.
LENGTH = 14
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module")
def clips(waves, tmp_path_factory):
    """A folder of three clips of two lengths."""
    folder = tmp_path_factory.mktemp("clips")
    for number, length in enumerate([6, 4, 6]):
        np.save(folder / f"{number}.npy", waves(length, phase=float(number)))
    return folder


def free_ports(number):
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture
def start_two(start):
    """start_two(ARGUMENT, ...) -> the process ids of two workers."""

    def start_both(*arguments):
        addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
        tasks = [{"type": "worker", "index": index} for index in range(2)]
        return [
            start(
                "launch.train",
                "--strategy=multi_worker",
                *arguments,
                environment={
                    "TF_CONFIG": json.dumps({"cluster": {"worker": addresses}, "task": task})
                },
            )
            for task in tasks
        ]

    return start_both


def weights(workdir, step):
    """The generator's weights in a checkpoint, in one vector."""
    reader = tf.train.load_checkpoint(str(workdir / "checkpoints" / f"ckpt-{step}"))
    names = sorted(
        name
        for name, kind in reader.get_variable_to_dtype_map().items()
        # Whoever of generator and optimiser holds a weight first names it.
        if name.startswith(("generator/", "optimizer/_trainable")) and kind == tf.float32
    )
    assert len(names) > 15
    return np.concatenate([reader.get_tensor(name).ravel() for name in names])


def noise(workdir, step):
    """The noise of each clip in a checkpoint, by clip id."""
    found = {}
    for path in (workdir / "checkpoints").glob(f"chains-{step}.*.npz"):
        with np.load(path, allow_pickle=False) as chains:
            ends = np.cumsum(chains["num_frames"])[:-1]
            found.update(
                zip(chains["clip_ids"].tolist(), np.split(chains["noise"], ends), strict=True)
            )
    return found


def check_same(one, other, step):
    a, b = weights(one, step), weights(other, step)
    assert np.linalg.norm(a - b) < 1e-5 * np.linalg.norm(a)
    chains_a, chains_b = noise(one, step), noise(other, step)
    assert len(chains_a) == 3
    assert chains_a.keys() == chains_b.keys()
    for clip_id, values in chains_a.items():
        np.testing.assert_allclose(chains_b[clip_id], values, atol=1e-3)


@pytest.fixture(scope="module")
def by_one(train, clips, tmp_path_factory):
    """A run of LENGTH steps by one process."""
    workdir = tmp_path_factory.mktemp("by_one") / "run"
    train(f"--workdir={workdir}", f"--clip={clips}", *ARGUMENTS, f"--steps={LENGTH}").check_good()
    return workdir


@pytest.mark.parametrize(
    "lost_workers",
    # The chief, who writes checkpoints; the soak loses the other one too.
    [[0], pytest.param([0, 1], marks=pytest.mark.soak)],
    ids=["chief", "chief_then_other"],
)
def test_two_workers_learn_as_one_though_one_is_lost_and_stop_together(
    train, start_two, finish, by_one, clips, metrics_of, checkpoints_of, tmp_path, lost_workers
):
    workdir = tmp_path / "run"
    arguments = [f"--workdir={workdir}", f"--clip={clips}", *ARGUMENTS]
    every = ["--set=output.checkpoint_every=2", "--set=output.keep_checkpoints=1000"]
    for number, lost in enumerate(lost_workers):
        # A checkpoint stands between two losses.
        num_steps = random.randint(3, 5) + 4 * number
        workers = start_two(*arguments, *every, "--steps=1000000")
        wait_for_steps(workdir, num_steps)
        check_the_other_ends(workers, lost, finish)
    record = json.loads((workdir / "config.json").read_text())
    assert [clip["name"] for clip in record["clips"]] == ["0", "1", "2"]
    # Two, then one.
    num_steps = checkpoints_of(workdir)[-1] + 1
    ended = train(*arguments, f"--steps={num_steps}").check_good()
    assert f"going on at step {num_steps - 1}" in ended.stderr
    # One, then two, which a signal to one of them stops together.
    workers = start_two(*arguments, *every, "--steps=1000000")
    wait_for_steps(workdir, max(LENGTH, num_steps) + 1)
    os.kill(workers[1], signal.SIGTERM)
    ended = [finish(worker).check_good() for worker in workers]
    assert "2 devices" in ended[0].stderr
    step = checkpoints_of(workdir)[-1]
    assert f"stopped at step {step} of 1000000" in ended[0].stderr
    assert "stopped at step" not in ended[1].stderr
    assert len(noise(workdir, step)) == 3
    assert [row["step"] for row in metrics_of(workdir)] == list(range(1, step + 1))
    check_same(by_one, workdir, LENGTH)


def check_the_other_ends(workers, lost, finish):
    """Kills a worker and asserts that the other says so, and that all are to be started again."""
    os.kill(workers[lost], signal.SIGKILL)
    killed = time.monotonic()
    assert finish(workers[lost]).status == -signal.SIGKILL
    other = finish(workers[1 - lost])
    assert time.monotonic() - killed < 60
    assert other.status == TRY_AGAIN, other.stderr
    assert len(other.errors) == 1
    assert "start all workers again" in other.errors[0]


def wait_for_steps(workdir, number):
    until = time.monotonic() + PATIENCE_SECONDS
    path = workdir / "metrics.jsonl"
    while not path.exists() or path.read_bytes().count(b"\n") < number:
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_worker_alone_does_not_wait_for_ever(start, finish, clips, tmp_path):
    arguments = [f"--workdir={tmp_path}/run", f"--clip={clips}", "--wait_minutes=0.05"]
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": 0}}
    environment = {"TF_CONFIG": json.dumps(config)}
    started = start("launch.train", "--strategy=multi_worker", *arguments, environment=environment)
    ended = finish(started)
    assert ended.status == -signal.SIGALRM
    assert "waiting 0.05 minutes at most for all workers" in ended.stderr
    assert not (tmp_path / "run").exists()


CLUSTER = {"worker": ["localhost:1", "localhost:2"]}
TASK = {"type": "worker", "index": 0}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (None, ["TF_CONFIG is not set"]),
        ("{", ["TF_CONFIG describes no cluster"]),
        ("[]", ["TF_CONFIG describes no cluster"]),
        ({"cluster": CLUSTER}, ["TF_CONFIG describes no cluster", "task"]),
        ({"cluster": {}, "task": TASK}, ["TF_CONFIG describes no cluster", "worker"]),
        ({"cluster": CLUSTER, "task": {**TASK, "index": 2}}, ["no worker of index 2"]),
        ({"cluster": CLUSTER, "task": {**TASK, "index": "x"}}, ["describes no cluster"]),
        ({"cluster": {**CLUSTER, "ps": ["localhost:3"]}, "task": TASK}, ["tasks of type ps"]),
        ({"cluster": CLUSTER, "task": {"type": "chief", "index": 0}}, ["tasks of type chief"]),
    ],
)
def test_a_cluster_that_is_none_is_one_line(clips, tmp_path, config, words):
    text = config if isinstance(config, str) else json.dumps(config)
    environment = {} if config is None else {"TF_CONFIG": text}
    arguments = [f"--workdir={tmp_path}/run", f"--clip={clips}", "--strategy=multi_worker"]
    run_here("launch.train", *arguments, environment=environment).check_mistake(*words)
    assert not (tmp_path / "run").exists()


def test_a_data_set_that_gained_and_lost_clips_goes_on(train, by_one, clips, waves, tmp_path):
    changed, workdir = tmp_path / "clips", tmp_path / "run"
    shutil.copytree(clips, changed)
    arguments = [f"--workdir={workdir}", f"--clip={changed}", *ARGUMENTS]
    shutil.copytree(by_one, workdir)
    before = noise(workdir, LENGTH)
    (changed / "0.npy").unlink()
    np.save(changed / "new.npy", waves(5, phase=7.0))
    still = [f"--steps={LENGTH + 1}", "--set=learning.batch_size=2"]
    ended = train(*arguments, *still).check_good()
    assert "1 clips are new, their chains start anew: new" in ended.stderr
    assert "1 clips are gone, their chains too: 0" in ended.stderr
    after = noise(workdir, LENGTH + 1)
    assert len(after.keys() & before.keys()) == 2
    assert len(after.keys() - before.keys()) == 1
    # A batch of two of three clips: one of those that stayed may not have been visited since.
    shutil.rmtree(changed)
    changed.mkdir()
    np.save(changed / "other.npy", waves(5, phase=9.0))
    ended = run_here("launch.train", *arguments, f"--steps={LENGTH + 2}")
    ended.check_mistake("holds a run of another configuration")
