"""The `mean` likelihood counts the same terms for all workers, and wherever clips are inferred."""

import numpy as np
import pytest

from tests.training.batches_test import make_clips
from tests.training.conftest import moving_clip
from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.errors import UserError
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.restore import trained_precision
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.masked_clips import MaskSource
from tf_dyngen.video.sources import Source

MEAN = {"inference.likelihood": "mean", "inference.observation_std": 0.5}


def test_a_worker_without_masks_counts_as_those_with_them(make_store):
    settings = {"batch_size": 2, "bptt_length": 6, "seed": 0}
    plain = ClipBatches(make_store(make_clips(2, 6)), **settings, is_masked=True)
    hidden = ClipBatches(make_store(make_clips(2, 6, masked=[0, 1])), **settings, is_masked=True)
    # Pixels times channels are one here; every other frame is hidden.
    assert (plain.num_terms, hidden.num_terms) == (12, 6)
    alone = ClipBatches(make_store([moving_clip("a", 6)]), **settings, is_masked=True)
    assert alone.num_terms == 6 * 16 * 16 * 3
    # And gives masks of the same shape: a step is traced once.
    assert plain.at(0)[1].visible.shape == hidden.at(0)[1].visible.shape == (2, 6, 1, 1, 1)


def test_frames_after_a_clips_end_are_no_terms(make_store):
    short, long = make_clips(1, 5)[0], make_clips(2, 18)[1]
    batches = ClipBatches(make_store([short, long]), batch_size=2, bptt_length=10, seed=0)
    # Windows: one of 5 frames, two of 10.
    assert batches.num_terms == pytest.approx(2 * 25 / 3)


@pytest.mark.parametrize("mask", [MaskSource(), MaskSource(hide="square:4")])
def test_clips_are_inferred_with_the_likelihood_of_training(make_trainer, mask):
    changes = {**MEAN, "learning.batch_size": 2, "learning.bptt_length": 5}
    clips = [moving_clip(name, length) for name, length in (("a", 8), ("b", 10), ("c", 4))]
    if mask:
        # All visible, as the record takes them.
        clips = [
            clip._replace(visible=np.ones((*clip.frames.shape[:3], 1), bool)) for clip in clips
        ]
    trainer = make_trainer(changes, clips=clips)
    config = override(presets.load("smoke"), changes)
    record = RunRecord(config, Source(("x",), mask=mask), tuple(clip.record for clip in clips))
    assert trained_precision(record) == pytest.approx(trainer._precision)
    # Windows: of 5, 5, 5, 5 and 4 frames.
    frames = 2 * 24 / 5 * (16 * 16 * 3 if mask else 1)
    assert trained_precision(record) == pytest.approx(4.0 / frames)


def test_statistics_of_frames_of_which_a_part_is_hidden_are_refused(make_trainer):
    clip = moving_clip("a", 6)
    clip = clip._replace(visible=np.arange(6)[:, None, None, None] % 2 == np.zeros((1, 16, 16, 1)))
    with pytest.raises(UserError, match=r"--preset=recovery .*statistics_weight=0"):
        make_trainer({"learning.statistics_weight": 1.0}, clips=[clip])
