"""What every kind of model can: be saved, loaded, resumed, replicated, exported and streamed."""

import functools
import json
import re
import shutil

import imageio.v3 as iio
import numpy as np
import pytest
import tensorflow as tf

from tests.conftest import unoptimized_graphs
from tests.small_runs import KINDS, NUM_FRAMES, NUM_STEPS, check_same_numbers, train_kind
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import load_run
from tf_dyngen.video.writers import write_video

# A bias in front of a normalisation has no gradient but rounding, which Adam blows up; the mean
# that the normalisation takes away holds it too.
WITHOUT_INFLUENCE = r"deconvolution/layer_\d/bias|moving_mean"


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def whole(kind, made_once):
    """The folder of a run of that kind by one device."""
    return made_once(f"whole_{kind}", functools.partial(train_quickly, kind))


def train_quickly(kind, folder):
    # Processes of their own run the graphs as TensorFlow optimises them: tests/launch.
    with unoptimized_graphs():
        train_kind(kind, folder)


@pytest.fixture(scope="module")
def twin(kind, twins):
    """The folder of the same run by two devices, and of its export."""
    return twins(kind)


@pytest.fixture(scope="module")
def signatures(twin):
    return tf.saved_model.load(str(twin / "versions" / "1")).signatures


def synthesize(run, num_frames):
    pieces = Synthesizer(run.generator).synthesize(num_frames=num_frames, seed=5)
    return np.concatenate(list(pieces))


def test_save(kind, whole):
    workdir = whole / "run"
    record = json.loads((workdir / "config.json").read_text())
    assert record["config"]["preset"] == kind
    assert len(record["clips"]) == 3
    lines = (workdir / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4]
    assert np.isfinite([json.loads(line)["log_joint"] for line in lines]).all()
    assert {path.name for path in (workdir / "checkpoints").glob("*.index")} == {
        "ckpt-2.index",
        "ckpt-4.index",
    }
    for name in ("observed", "reconstruction", "synthesis"):
        frames = iio.imread(workdir / "samples" / f"{name}.mp4", plugin="FFMPEG")
        assert frames.shape[1:] == (16, 16, 3)
        if record["config"]["video"]["channels"] == 1:
            # H.264 keeps grey apart from colour, up to rounding of the conversion.
            assert np.ptp(frames.astype(int), axis=-1).max() <= 2


def test_load(whole, tmp_path):
    """What is read back shows, to the byte, what the process that trained showed."""
    run = load_run(whole / "run", pytest.fail)
    assert run.step == NUM_STEPS
    latents = run.chains.of_clip(run.record.clips[0].clip_id)
    shown = Synthesizer(run.generator).render(latents, NUM_FRAMES)
    write_video(tmp_path / "shown.mp4", np.concatenate(list(shown)), 25.0)
    written = whole / "run" / "samples" / "reconstruction.mp4"
    assert (tmp_path / "shown.mp4").read_bytes() == written.read_bytes()


def test_resume(kind, whole, tmp_path, capsys):
    shutil.copytree(whole, tmp_path / "copy")
    for path in (tmp_path / "copy" / "run" / "checkpoints").glob(f"*-{NUM_STEPS}.*"):
        path.unlink()
    train_quickly(kind, tmp_path / "copy")
    assert "going on at step 2" in capsys.readouterr().err
    check_same_numbers(tmp_path / "copy" / "run", whole / "run", NUM_STEPS)


def test_replicas(whole, twin):
    one, two = (load_run(folder / "run", pytest.fail) for folder in (whole, twin))
    for a, b in zip(one.generator.variables, two.generator.variables, strict=True):
        if not re.search(WITHOUT_INFLUENCE, a.path):
            difference = np.linalg.norm(np.subtract(b.numpy(), a.numpy(), dtype=float))
            assert difference <= 1e-3 * np.linalg.norm(a.numpy().astype(float)), a.path
    np.testing.assert_allclose(two.chains.noise, one.chains.noise, atol=2e-3)


def test_export(twin, signatures):
    run = load_run(twin / "run", pytest.fail)
    inputs = {"seed": tf.constant([5]), "num_frames": tf.constant([40])}
    made = signatures["generate"](**inputs)["frames"][0].numpy()
    wanted = synthesize(run, 40)
    assert made.shape == wanted.shape == (40, 16, 16, run.record.config.video.channels)
    # Sums of networks may be in another order, which is a level at most.
    differences = np.abs(made.astype(int) - wanted)
    assert differences.max() <= 1
    assert np.mean(differences) <= 1e-3


def test_stream(signatures):
    state = signatures["start"](seed=tf.constant([5]), clip=tf.constant([-1]))["state"]
    inputs = {"seed": tf.constant([5]), "num_frames": tf.constant([45])}
    whole = signatures["generate"](**inputs)["frames"][0].numpy()
    pieces, position = [], 0
    for length in (1, 30, 14):
        given = {"position": [position], "num_frames": [length], "seed": [5]}
        numbers = {name: tf.constant(value) for name, value in given.items()}
        made = signatures["stream"](state=state, **numbers)
        pieces.append(made["frames"][0].numpy())
        state, position = made["next_state"], position + length
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
