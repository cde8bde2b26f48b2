"""`python -m launch.train`: what a run leaves, how it goes on, and what the flags change."""

import json
import math
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image
from tensorboard.compat.proto import event_pb2

ROOT = Path(__file__).parents[2]
KEYS = ["step", "seconds", "mse", "psnr", "log_joint", "latent_std", "grad_norm", "truncated_share"]
TAGS = ["seconds", "reconstruction/mse", "reconstruction/psnr", "inference/log_joint"]
TAGS += ["inference/latent_std", "learning/grad_norm"]
SAMPLES = ["observed", "reconstruction", "synthesis"]


def logged_tags(workdir):
    """Tags of TensorBoard's events -> the steps they were logged at."""
    tags = {}
    for path in sorted((workdir / "tensorboard").glob("events.out.tfevents.*")):
        data = path.read_bytes()
        while data:
            # A record: its length, a checksum of that, the event, a checksum of the event.
            (length,) = struct.unpack_from("<Q", data)
            event = event_pb2.Event.FromString(data[12 : 12 + length])
            data = data[16 + length :]
            for value in event.summary.value:
                tags.setdefault(value.tag, []).append(event.step)
    return tags


def read_video(path):
    return iio.imread(path, plugin="FFMPEG")


def check_samples(workdir, shape):
    """Asserts that all samples can be shown and have the shape [T, H, W, 3]."""
    for name in SAMPLES:
        assert read_video(workdir / "samples" / f"{name}.mp4").shape == shape
    with Image.open(workdir / "samples" / "contact_sheet.png") as sheet:
        sheet.load()
        assert sheet.width >= shape[2]
        assert sheet.height >= len(SAMPLES) * shape[1]


def test_a_run_leaves_all_that_is_promised(trained, metrics_of, checkpoints_of, waves):
    record = json.loads((trained / "config.json").read_text())
    assert record["config"]["preset"] == "smoke"
    assert record["config"]["learning"]["steps"] == 20
    assert record["config"]["output"]["checkpoint_every"] == 5
    assert {"tensorflow", "keras", "numpy", "tf_dyngen"} <= set(record["versions"])
    assert [clip["name"] for clip in record["clips"]] == ["waves"]
    assert len(record["clips"][0]["clip_id"]) == 16

    rows = metrics_of(trained)
    assert [list(row) for row in rows] == [KEYS] * len(rows)
    assert [row["step"] for row in rows] == [5, 10, 15, 20]
    assert all(math.isfinite(value) for row in rows for value in row.values())
    for row in rows:
        # The pixel range [-1, 1] has the peak-to-peak value 2.
        assert row["psnr"] == pytest.approx(10 * math.log10(4 / row["mse"]))

    check_samples(trained, (12, 16, 16, 3))
    observed = read_video(trained / "samples" / "observed.mp4").astype(int)
    # H.264 halves the resolution of colour; the clip's waves have a range of 180.
    assert np.abs(observed - waves()).mean() < 20

    tags = logged_tags(trained)
    assert {tag: tags[tag] for tag in TAGS} == {tag: [5, 10, 15, 20] for tag in TAGS}
    assert tags["contact_sheet"] == [20]

    # Four were written; output.keep_checkpoints is 2.
    assert checkpoints_of(trained) == [15, 20]
    assert not [path for path in trained.rglob("*") if path.name.endswith((".tmp", "_temp"))]


def test_the_first_line_says_what_the_run_is(training):
    first_line = next(line for line in training[1].splitlines() if "smoke" in line)
    for words in ("(waves)", "12 frames", "16x16", "parameters", "GB of memory", "20 steps"):
        assert words in first_line


def test_running_again_goes_on(train, trained, metrics_of, checkpoints_of, tmp_path):
    workdir = tmp_path / "run"
    shutil.copytree(trained, workdir)
    ended = train(f"--workdir={workdir}")
    assert "stopped at step 20 of 20" in ended.check_good().stderr
    assert "--steps=40" in ended.stderr
    assert metrics_of(workdir) == metrics_of(trained)

    ended = train(f"--workdir={workdir}", "--steps=27")
    assert "going on at step 20" in ended.check_good().stderr
    rows = metrics_of(workdir)
    assert rows[:4] == metrics_of(trained)
    assert [row["step"] for row in rows] == [5, 10, 15, 20, 25, 27]
    seconds = [row["seconds"] for row in rows]
    assert seconds == sorted(seconds)
    assert checkpoints_of(workdir) == [25, 27]
    assert json.loads((workdir / "config.json").read_text())["config"]["learning"]["steps"] == 27


def test_minutes_stop_a_run_of_the_embedded_data_set_with_all_written(
    train_quickly, data_dir, metrics_of, checkpoints_of, tmp_path
):
    workdir = tmp_path / "run"
    arguments = [f"--workdir={workdir}", "--preset=smoke", f"--data_dir={data_dir}"]
    ended = train_quickly(*arguments, "--steps=1000000", "--minutes=0.0001").check_good()
    assert "1 clip (procedural_textures/fire_64:train" in ended.stderr
    # The first step is traced, which takes longer than 6 ms.
    assert "stopped at step 1 of 1000000; to go on:" in ended.stderr
    assert [row["step"] for row in metrics_of(workdir)] == [1]
    assert checkpoints_of(workdir) == [1]
    check_samples(workdir, (12, 16, 16, 3))
    record = json.loads((workdir / "config.json").read_text())
    assert record["config"]["learning"]["steps"] == 1000000
    # Going on needs no flag that says where the data are.
    ended = train_quickly(f"--workdir={workdir}", "--steps=1")
    assert "going on at step 1" in ended.check_good().stderr


def test_flags_change_size_length_and_settings_of_clips_of_two_lengths(
    train_quickly, waves, metrics_of, checkpoints_of, tmp_path
):
    iio.imwrite(tmp_path / "film.mp4", waves(20, (32, 48)), plugin="FFMPEG", fps=10)
    (tmp_path / "clips").mkdir()
    np.save(tmp_path / "clips" / "a.npy", waves())
    np.save(tmp_path / "clips" / "b.npy", waves(7, phase=1.0))
    workdir = tmp_path / "run"
    ended = train_quickly(
        f"--workdir={workdir}",
        f"--clip={tmp_path}/film.mp4",
        f"--clip={tmp_path}/clips",
        "--preset=smoke",
        "--steps=4",
        "--num_frames=9",
        "--size=18x26",
        "--seed=3",
        "--set=video.channels=1",
        "--set=model.state_size=5",
        "--set=model.transition_hidden=[4,4]",
        "--set=learning.batch_size=2",
        "--set=learning.bptt_length=5",
        "--set=output.log_every=1",
    )
    assert "3 clips (film, a, b), 7 to 9 frames of 18x26" in ended.check_good().stderr
    check_samples(workdir, (9, 18, 26, 3))
    video = iio.immeta(workdir / "samples" / "synthesis.mp4", plugin="FFMPEG")
    assert video["fps"] == 10
    # Decoded grey: H.264 keeps it apart from colour, up to rounding of the conversion.
    frames = read_video(workdir / "samples" / "synthesis.mp4").astype(int)
    assert np.ptp(frames, axis=-1).max() <= 2
    record = json.loads((workdir / "config.json").read_text())
    assert [clip["num_frames"] for clip in record["clips"]] == [9, 9, 7]
    assert len({clip["clip_id"] for clip in record["clips"]}) == 3
    config = record["config"]
    assert config["seed"] == 3
    size = {"num_frames": 9, "height": 18, "width": 26, "shorter_side": 128, "channels": 1}
    assert config["video"] == {**size, "fit": "stretch", "start": "0", "every": 1}
    assert config["model"]["state_size"] == 5
    assert config["model"]["transition_hidden"] == [4, 4]
    assert [row["step"] for row in metrics_of(workdir)] == [1, 2, 3, 4]
    assert checkpoints_of(workdir) == [4]


def test_a_data_set_that_tfds_ships_is_learned(train_quickly, moving_mnist, metrics_of, tmp_path):
    data_set = ["--dataset=moving_mnist:test", f"--data_dir={moving_mnist[0]}"]
    settings = ["--preset=smoke", "--steps=1", "--size=16", "--set=video.channels=1"]
    ended = train_quickly(f"--workdir={tmp_path}/run", *data_set, *settings)
    assert "3 clips (moving_mnist:test:0, " in ended.check_good().stderr
    assert metrics_of(tmp_path / "run")[-1]["step"] == 1
    # A data set that was prepared again has other files and the same clips.
    info = next(moving_mnist[0].rglob("dataset_info.json"))
    info.touch()
    ended = train_quickly(f"--workdir={tmp_path}/run")
    assert "going on at step 1" in ended.check_good().stderr
    assert len(list((tmp_path / "run" / "clips").iterdir())) == 1


@pytest.mark.parametrize("command", ["launch.train", "launch.synthesize", "launch.preview"])
def test_help_is_quick(command):
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", command, "--help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - started
    assert seconds < 2
    assert "tensorflow" not in ended.stderr
    assert "  --seed" in ended.stdout or "  --clip" in ended.stdout
    assert f"python -m {command}" in ended.stdout
