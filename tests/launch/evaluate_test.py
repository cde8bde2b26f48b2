"""`python -m launch.evaluate`: what it judges by, what it writes, what it refuses."""

import json
import shutil

import numpy as np
import pytest

LENGTH = ["--num_videos=2", "--num_frames=36", "--drift_frames=48"]


@pytest.fixture(scope="module")
def evaluate(start, finish):
    return lambda *arguments: finish(start("launch.evaluate", *arguments))


@pytest.fixture(scope="module")
def film(waves, tmp_path_factory):
    """A clip whose first 12 frames are those that the run `filmed` has learned."""
    path = tmp_path_factory.mktemp("film") / "film & more.npy"
    np.save(path, waves(60))
    return path


@pytest.fixture(scope="module")
def filmed(train, film, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("filmed") / "run"
    every = ["--evaluate_every=10", "--steps=20"]
    train(f"--workdir={workdir}", f"--clip={film}", "--preset=smoke", *every).check_good()
    return workdir


def read(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_a_run_beside_the_later_frames_of_its_clip(evaluate, filmed, tmp_path):
    flags = [f"--workdir={filmed}", f"--output={tmp_path}/out", *LENGTH]
    evaluate(*flags).check_good()
    found = read(tmp_path / "out")
    assert found["held_out"] == "48 frames of film & more.npy behind those learned"
    assert not found["relative_to_training_frames"]
    assert found["window"] == 12
    figures = found["figures"]
    assert {"run", "real continuation", "linear dynamic texture", "white noise"} <= set(figures)
    assert figures["frozen frame"]["motion"]["mean"] == 0.0
    assert figures["run"]["motion"]["standard_error"] > 0.0
    assert figures["run"]["diversity"]["mean"] > 0.0
    assert found["verdicts"]["frozen frame"] == "Stands still."
    run = found["runs"]["run"]
    assert run["step"] == 20
    # metrics.jsonl has the mean over the batch before the last step's weights.
    assert run["reconstruction"]["psnr"] > 10.0
    assert len(run["drift"]["windows"]["motion"]) == 4
    page = (tmp_path / "out" / "report.html").read_text()
    assert "film &amp; more" in page
    assert page.count("<video ") == 7
    assert len(page) < 8_000_000
    # Charts: rhythm, flow, drift, training and fidelity while training.
    assert page.count("<svg ") == 5


def test_fidelity_while_training(filmed, train, tmp_path):
    lines = [json.loads(line) for line in (filmed / "fidelity.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [10, 20]
    assert all(np.isfinite(line["patch_distance"]) for line in lines)
    workdir = tmp_path / "run"
    shutil.copytree(filmed, workdir)
    train(f"--workdir={workdir}", "--steps=25", "--evaluate_every=4").check_good()
    lines = [json.loads(line) for line in (workdir / "fidelity.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [10, 20, 24, 25]


def test_without_held_out_frames(evaluate, trained, tmp_path):
    flags = [f"--workdir={trained}", f"--output={tmp_path}/out", *LENGTH]
    evaluate(*flags).check_good()
    found = read(tmp_path / "out")
    assert found["relative_to_training_frames"]
    assert any("no held-out frames" in note for note in found["notes"])
    assert "real continuation" not in found["figures"]


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
    # Learned frames at the start of the reference are passed over.
    assert found["held_out"].startswith("48 frames")
    runs = [found["figures"][name] for name in ("other", "run")]
    assert runs[0] == runs[1]
    video = found["figures"]["new"]
    assert video["motion"]["standard_error"] is None
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


def test_runs_of_two_sizes(train, evaluate, trained, clip, tmp_path):
    flags = ["--preset=smoke", "--steps=0", "--size=8"]
    train(f"--workdir={tmp_path}/small", f"--clip={clip}", *flags).check_good()
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
    "no model": (["--workdir={run}", "--feature_model={world}/none"], ["no feature extractor"]),
    "a file": (["--workdir={run}", "--output={world}/out.html"], ["out.html", "folder"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_one_line_and_write_nothing(mistake, evaluate, trained, waves, tmp_path):
    np.save(tmp_path / "short.npy", waves(5))
    flags, words = MISTAKES[mistake]
    filled = [flag.format(world=tmp_path, run=trained) for flag in flags]
    if not any(flag.startswith("--output") for flag in filled):
        filled.append(f"--output={tmp_path}/out")
    before = sorted(tmp_path.rglob("*"))
    evaluate(*filled).check_mistake(*words)
    assert sorted(tmp_path.rglob("*")) == before
