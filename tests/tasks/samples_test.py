"""Samples of a run are refreshed into one file of events, which is closed in the end."""

import dataclasses

import numpy as np
import pytest

from tests.training.conftest import moving_clip
from tf_dyngen.tasks.samples import FOLDER, SamplesAction
from tf_dyngen.training.metrics import Metrics
from tf_dyngen.training.reports import TENSORBOARD_FOLDER

METRICS = Metrics(0, 1.5, 0.01, 26.0, -5.0, 1.0, 3.0)


def at(step):
    return dataclasses.replace(METRICS, step=step)


class Black:
    """Makes black video."""

    copies_clips = False

    def synthesize(self, *, num_frames, seed):
        yield np.zeros((num_frames, 16, 16, 3), np.uint8)


@pytest.mark.parametrize("last", [8, 9])
def test_many_refreshes_write_one_file_of_events(tmp_path, last):
    clip = moving_clip("a")
    action = SamplesAction(tmp_path, clip=clip, synthesizer=Black(), chains=None, every=2, seed=0)
    for step in range(1, last + 1):
        action.after_step(at(step))
    action.at_end(at(last))
    action.close()
    assert len(list((tmp_path / TENSORBOARD_FOLDER).iterdir())) == 1
    names = {path.name for path in (tmp_path / FOLDER).iterdir()}
    assert names == {"observed.mp4", "synthesis.mp4", "contact_sheet.png"}
