"""Every block of docs/python.md is run, in order, on small clips; what it leaves is looked at."""

import logging
import re
import types

import numpy as np
import pytest

import tf_dyngen as dg
from tests.launch.commands import ROOT
from tests.launch.conftest import moving_waves
from tf_dyngen import presets

GUIDE = ROOT / "docs" / "python.md"
SIZE = 16
NETWORKS = {
    "model.state_size": 4,
    "model.noise_size": 4,
    "model.transition_hidden": (),
    "model.emission_width": 1 / 32,
    "inference.precondition_every": 0,
    "inference.langevin_steps": 1,
    "learning.bptt_length": 12,
    "learning.steps": 1,
}
# Of the presets of the guide, what is smaller than they say.
SMALL = {
    "texture": {"attention.parts": 1, "attention.fade": 1, "learning.steps": 1},
    "action": {**NETWORKS, "model.appearance_size": 2, "model.bilinear_rank": 2},
    "recovery": NETWORKS,
}


@pytest.fixture(scope="module")
def left(tmp_path_factory, unoptimized):
    """The names that the guide's blocks leave."""
    folder = tmp_path_factory.mktemp("guide")
    for phase, name in enumerate(("fire", "camel", "horse")):
        clip = moving_waves(180 if name == "fire" else 9, phase=2.0 * phase)
        dg.Video(clip).save(folder / f"{name}.mp4")
    module = types.ModuleType("guide")
    level = logging.root.level
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, smaller in SMALL.items():
            settings = presets.PRESETS[name]() | smaller
            patch.setitem(presets.PRESETS, name, lambda settings=settings: settings)
        patch.setitem(dg.read_clip.__wrapped__.__kwdefaults__, "size", SIZE)
        for number, block in enumerate(blocks()):
            exec(compile(block, f"{GUIDE.name}, block {number}", "exec"), vars(module))
    logging.root.setLevel(level)
    module.folder = folder
    return module


def blocks():
    return re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)


def test_no_block_is_left_out_and_the_readme_has_the_first():
    assert len(blocks()) == GUIDE.read_text().count("```") // 2 > 8
    assert f"```python\n{blocks()[0]}```" in (ROOT / "README.md").read_text()


def test_what_is_made_is_as_long_as_was_asked(left):
    assert left.clip.shape == (180, SIZE, SIZE, 3)
    assert left.video.shape == (240, SIZE, SIZE, 3)
    assert left.grey.shape == (89, 32, 48, 1)
    lengths = {"calm": 60, "loop": 50, "again": 60, "moving": 90, "going_on": 120}
    lengths |= {"slow": 120, "back": 60, "later": 60, "held": 60}
    lengths |= {"swapped": 9, "between": 60}
    assert {name: len(getattr(left, name)) for name in lengths} == lengths
    assert len(left.history.history["psnr"]) == left.model.num_steps <= 20
    assert left.same_run.num_steps == left.model.num_steps


def test_what_is_read_again_is_what_was_saved(left):
    film = dg.read_clip(left.folder / "new.mp4", size=None)
    assert film.shape == left.video.shape == (240, SIZE, SIZE, 3)
    np.testing.assert_array_equal(left.same.synthesize(20), left.model.synthesize(20))
    np.testing.assert_array_equal(left.going_on[:30], left.found.reconstruction)


def test_the_controls_do_what_the_guide_says(left):
    plain = left.model.synthesize(60, seed=1)
    np.testing.assert_array_equal(left.slow[::2], plain)
    np.testing.assert_array_equal(left.later[0], left.clip[30])
    where = left.standing
    np.testing.assert_array_equal(left.held[:, where], plain[:1, where].repeat(60, 0))


def test_a_figure_is_what_its_definition_says(left):
    def motion(frames):
        return np.square(np.diff(frames / 255.0, axis=0)).mean()

    # Over windows of 60 frames, of which the first is left out.
    windows = [motion(left.video[start : start + 60]) for start in (60, 120, 180)]
    wanted = np.mean(windows) / motion(left.clip[:60])
    # In float32.
    assert left.scores["motion"] == pytest.approx(wanted, rel=1e-4)
    assert set(left.several) == set(left.several.errors)
    assert left.several.real == {}


def test_an_export_plays_what_the_model_makes(left):
    import tensorflow as tf

    path = str(left.folder / left.exported)
    generate = tf.saved_model.load(path).signatures["generate"]
    frames = generate(seed=tf.constant([7]), num_frames=tf.constant([40]))["frames"]
    np.testing.assert_array_equal(frames[0], left.model.synthesize(40, seed=7))


def test_what_was_hidden_is_recovered_and_the_rest_is_as_it_was(left):
    recovered, hidden = left.recovered, left.hidden
    np.testing.assert_array_equal(recovered.visible, ~hidden)
    np.testing.assert_array_equal(recovered.video[~hidden], left.clip[:60][~hidden])
    assert (recovered.std[~hidden] == 0).all()
    assert (recovered.std[hidden] > 0).all()
    # A file has no clips; given them again, it recovers the same.
    left.repair.save(left.folder / "repair.dyngen")
    repair = dg.load(left.folder / "repair.dyngen")
    assert isinstance(repair, dg.Recovery)
    few = {"num_samples": 1, "burn_in": 0}
    again = repair.recover(left.clip[:60], ~hidden, **few)
    np.testing.assert_array_equal(again.video, left.repair.recover(**few).video)
    with pytest.raises(ValueError, match="those that were learned"):
        repair.recover(left.clip[60:120], ~hidden)
