"""A small trainer on a small moving clip."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.start import FittedClips, build_learner, start_learner
from tf_dyngen.training.trainer import Trainer
from tf_dyngen.training.workers import Workers
from tf_dyngen.video.clip_store import ClipStore, write_clip_store
from tf_dyngen.video.clips import Clip


def moving_clip(name, num_frames=8, size=16, seed=0):
    random = np.random.default_rng(seed)
    time, row, column = np.ogrid[:num_frames, :size, :size]
    waves = [
        np.sin(column / 3 + time / 2 + phase) * np.cos(row / 4 - time / 3)
        for phase in random.uniform(0, 6, 3)
    ]
    frames = 127 + 90 * np.stack(waves, axis=-1) + random.normal(0, 3, (num_frames, size, size, 3))
    return Clip(name, name, np.clip(frames, 0, 255).astype(np.uint8), 25.0)


def numbers(trainer):
    """Returns all that a run is made of, as arrays by name."""
    return {
        name: place.copy() if isinstance(place, np.ndarray) else place.numpy()
        for name, place in _places(trainer).items()
    }


def check_equal(found, expected):
    """Asserts that arrays by name are the same to the bit."""
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def put_back(trainer, kept):
    """Puts a trainer, traced as it is, to where its numbers were kept, before its first step."""
    for name, place in _places(trainer).items():
        if isinstance(place, np.ndarray):
            place[...] = kept[name]
        else:
            place.assign(kept[name])
    trainer.completed = 0


def _places(trainer):
    """Returns the variables and arrays of a trainer by name."""
    places = {f"model {i}": v for i, v in enumerate(trainer.generator.variables)}
    places |= {f"optimiser {i}": v for i, v in enumerate(trainer.optimizer.variables)}
    places["energies"] = trainer.energies.mean
    if trainer.chains is not None:
        places |= {name: getattr(trainer.chains, name) for name in trainer.chains.ARRAYS}
    return places


@pytest.fixture(scope="session")
def make_store(tmp_path_factory):
    """make_store(clips) -> ClipStore of them."""

    def make(clips):
        folder = tmp_path_factory.mktemp("clips")
        write_clip_store(folder, clips, clips[0].frames.shape[1:])
        return ClipStore(folder)

    return make


@pytest.fixture(scope="session")
def make_trainer(make_store):
    """Returns a function of settings and clips that gives a started Trainer."""

    def make(changes=None, clips=None, strategy=None, start=True):
        config = override(presets.load("smoke"), changes or {})
        clips = clips or [moving_clip("a")]
        strategy = strategy or tf.distribute.OneDeviceStrategy("CPU:0")
        learner = build_learner(config, [clip.record for clip in clips], strategy)
        store = make_store(clips)
        if start:
            start_learner(learner, config, store, FittedClips(store))
        batches = ClipBatches(
            store,
            batch_size=config.learning.batch_size,
            bptt_length=config.learning.bptt_length,
            seed=config.seed,
        )
        return Trainer(config, *learner, batches, Workers(strategy))

    return make
