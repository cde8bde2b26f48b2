"""`python -m launch.recover`: what it writes, that hidden pixels stay out, and whose mistakes."""

import json
import shutil

import imageio.v3 as iio
import numpy as np
import pytest
import tensorflow as tf

from tests.launch.commands import run_here
from tf_dyngen.tasks.recover_files import _folder_name
from tf_dyngen.video.writers import write_video

pytestmark = pytest.mark.usefixtures("unoptimized")

RECOVER = "launch.recover"
SQUARE = "--hide=square:6"
FEW = ("--num_samples=8", "--burn_in=2")


@pytest.fixture(scope="session")
def recover():
    """recover(ARGUMENT, ...) -> Ended."""
    return lambda *arguments: run_here(RECOVER, *arguments)


@pytest.fixture(scope="session")
def hide(train_quickly, tmp_path_factory):
    """hide(clip file) -> a finished run of it with a square hidden in every frame."""

    def run(clip):
        workdir = tmp_path_factory.mktemp("hidden") / "run"
        flags = ["--preset=smoke", SQUARE]
        train_quickly(f"--workdir={workdir}", f"--clip={clip}", *flags).check_good()
        return workdir

    return run


@pytest.fixture(scope="session")
def hidden_run(hide, clip):
    return hide(clip)


def weights(workdir):
    """All that the newest checkpoint holds, by name."""
    checkpoint = tf.train.latest_checkpoint(str(workdir / "checkpoints"))
    reader = tf.train.load_checkpoint(checkpoint)
    names = [name for name in reader.get_variable_to_shape_map() if "seconds" not in name]
    return {
        name: reader.get_tensor(name) for name in names if name != "_CHECKPOINTABLE_OBJECT_GRAPH"
    }


@pytest.fixture(scope="module")
def output(recover, hidden_run, tmp_path_factory):
    """What the command wrote of that run."""
    path = tmp_path_factory.mktemp("recovered") / "new"
    recover(f"--workdir={hidden_run}", f"--output={path}", *FEW).check_good()
    return path


def test_what_is_written(output, waves):
    recovered, std = np.load(output / "recovered.npy"), np.load(output / "std.npy")
    assert recovered.shape == std.shape == (12, 16, 16, 3)
    assert (recovered.dtype, std.dtype) == (np.uint8, np.float32)
    hidden = (std > 0).all(axis=-1)
    assert hidden.sum(axis=(1, 2)).tolist() == [36] * 12
    np.testing.assert_array_equal(recovered[~hidden], waves()[~hidden])
    figures = json.loads((output / "metrics.json").read_text())
    error = np.abs(recovered[hidden].astype(float) - waves()[hidden])
    assert figures["hidden_mae"] == pytest.approx(error.mean())
    assert figures["within_2_std"] == pytest.approx(np.mean(error <= 2 * std[hidden]))
    assert figures["hidden_mae"] < figures["baselines"]["nearest pixel"]
    assert set(figures["baselines"]) == {
        "linear in time",
        "nearest frame",
        "nearest pixel",
        "biharmonic",
        "linear dynamic texture",
    }
    for name in ("recovered", "std", "side_by_side"):
        assert len(iio.imread(output / f"{name}.mp4")) == 12
    assert iio.imread(output / "contact_sheet.png").shape[-1] == 3


def test_hidden_pixels_have_no_influence(hide, recover, hidden_run, output, waves, tmp_path):
    """Whatever stands in them, all that is learned, logged and recovered is the same to the bit."""
    hidden = np.load(output / "std.npy") > 0
    np.save(tmp_path / "waves.npy", np.where(hidden, 255 - waves(), waves()))
    other = hide(tmp_path / "waves.npy")
    first, second = weights(hidden_run), weights(other)
    assert first.keys() == second.keys()
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], name)
    for name in ("observed", "reconstruction", "synthesis"):
        videos = [run / "samples" / f"{name}.mp4" for run in (hidden_run, other)]
        assert videos[0].read_bytes() == videos[1].read_bytes()
    logs = [
        [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        for run in (hidden_run, other)
    ]
    for line in (*logs[0], *logs[1]):
        del line["seconds"]
    assert logs[0] == logs[1]
    recover(f"--workdir={other}", f"--output={tmp_path}/again", *FEW).check_good()
    for name in ("recovered.npy", "std.npy"):
        assert (output / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_whole_clip_comes_back_at_its_own_size_and_rate(train_quickly, recover, waves, tmp_path):
    frames = waves(12, (48, 80))
    iio.imwrite(tmp_path / "clip.mp4", frames, fps=12, macro_block_size=1, plugin="FFMPEG")
    mask = np.zeros((48, 80), np.uint8)
    mask[10:20, 30:50] = 1
    np.save(tmp_path / "mask.npy", mask)
    clip = ("--preset=smoke", f"--clip={tmp_path}/clip.mp4", "--fit=crop")
    train_quickly(f"--workdir={tmp_path}/run", *clip, f"--mask={tmp_path}/mask.npy").check_good()
    output = tmp_path / "new"
    flags = (f"--workdir={tmp_path}/run", f"--output={output}", "--output_size=source", *FEW)
    recover(*flags).check_good()
    whole, given = iio.imread(output / "inpainted.mp4"), iio.imread(tmp_path / "clip.mp4")
    assert whole.shape == given.shape
    assert iio.immeta(output / "inpainted.mp4", plugin="FFMPEG")["fps"] == 12
    # Six pixels of the clip are two of 16x16: nothing beyond the soft edge is touched.
    outside = np.ones((48, 80), bool)
    outside[:32, 18:62] = False
    # The clip is encoded once more, and loses no more by it than if nothing had been hidden.
    write_video(tmp_path / "again.mp4", given, 12)
    again = iio.imread(tmp_path / "again.mp4")
    lost = [np.abs(v[:, outside].astype(int) - given[:, outside]).mean() for v in (whole, again)]
    assert lost[0] < 1.2 * lost[1]
    # Nothing of what was under the mask is known, and no truth was claimed.
    assert "hidden_mae" not in json.loads((output / "metrics.json").read_text())


def test_several_clips_go_to_folders_of_their_own_one_long_in_windows_that_meet(
    train_quickly, recover, waves, tmp_path
):
    for index, length in enumerate((16, 8)):
        np.save(tmp_path / f"{index}.npy", waves(length, phase=index))
    run = ("--preset=smoke", f"--clip={tmp_path}/*.npy", "--set=learning.batch_size=2")
    flags = ("--num_frames=16", "--hide=frames:0.25", "--set=learning.bptt_length=6")
    train_quickly(f"--workdir={tmp_path}/run", *run, *flags).check_good()
    output = tmp_path / "new"
    recover(f"--workdir={tmp_path}/run", f"--output={output}", *FEW).check_good()
    assert sorted(path.name for path in output.iterdir()) == ["000_0", "001_1"]
    masks = [np.load(output / f"00{i}_{i}" / "std.npy").any(axis=(1, 2, 3)) for i in range(2)]
    assert [mask.sum() for mask in masks] == [4, 2]
    assert [len(mask) for mask in masks] == [16, 8]
    assert np.load(output / "000_0" / "recovered.npy").shape == (16, 16, 16, 3)


def test_a_data_sets_clip_names_a_plain_folder():
    name = _folder_name(3, "procedural_scenes/scenes_64:train:3 ball on fire/../..")
    assert name == "003_procedural_scenes_scenes_64_train_3_ball_on_fire_.._.."


def test_mistakes(hidden_run, trained, waves, tmp_path):
    np.save(tmp_path / "short.npy", waves(5))
    output = f"--output={tmp_path}/new"
    mistakes = [
        ([output], "--workdir"),
        ([f"--workdir={hidden_run}"], "--output"),
        ([f"--workdir={tmp_path}/none", output], "no run in"),
        ([f"--workdir={trained}", output], "nothing was hidden"),
        ([f"--workdir={hidden_run}", f"--output={tmp_path}/new.mp4"], "name a folder"),
        ([f"--workdir={hidden_run}", f"--output={tmp_path}"], "empty folder"),
        ([f"--workdir={hidden_run}", output, "--num_samples=0"], "--num_samples=0"),
        ([f"--workdir={hidden_run}", output, "--burn_in=-1"], "--burn_in=-1"),
        ([f"--workdir={hidden_run}", output, "--truth=none.mp4"], "none.mp4"),
        ([f"--workdir={hidden_run}", output, f"--truth={tmp_path}/short.npy"], "holds 5 frames"),
        ([f"--workdir={hidden_run}", output, "--output_size=large"], "output_size"),
    ]
    for flags, word in mistakes:
        run_here(RECOVER, *flags).check_mistake(word)
    assert [path.name for path in tmp_path.iterdir()] == ["short.npy"]


def test_clips_that_changed_are_refused(hidden_run, clip, waves, tmp_path):
    shutil.copytree(hidden_run, tmp_path / "run")
    np.save(tmp_path / "clip.npy", waves(phase=0.5))
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    record["source"]["clips"] = [str(tmp_path / "clip.npy")]
    (tmp_path / "run" / "config.json").write_text(json.dumps(record))
    ended = run_here(RECOVER, f"--workdir={tmp_path}/run", f"--output={tmp_path}/new", *FEW)
    ended.check_mistake("have changed", "train it again")
