"""Clips of a run read again: where they changed, they are refused, and what was learned stays."""

import types

import numpy as np
import pytest

from tests.training.conftest import moving_clip
from tf_dyngen import presets
from tf_dyngen.errors import UserError
from tf_dyngen.tasks.training_clips import reopen_clips
from tf_dyngen.training.clip_loading import cache_folder, load_store
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.masked_clips import MaskSource
from tf_dyngen.video.sources import Source, open_collection


def test_changed_clips_are_refused_and_the_learned_ones_stay(tmp_path):
    path, workdir = tmp_path / "clip.npy", tmp_path / "run"
    np.save(path, moving_clip("a", 12).frames)
    config = presets.load("smoke")
    source = Source((str(path),), mask=MaskSource(hide="frames:0.5"))
    with ClipCache(cache_folder(workdir)) as cache:
        store = load_store(open_collection(source, config.video, seed=0), config.video, cache)
    learned = {clip.clip_id: 0 for clip in store.records}
    record = types.SimpleNamespace(config=config, source=source)
    run = types.SimpleNamespace(record=record, chains=types.SimpleNamespace(rows=learned))
    assert reopen_clips(run, workdir).store.records == store.records
    kept = sorted(cache_folder(workdir).iterdir())
    np.save(path, 255 - moving_clip("a", 12).frames)
    with pytest.raises(UserError, match="have changed since it was trained"):
        reopen_clips(run, workdir)
    assert sorted(cache_folder(workdir).iterdir()) == kept
