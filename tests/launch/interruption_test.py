"""Training that is stopped, killed, out of disk or out of numbers: nothing is lost, it goes on."""

import os
import random
import shutil
import signal
import time

import numpy as np
import pytest

from tests.small_runs import check_same_numbers, numbers_of

PATIENCE_SECONDS = 120.0
MANY = ["--preset=smoke", "--steps=1000000", "--set=output.log_every=5"]
# Windows and two clips, so that everything a checkpoint must hold is in use.
KILLED = [
    "--preset=smoke",
    "--set=learning.bptt_length=5",
    "--set=output.log_every=1",
    "--set=output.checkpoint_every=7",
    "--set=output.samples_every=1000",
]


def num_lines(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for_lines(path, number):
    """Returns as soon as the file has so many lines."""
    until = time.monotonic() + PATIENCE_SECONDS
    while num_lines(path) < number:
        assert time.monotonic() < until, f"{path} has {num_lines(path)} lines, not {number}"
        time.sleep(0.002)


def figures(rows):
    return [(row["step"], row["psnr"], row["log_joint"], row["grad_norm"]) for row in rows]


def check_stopped(ended, workdir, metrics_of, checkpoints_of, *before):
    """Asserts that a run has stopped in good order, as at the steps before; returns the step."""
    steps = [row["step"] for row in metrics_of(workdir)]
    step = steps[-1]
    assert steps == sorted({*range(5, step, 5), *before, step})
    assert checkpoints_of(workdir)[-1] == step
    ended.check_good()
    assert f"stopped at step {step} of 1000000; to go on: python -m launch.train" in ended.stderr
    assert (workdir / "samples" / "synthesis.mp4").stat().st_size > 0
    return step


def test_sigterm_and_sigint_stop_in_good_order_and_it_goes_on(
    start, finish, trained, clip, metrics_of, checkpoints_of, tmp_path
):
    workdir = tmp_path / "run"
    process = start("launch.train", f"--workdir={workdir}", f"--clip={clip}", *MANY)
    wait_for_lines(workdir / "metrics.jsonl", 4)
    os.kill(process, signal.SIGTERM)
    step = check_stopped(finish(process), workdir, metrics_of, checkpoints_of)
    # A run of the same clip, settings and seed in another process gave the same numbers.
    assert figures(metrics_of(workdir)[:4]) == figures(metrics_of(trained))

    lines = num_lines(workdir / "metrics.jsonl")
    process = start("launch.train", f"--workdir={workdir}")
    wait_for_lines(workdir / "metrics.jsonl", lines + 2)
    os.kill(process, signal.SIGINT)
    ended = finish(process)
    assert f"going on at step {step}" in ended.stderr
    assert check_stopped(ended, workdir, metrics_of, checkpoints_of, step) > step


@pytest.mark.parametrize(
    ("num_steps", "num_kills"), [(60, 1), pytest.param(2000, 40, marks=pytest.mark.soak)]
)
def test_a_run_killed_at_random_ends_where_an_uninterrupted_one_ends(
    start, finish, train_quickly, waves, metrics_of, checkpoints_of, tmp_path, num_steps, num_kills
):
    for name, phase in (("a", 0.0), ("b", 1.0)):
        np.save(tmp_path / f"{name}.npy", waves(phase=phase))
    clips = [f"--clip={tmp_path}/{name}.npy" for name in "ab"]
    arguments = [*clips, *KILLED, f"--steps={num_steps}"]
    whole, pieces = tmp_path / "whole", tmp_path / "pieces"
    train_quickly(f"--workdir={whole}", *arguments).check_good()

    metrics = pieces / "metrics.jsonl"
    for _ in range(num_kills):
        process = start("launch.train", f"--workdir={pieces}", *arguments, optimizes=False)
        wait_for_lines(metrics, num_lines(metrics) + random.randint(1, 35))
        time.sleep(random.uniform(0.0, 0.02))
        os.kill(process, signal.SIGKILL)
        assert finish(process).status == -signal.SIGKILL
    saved = checkpoints_of(pieces)
    assert all(step < num_steps for step in saved)
    ended = train_quickly(f"--workdir={pieces}", *arguments).check_good()
    assert ("going on at step" in ended.stderr) == bool(saved)

    check_same_numbers(pieces, whole, num_steps)
    assert figures(metrics_of(pieces)) == figures(metrics_of(whole))
    assert checkpoints_of(pieces) == checkpoints_of(whole)
    assert not [path for path in pieces.rglob("*") if path.name.endswith((".tmp", "_temp"))]


def test_a_run_out_of_numbers_names_the_step_and_keeps_the_checkpoint(
    train_quickly, clip, metrics_of, checkpoints_of, tmp_path
):
    workdir = tmp_path / "run"
    every = ["--set=output.checkpoint_every=1", "--set=output.log_every=1", "--num_frames=5"]
    arguments = [f"--workdir={workdir}", f"--clip={clip}", "--preset=smoke", *every]
    ended = train_quickly(*arguments, "--set=learning.learning_rate=1e30")
    ended.check_mistake("not finite at step", "learning.learning_rate")
    rows = metrics_of(workdir)
    step = int(ended.errors[0].partition("at step ")[2].partition(":")[0])
    assert [row["step"] for row in rows] == list(range(1, step))
    assert checkpoints_of(workdir)[-1] == step - 1
    for name, value in numbers_of(workdir, step - 1).items():
        assert np.isfinite(value).all(), name


def test_a_broken_checkpoint_is_passed_over(train, trained, metrics_of, checkpoints_of, tmp_path):
    workdir = tmp_path / "run"
    shutil.copytree(trained, workdir)
    data = workdir / "checkpoints" / "ckpt-20.data-00000-of-00001"
    os.truncate(data, data.stat().st_size // 2)
    ended = train(f"--workdir={workdir}").check_good()
    assert "ckpt-20 is broken" in ended.stderr
    assert "going on at step 15" in ended.stderr
    assert checkpoints_of(workdir)[-1] == 20
    # The steps run again give the numbers they gave.
    assert figures(metrics_of(workdir)) == figures(metrics_of(trained))
    check_same_numbers(workdir, trained, 20)


def test_a_full_disk_is_a_mistake_that_names_the_file_and_another_seed_another_run(
    train_quickly, trained, clip, metrics_of, tmp_path
):
    workdir = tmp_path / "run"
    # TensorBoard's events take 400 bytes a step, no other file more than 12,000 in all.
    every = ["--set=output.log_every=1", "--set=output.checkpoint_every=100000"]
    every += ["--set=output.samples_every=100000"]
    run = ["--preset=smoke", "--steps=1000", "--seed=1", *every]
    ended = train_quickly(f"--workdir={workdir}", f"--clip={clip}", *run, file_size=12_000)
    ended.check_mistake("tensorboard", "File too large", "free space")
    assert not list(workdir.rglob("ckpt-*.index"))
    first = metrics_of(trained)[0]
    (other,) = (row for row in metrics_of(workdir) if row["step"] == first["step"])
    assert other["log_joint"] != first["log_joint"]


def test_a_full_disk_keeps_the_checkpoints_before(
    train_quickly, trained, metrics_of, checkpoints_of, tmp_path
):
    workdir = tmp_path / "run"
    shutil.copytree(trained, workdir)
    ended = train_quickly(f"--workdir={workdir}", "--steps=30", file_size=50_000)
    ended.check_mistake("ckpt-25", "File too large")
    # With room again, it goes on where it was.
    ended = train_quickly(f"--workdir={workdir}", "--steps=20").check_good()
    assert "going on at step 20" in ended.stderr
    assert checkpoints_of(workdir) == [15, 20]
    check_same_numbers(workdir, trained, 20)
    assert metrics_of(workdir) == metrics_of(trained)
