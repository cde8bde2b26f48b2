"""`python -m launch.evaluate`: what it judges by, what it writes, what it refuses."""

import json
import shutil

import numpy as np
import pytest

from tests.launch.commands import run_here

pytestmark = pytest.mark.usefixtures("unoptimized", "read_once")

LENGTH = ["--num_videos=2", "--num_frames=36", "--drift_frames=48"]


@pytest.fixture(scope="module")
def evaluate():
    """evaluate(ARGUMENT, ...) -> Ended."""
    return lambda *arguments: run_here("launch.evaluate", *arguments)


@pytest.fixture(scope="module")
def film(waves, tmp_path_factory):
    """A clip whose first 12 frames are those that the run `filmed` has learned."""
    path = tmp_path_factory.mktemp("film") / "film & more.npy"
    np.save(path, waves(60))
    return path


@pytest.fixture(scope="module")
def filmed(train_quickly, film, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("filmed") / "run"
    every = ["--evaluate_every=10", "--steps=20"]
    train_quickly(f"--workdir={workdir}", f"--clip={film}", "--preset=smoke", *every).check_good()
    return workdir


def read(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_a_run_beside_the_later_frames_of_its_clip(evaluate, filmed, tmp_path):
    flags = [f"--workdir={filmed}", f"--output={tmp_path}/out", *LENGTH]
    ended = evaluate(*flags).check_good()
    found = read(tmp_path / "out")
    assert found["held_out"] == "48 frames of film & more.npy, after those learned"
    assert not found["relative_to_training_frames"]
    assert found["window"] == 12
    figures = found["figures"]
    baselines = {"linear dynamic texture", "video textures", "frozen frame", "shuffled frames"}
    assert {"run", "real continuation", *baselines} <= set(figures)
    assert figures["frozen frame"]["motion"]["mean"] == 0.0
    assert figures["run"]["motion"]["standard_error"] > 0.0
    assert figures["run"]["diversity"]["mean"] > 0.0
    run = found["runs"]["run"]
    assert run["step"] == 20
    assert run["reconstruction"]["psnr"] > 10.0
    page = (tmp_path / "out" / "report.html").read_text()
    assert "film &amp; more" in page
    assert len(page) < 8_000_000
    for words in ("starting TensorFlow", "opening", "judging", "wrote"):
        assert words in ended.stderr


def test_new_video_is_judged_while_training(filmed, train_quickly, metrics_of, tmp_path):
    def judged(workdir):
        return [line["step"] for line in metrics_of(workdir) if "motion" in line]

    lines = {line["step"]: line for line in metrics_of(filmed)}
    assert list(lines) == [5, 10, 15, 20]
    assert judged(filmed) == [10, 20]
    assert {"look", "move", "variance"} <= set(lines[10])
    assert all(np.isfinite(lines[20][name]) for name in ("look", "move", "psnr"))
    workdir = tmp_path / "run"
    shutil.copytree(filmed, workdir)
    # A line of a step that a killed run had not saved.
    with (workdir / "metrics.jsonl").open("a") as file:
        file.write(json.dumps({"step": 24, "psnr": 1.0, "motion": 1.0}) + "\n")
    train_quickly(f"--workdir={workdir}", "--steps=27", "--evaluate_every=12").check_good()
    assert judged(workdir) == [10, 20, 24, 27]
    assert [line["step"] for line in metrics_of(workdir)] == [5, 10, 15, 20, 24, 25, 27]
    assert metrics_of(workdir)[4]["psnr"] != 1.0


def test_without_held_out_frames(evaluate, trained, tmp_path):
    flags = [f"--workdir={trained}", f"--output={tmp_path}/out", *LENGTH]
    evaluate(*flags).check_good()
    found = read(tmp_path / "out")
    assert found["relative_to_training_frames"]
    assert found["held_out"].startswith("none (all 12 frames of ")
    assert any("no held-out frames" in note for note in found["notes"])
    assert "real continuation" not in found["figures"]


def test_a_clip_of_three_frames(train_quickly, evaluate, waves, tmp_path):
    np.save(tmp_path / "three.npy", waves(3))
    every = ["--evaluate_every=10", "--steps=10", "--preset=smoke"]
    train_quickly(f"--workdir={tmp_path}/run", f"--clip={tmp_path}/three.npy", *every).check_good()
    flags = [f"--workdir={tmp_path}/run", f"--output={tmp_path}/out", *LENGTH]
    evaluate(*flags).check_good()
    found = read(tmp_path / "out")
    assert found["held_out"] == "none (all 3 frames of three.npy are learned)"
    assert found["window"] == 3
    assert {"motion", "variance", "sharpness"} <= set(found["figures"]["run"])


def test_runs_and_a_video_side_by_side_after_the_clip_is_gone(
    evaluate, synthesize, filmed, film, tmp_path
):
    other, gone = tmp_path / "other", tmp_path / "film.npy"
    shutil.copytree(filmed, other)
    config = json.loads((other / "config.json").read_text())
    config["source"]["clips"] = [str(gone)]
    (other / "config.json").write_text(json.dumps(config))
    synthesize(f"--workdir={filmed}", f"--output={tmp_path}/new.mp4", "--num_frames=40")
    flags = [f"--workdir={other}", f"--compare={filmed}", f"--video={tmp_path}/new.mp4"]
    evaluate(*flags, f"--reference={film}", f"--output={tmp_path}/out", *LENGTH).check_good()
    found = read(tmp_path / "out")
    assert found["held_out"] == "48 frames of film & more.npy, 12 learned ones left out"
    runs = [found["figures"][name] for name in ("other", "run")]
    assert runs[0] == runs[1]
    assert found["figures"]["new"]["motion"]["standard_error"] is None
    # Without --reference there is nothing but the learned frames.
    evaluate(f"--workdir={other}", f"--output={tmp_path}/alone", *LENGTH).check_good()
    assert "the clip is gone" in read(tmp_path / "alone")["held_out"]


def test_a_video_beside_a_reference_alone(evaluate, waves, tmp_path):
    np.save(tmp_path / "video.npy", waves(80, phase=0.5))
    np.save(tmp_path / "real.npy", waves(200, size=(32, 32)))
    flags = [f"--video={tmp_path}/video.npy", f"--reference={tmp_path}/real.npy"]
    evaluate(*flags, f"--output={tmp_path}/out", "--num_frames=60").check_good()
    found = read(tmp_path / "out")
    assert "video" in found["figures"]
    assert found["runs"] == {}


def test_runs_of_two_sizes(train_quickly, evaluate, trained, clip, tmp_path):
    flags = ["--preset=smoke", "--steps=0", "--size=8"]
    train_quickly(f"--workdir={tmp_path}/small", f"--clip={clip}", *flags).check_good()
    ended = evaluate(
        f"--workdir={trained}", f"--compare={tmp_path}/small", f"--output={tmp_path}/out"
    )
    ended.check_mistake("small makes frames of 8x8x3", "run of 16x16x3", "one size")


MISTAKES = {
    "nothing": ([], ["nothing to evaluate", "--workdir"]),
    "video without reference": (["--video={world}/short.npy"], ["--reference"]),
    "no run": (["--workdir={world}/none"], ["no run in", "launch.train"]),
    "no such clip": (["--workdir={run}", "--clip=wave"], ["no clip 'wave'", "'waves'"]),
    "short video": (["--workdir={run}", "--video={world}/short.npy"], ["5 frames", "12 or more"]),
    "short reference": (["--workdir={run}", "--reference={world}/short.npy"], ["short.npy", "5"]),
    "too few frames": (["--workdir={run}", "--num_frames=5"], ["--num_frames=5", "12"]),
    "short drift": (["--workdir={run}", "--drift_frames=20"], ["--drift_frames=20", "48"]),
    "no videos": (["--workdir={run}", "--num_videos=0"], ["--num_videos=0"]),
    "no model": (
        ["--workdir={run}", "--feature_model={world}/none"],
        ["none does not exist", "a SavedModel is wanted"],
    ),
    "a file": (["--workdir={run}", "--output={world}/out.html"], ["out.html", "folder"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_one_line_and_write_nothing(mistake, trained, waves, tmp_path):
    np.save(tmp_path / "short.npy", waves(5))
    flags, words = MISTAKES[mistake]
    filled = [flag.format(world=tmp_path, run=trained) for flag in flags]
    if not any(flag.startswith("--output") for flag in filled):
        filled.append(f"--output={tmp_path}/out")
    before = sorted(tmp_path.rglob("*"))
    run_here("launch.evaluate", *filled).check_mistake(*words)
    assert sorted(tmp_path.rglob("*")) == before
