"""What each command makes of a run that keeps no chains (inference.chains=fresh)."""

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.launch.commands import run_here

pytestmark = pytest.mark.usefixtures("unoptimized", "read_once")

FRESH = ["--preset=smoke", "--set=inference.chains=fresh"]
OF_CLIP = "--motion=waves"
SHAPE = (12, 16, 16, 3)


@pytest.fixture(scope="module")
def run(train_quickly, clip, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("fresh") / "run"
    train_quickly(f"--workdir={workdir}", f"--clip={clip}", *FRESH).check_good()
    return workdir


@pytest.fixture
def command(run):
    """command(NAME, FLAG, ...) -> Ended, of a command that uses the run."""
    return lambda name, *flags: run_here(f"launch.{name}", f"--workdir={run}", *flags)


def test_a_clips_motion_is_that_of_its_inference(command, run, clip, waves, tmp_path):
    output = f"--output={tmp_path}/new.npy"
    command("synthesize", output, "--num_frames=9").check_good()
    assert np.load(tmp_path / "new.npy").shape == (9, *SHAPE[1:])

    ended = command("synthesize", output, OF_CLIP)
    ended.check_mistake("chains that are not kept", "python -m launch.infer")
    command("infer", f"--clip={clip}", "--num_steps=20").check_good()
    listed = command("synthesize", "--list_clips").check_good().stdout
    assert [line.split()[1] for line in listed.splitlines()] == ["waves", "waves"]
    command("synthesize", output, "--motion=inferred/waves").check_good()
    frames = np.load(tmp_path / "new.npy").astype(float)
    assert frames.shape == SHAPE
    # Far closer than its mean frame, which one who knew nothing of the motion could show.
    assert np.mean(np.square(frames - waves())) < 0.25 * waves().var(axis=0).mean()


def test_images_and_exports_need_no_chains(command, waves, tmp_path):
    Image.fromarray(waves()[5]).save(tmp_path / "still.png")
    output = f"--output={tmp_path}/new.npy"
    command("animate", f"--image={tmp_path}/still.png", output, "--num_frames=4").check_good()
    first = np.load(tmp_path / "new.npy")[0].astype(float)
    assert np.mean(np.square(first - waves()[5])) < 0.25 * waves().var(axis=0).mean()

    command("export", f"--output={tmp_path}/versions").check_good()
    metadata = json.loads((tmp_path / "versions/1/assets.extra/metadata.json").read_text())
    # No clip's motion can be asked for.
    assert metadata["clips"] == []
    start = tf.saved_model.load(str(tmp_path / "versions/1")).signatures["start"]
    with pytest.raises(tf.errors.InvalidArgumentError, match="clip must be from -1 to -1"):
        start(seed=tf.constant([3]), clip=tf.constant([0]))


def test_recovery_needs_chains(train_quickly, clip, tmp_path):
    run = f"--workdir={tmp_path}/run"
    train_quickly(run, f"--clip={clip}", *FRESH, "--hide=square:6", "--steps=0").check_good()
    ended = run_here("launch.recover", run, f"--output={tmp_path}/new")
    ended.check_mistake("chains that are not kept", "inference.chains=persistent")
