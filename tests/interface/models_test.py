"""Models in Python: fitting leaves the process alone; what they make is what the commands make."""

import gc
import itertools
import json
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

import tf_dyngen as dg
from tests.interface.conftest import NUM_STEPS, heard
from tests.launch.commands import ROOT, run_here
from tests.launch.conftest import moving_waves


@pytest.fixture(scope="module")
def video(fitted):
    return np.load(fitted / "video.npy")


@pytest.fixture(scope="module")
def found(fitted):
    return json.loads((fitted / "found.json").read_text())


def test_the_interface_is_imported_without_tensorflow():
    started = time.monotonic()
    lines = "import sys, tf_dyngen; assert set(tf_dyngen.__all__) <= set(dir(tf_dyngen))"
    lines += "; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", lines], cwd=ROOT, check=True)
    assert time.monotonic() - started < 5
    with pytest.raises(AttributeError, match="no attribute 'Dynamic'"):
        _ = dg.Dynamic
    assert all(getattr(dg, name) is not None for name in dg.__all__)


def test_fitting_in_a_thread_prints_nothing_and_leaves_the_process_as_it_is(found):
    assert found["printed"] == ""
    assert found["changed"] == []


def test_callbacks_follow_the_steps_and_stop_them(found):
    # A clip of 12 frames is one window: every step is an epoch.
    figures = ["grad_norm", "latent_std", "log_joint", "mse", "psnr", "seconds", "truncated_share"]
    steps = [
        [["epoch begins", n], ["batch ends", 0, figures], ["epoch ends", n, figures]]
        for n in range(NUM_STEPS)
    ]
    assert found["calls"] == [["train begins"], *itertools.chain(*steps), ["train ends"]]
    assert sorted(found["history"]) == figures
    assert all(len(values) == NUM_STEPS for values in found["history"].values())


def test_a_video_is_the_one_of_the_command_and_of_the_file(fitted, model, video, tmp_path):
    assert video.shape == (40, 16, 16, 3)
    output = tmp_path / "new.npy"
    flags = [f"--workdir={fitted}/run", f"--output={output}", "--num_frames=40", "--seed=7"]
    run_here("launch.synthesize", *flags).check_good()
    np.testing.assert_array_equal(np.load(output), video)
    again = model.synthesize(40, seed=7)
    np.testing.assert_array_equal(again, video)
    assert again.frame_rate == 12.5
    assert (model.synthesize(40, seed=8) != video).any()


def test_a_stream_gives_the_frames_of_the_video_one_by_one(model, video):
    stream = model.synthesize(seed=7, stream=True)
    np.testing.assert_array_equal([next(stream) for _ in range(40)], video)


def test_variety_and_a_loop(model, clip):
    def plays_on(video):
        """How often the clip's frame that is most alike is the one after that before."""
        misses = [np.abs(clip - frame.astype(int)).sum(axis=(1, 2, 3)) for frame in video]
        return np.count_nonzero(np.diff(np.argmin(misses, axis=1)) == 1)

    calm, wild = (model.synthesize(60, seed=3, variety=variety) for variety in (0.0, 1.0))
    assert plays_on(calm) > plays_on(wild)
    loop = model.synthesize(10, seed=3, loop=True)
    assert loop.shape == (10, 16, 16, 3)


def test_speed_reverse_start_and_what_stands_still(model, clip, video, tmp_path):
    np.testing.assert_array_equal(model.synthesize(79, seed=7, speed=0.5)[::2], video)
    stream = model.synthesize(seed=7, speed=1.5, reverse=True, start_frame=4, stream=True)
    whole = model.synthesize(31, seed=7, speed=1.5, reverse=True, start_frame=4)
    np.testing.assert_array_equal(whole, [next(stream) for _ in range(31)])
    np.testing.assert_array_equal(whole[0], clip[4])
    region = np.zeros((16, 16))
    region[:5] = 1
    held = model.synthesize(40, seed=7, still=region)
    np.testing.assert_array_equal(held[:, :5], video[:1, :5].repeat(40, 0))
    np.testing.assert_array_equal(held[:, 10:], video[:, 10:])
    np.save(tmp_path / "mask.npy", np.stack([region, 0 * region]))
    np.testing.assert_array_equal(model.synthesize(40, seed=7, still=tmp_path / "mask.npy"), held)


def test_what_is_learned_is_remembered(model, clip):
    with heard() as printed:
        np.testing.assert_array_equal(model.reconstruct(), clip)
        moving = model.animate(clip[4], 9, exact_first_frame=True)
        inferred = model.infer(clip, name="again")
    np.testing.assert_array_equal(moving[0], clip[4])
    assert moving.shape == (9, 16, 16, 3)
    # 48 dB is an error of one level, the least that is seen.
    assert inferred.psnr > 48
    np.testing.assert_array_equal(model.synthesize(motion="again"), inferred.reconstruction)
    assert printed.getvalue() == ""
    assert model.clip_names == ["clip"]
    assert model.num_steps == NUM_STEPS


def test_a_run_goes_on_and_other_clips_are_refused(fitted, clip, tmp_path):
    shutil.copytree(fitted / "run", tmp_path / "run")
    before = sorted(tmp_path.rglob("*"))
    model = dg.load(tmp_path / "run")
    with pytest.raises(ValueError, match="holds a run of another configuration") as caught:
        model.fit(clip[::-1].copy(), workdir=tmp_path / "run")
    assert "--" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before
    assert model.fit(clip, workdir=tmp_path / "run", steps=NUM_STEPS).epoch == []
    assert model.num_steps == NUM_STEPS


def test_the_folder_of_a_model_goes_with_it(fitted):
    model = dg.load(fitted / "model.dyngen")
    folder = model._workdir
    assert folder.is_dir()
    del model
    gc.collect()
    assert not folder.exists()


MISTAKES = {
    "unknown preset": (lambda m: dg.DynamicTexture("textur"), "did you mean 'texture'"),
    "unknown setting": (lambda m: dg.Actions(settings={"learning.step": 1}), "learning.steps"),
    "not fitted": (lambda m: dg.DynamicTexture().synthesize(3), "call fit"),
    "no time": (lambda m: dg.DynamicTexture().fit(moving_waves(), minutes=0), "above 0"),
    "too small": (lambda m: dg.DynamicTexture().fit(moving_waves(size=(4, 9))), "video.height"),
    "no frames": (lambda m: m.synthesize(0), "num_frames=0"),
    "half a seed": (lambda m: m.synthesize(3, seed=0.5), "seed=0.5"),
    "too new": (lambda m: m.synthesize(3, variety=1.5), "variety=1.5"),
    "too quick": (lambda m: m.synthesize(3, speed=5), "^speed=5: give a number from 0.25"),
    "a word for a speed": (lambda m: m.synthesize(3, speed="slow"), "speed='slow'"),
    "half a frame": (lambda m: m.synthesize(3, start_frame=0.5), "start_frame=0.5"),
    "no such frame": (lambda m: m.synthesize(3, start_frame=-1), "^start_frame=-1, .*from 0 to"),
    "a loop that starts": (lambda m: m.synthesize(3, loop=True, start_frame=1), "^loop with"),
    "nothing still": (lambda m: m.synthesize(3, still=np.zeros((16, 16))), "marks nothing"),
    "no mask": (lambda m: m.synthesize(3, still=[["a"]]), "still is an array of"),
    "a mask with NaN": (lambda m: m.synthesize(3, still=np.full((16, 16), np.nan)), "NaN"),
    "no looks": (lambda m: m.synthesize(3, appearance="clip"), "no appearance vector"),
    "no such motion": (lambda m: m.synthesize(3, motion="clap"), "did you mean 'clip'"),
    "no picture": (lambda m: m.animate(np.zeros((4, 4, 3))), "float64"),
    "nothing hidden": (lambda m: m.recover(), "does not hold the clips"),
    "too short": (lambda m: dg.evaluate(moving_waves(3), learned=moving_waves()), "12 or more"),
    "another size": (
        lambda m: dg.evaluate(moving_waves(24), learned=moving_waves(size=(16, 18))),
        "one size",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_a_value_error_in_the_words_of_python(model, mistake):
    call, words = MISTAKES[mistake]
    with pytest.raises(ValueError, match=words) as caught:
        call(model)
    assert isinstance(caught.value, dg.UserError)
    assert "--" not in str(caught.value)
