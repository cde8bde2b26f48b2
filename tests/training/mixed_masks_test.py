"""Batches of clips of which other things are hidden, and pixels at the ends of their range."""

import numpy as np
import pytest

from tests.training.conftest import check_equal, moving_clip, numbers, put_back
from tf_dyngen.filling.motion import predict_hidden
from tf_dyngen.video.clips import Clip

pytestmark = pytest.mark.usefixtures("unoptimized")

NUM_FRAMES, SIDE = 6, 16
ATTENTION = {
    "model.parameterisation": "attention",
    "attention.parts": 2,
    "attention.retention": 0.3,
    "attention.fade": 1,
    "inference.precondition_every": 0,
}
PAPER = {
    "model.parameterisation": "paper",
    "model.normalization": True,
    "inference.likelihood": "mean",
    "inference.hidden_weight": 0.0,
    "inference.precondition_every": 0,
}


def masked_clips(hidden_value):
    """A clip that is all seen, one with a square hidden, one with frames hidden and pixels.

    As they are learned from: what is hidden is predicted from what is seen.
    """
    visible = np.ones((3, NUM_FRAMES, SIDE, SIDE, 1), bool)
    visible[1, :, 3:9, 4:10] = False
    visible[2, 2:4] = False
    visible[2, 5, :, ::3] = False
    clips = []
    for number, shown in enumerate(visible):
        clip = moving_clip(str(number), NUM_FRAMES, seed=number)
        frames = np.where(shown, clip.frames, hidden_value).astype(np.uint8)
        mask = None if shown.all() else shown
        clips.append(predict_hidden(clip._replace(frames=frames, visible=mask)))
    return clips


@pytest.mark.parametrize("changes", [{}, PAPER], ids=["linear_backbone", "paper"])
def test_what_is_hidden_of_each_clip_of_a_batch_has_no_influence(make_trainer, changes):
    settings = {"learning.batch_size": 3, "inference.precondition_every": 0, **changes}
    black, white = (make_trainer(settings, clips=masked_clips(value)) for value in (0, 255))
    start = numbers(black)
    check_equal(start, numbers(white))
    found = []
    for batches in (black.batches, white.batches):
        put_back(black, start)
        black.batches = batches
        densities = [black.run_step().log_joint for _ in range(3)]
        found.append({**numbers(black), "densities": densities})
    check_equal(*found)


def test_what_is_seen_of_each_clip_of_a_batch_has_influence(make_trainer):
    settings = {"learning.batch_size": 3, "learning.statistics_weight": 0.0}
    trainers = [make_trainer(settings, clips=masked_clips(0))]
    for number in range(3):
        clips = masked_clips(0)
        frames = clips[number].frames.copy()
        frames[0, 0, 0] = 255 - frames[0, 0, 0]
        clips[number] = clips[number]._replace(frames=frames)
        trainers.append(make_trainer(settings, clips=clips))
    visits = [trainer.batches.at(0)[1] for trainer in trainers]
    for number, changed in enumerate(visits[1:]):
        differs = (changed.frames != visits[0].frames).any(axis=(1, 2, 3, 4))
        assert changed.visible[differs, 0, 0, 0].all()
        assert differs.sum() == 1, number


@pytest.mark.parametrize(
    "changes",
    [{"model.pixel_bounds": False}, {"model.pixel_bounds": True}, PAPER, ATTENTION],
    ids=["linear_backbone", "pixel_bounds", "paper", "attention"],
)
def test_a_clip_of_black_and_white_pixels_is_learned(make_trainer, changes):
    grain = moving_clip("a", NUM_FRAMES).frames
    frames = np.where(grain > 127, 255, 0).astype(np.uint8)
    assert set(np.unique(frames)) == {0, 255}
    trainer = make_trainer(changes, clips=[Clip("a", "a", frames, 25.0)])
    steps = [trainer.run_step() for _ in range(4)]
    assert np.isfinite([step.log_joint for step in steps]).all()
    for variable in trainer.generator.variables:
        assert np.isfinite(variable.numpy()).all(), variable.path
    assert np.isfinite(trainer.chains.noise).all()
    if "model.parameterisation" not in changes:
        # It starts nearer to the clip than the clip's mean frame is, [-1, 1] being the range.
        assert steps[-1].mse < 4 * (frames / 255.0).var(axis=0).mean()
