"""`python -m launch.infer`: what it writes, and what synthesis makes of it."""

import re
import shutil

import imageio.v3 as iio
import numpy as np
import pytest

from tests.launch.commands import run_here
from tf_dyngen.inference.posterior import likelihood_precision
from tf_dyngen.model.density import Evidence, log_joint_density
from tf_dyngen.tasks.inferred_clips import read_inferred
from tf_dyngen.training.restore import load_run
from tf_dyngen.video.clips import to_model_range

pytestmark = pytest.mark.usefixtures("unoptimized", "read_once")

NAMES = ["left", "right", "up"]
SHAPE = (12, 16, 16, 3)


def psnr(frames, others):
    return 10 * np.log10(255**2 / np.mean(np.square(frames.astype(float) - others)))


def test_files_and_what_is_told_of_them(inferred, play, waves):
    workdir, said = inferred
    names = sorted(path.name for path in (workdir / "inferred").iterdir())
    assert names == ["between.mp4", "between.npz", "left.mp4", "left.npz"]
    with np.load(workdir / "inferred" / "between.npz", allow_pickle=False) as arrays:
        shapes = {name: arrays[name].shape for name in ("noise", "initial_state", "appearance")}
        assert shapes == {"noise": (12, 6), "initial_state": (6,), "appearance": (4,)}
        assert all(arrays[name].dtype == np.float32 for name in shapes)
    assert len(iio.imread(workdir / "inferred" / "between.mp4", plugin="FFMPEG")) == 12
    told = re.search(r"reconstruction of between: PSNR ([0-9.]+) dB", said)
    frames = play("--motion=between")
    assert frames.shape == SHAPE
    # Rounding the frames, and the figure told, is all that is between them.
    assert abs(psnr(frames, waves(phase=1.0)) - float(told[1])) < 0.2


def test_learned_and_inferred_clips_are_listed(synthesize, inferred):
    listed = synthesize(f"--workdir={inferred[0]}", "--list_clips").check_good().stdout
    rows = [line.split() for line in listed.splitlines()]
    assert [row[1:] for row in rows[:3]] == [[n, "12", "frames", "25", "frames/s"] for n in NAMES]
    assert [row[0] for row in rows[3:]] == ["inferred/between", "inferred/left"]


def test_a_clip_that_was_learned_is_inferred_as_well_as_it_was_learned(inferred, waves):
    """By the density of latents and frames, of which inference seeks the peak."""
    workdir = inferred[0]
    run = load_run(workdir, pytest.fail)
    learned = run.chains.of_clip(run.record.clips[NAMES.index("left")].clip_id)
    path, sizes = workdir / "inferred" / "left.npz", run.generator.latent_sizes
    found = read_inferred(path, run.record.config.video, sizes).latents
    # Of the first of two windows, the only one that appearance and initial state are inferred of.
    length = SHAPE[0] // 2
    evidence = Evidence(to_model_range(waves()[None, :length]), np.ones([1, length, 16, 16, 1]) > 0)
    precision = likelihood_precision(run.record.config.inference, 1)
    learned_density, found_density = (
        log_joint_density(
            run.generator,
            latents._replace(noise=latents.noise[:, :length]),
            evidence,
            precision=precision,
        ).log_joint[0]
        for latents in (learned, found)
    )
    # A chain that learns draws from the posterior; no draw lies above the peak.
    assert found_density >= learned_density


def test_a_data_sets_clips_are_inferred(infer, synthesize, actions, data_dir, tmp_path):
    workdir = tmp_path / "run"
    shutil.copytree(actions, workdir)
    data_set = ["--dataset=procedural_textures/fire_64:train[1:]", f"--data_dir={data_dir}"]
    infer(f"--workdir={workdir}", *data_set, "--num_steps=2", "--num_chains=1").check_good()
    (name,) = (path.stem for path in (workdir / "inferred").glob("*.npz"))
    assert re.fullmatch(r"procedural_textures_fire_64_train.*fire", name)
    output = tmp_path / "new.npy"
    synthesize(f"--workdir={workdir}", f"--motion={name}", f"--output={output}").check_good()
    assert np.load(output).shape == SHAPE


def test_appearance_and_motion_of_inferred_clips(play):
    own = play("--motion=inferred/between")
    np.testing.assert_array_equal(play("--motion=between", "--appearance=between"), own)
    other = play("--motion=between", "--appearance=up")
    assert (other != own).any(axis=(1, 2, 3)).all()
    ends = play("--motion=between", "--appearance=up:between:1")
    np.testing.assert_array_equal(ends, own)
    np.testing.assert_array_equal(play("--motion=between", "--appearance=up:between:0"), other)
    middle = play("--motion=between", "--appearance=up:between:0.5")
    assert (middle != own).any()
    assert (middle != other).any()


def test_long_clips_are_cut_and_resized_as_in_training_and_strange_ones_warned_of(
    infer, actions, clips, tmp_path
):
    workdir = tmp_path / "run"
    shutil.copytree(actions, workdir)
    arguments = [f"--workdir={workdir}", "--num_steps=5", "--num_chains=1"]
    ended = infer(*arguments, f"--clip={clips}/new/long.npy", f"--clip={clips}/new/noise.npy")
    warned = re.findall(r"^WARNING: (\w+) is far", ended.check_good().stderr, re.MULTILINE)
    assert warned == ["noise"]
    with np.load(workdir / "inferred" / "long.npz") as arrays:
        assert arrays["frames"].shape == SHAPE


MISTAKES = {
    "no workdir": (["--clip={clips}/left.npy"], ["--workdir is missing"]),
    "no clip": (["--workdir={run}"], ["no clips are given"]),
    "no run": (["--workdir={here}", "--clip={clips}/left.npy"], ["no run in"]),
    "no such clip": (["--workdir={run}", "--clip={clips}/none.mp4"], ["none.mp4"]),
    "no video": (["--workdir={run}", "--clip={run}/config.json"], ["config.json"]),
    "one name": (
        ["--workdir={run}", "--clip={clips}/left.npy", "--clip={clips}/left.npy"],
        ["two clips", "'left'"],
    ),
    "clip and data set": (["--workdir={run}", "--clip=a.mp4", "--dataset=b"], ["--dataset"]),
    "no such data set": (["--workdir={run}", "--dataset=no_such_set"], ["no_such_set"]),
    "no chains": (["--workdir={run}", "--clip={clips}/left.npy", "--num_chains=0"], ["num_chains"]),
    "no steps": (["--workdir={run}", "--clip={clips}/left.npy", "--num_steps=0"], ["num_steps"]),
    "a file for the folder": (
        ["--workdir={blocked}", "--clip={clips}/left.npy"],
        ["a file stands"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_writes_nothing(mistake, actions, clips, tmp_path):
    flags, words = MISTAKES[mistake]
    for name in ("run", "blocked"):
        shutil.copytree(actions, tmp_path / name)
    (tmp_path / "blocked" / "inferred").touch()
    before = sorted(tmp_path.rglob("*"))
    places = {"run": tmp_path / "run", "blocked": tmp_path / "blocked", "here": tmp_path}
    filled = [flag.format(clips=clips, **places) for flag in flags]
    ended = run_here("launch.infer", *filled)
    ended.check_mistake(*words)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_leaves_nothing_half_written(infer, actions, clips, tmp_path):
    workdir = tmp_path / "run"
    shutil.copytree(actions, workdir)
    before = sorted(tmp_path.rglob("*"))
    arguments = [f"--workdir={workdir}", f"--clip={clips}/new/noise.npy", "--num_steps=1"]
    infer(*arguments, file_size=8_000).check_mistake("File too large")
    assert sorted(tmp_path.rglob("*")) == before
