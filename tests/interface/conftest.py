"""A small model, fitted once for all tests of the Python interface, and what came of it."""

import contextlib
import io
import json
import os
import random
import signal
import threading
import warnings

import numpy as np
import pytest

import tf_dyngen as dg
from tests.launch.conftest import moving_waves
from tf_dyngen import messages

NUM_STEPS = 3
SETTINGS = {"attention.parts": 1, "attention.fade": 1}


def state_of_process():
    """What a library has to leave alone."""
    _, numbers, *place = np.random.get_state()
    return {
        "environment": dict(os.environ),
        "filters": list(warnings.filters),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "random": random.getstate(),
        "numpy": [numbers.tolist(), place],
    }


@contextlib.contextmanager
def heard():
    """Gives what is printed in the block, with the lines of the library going to its log alone."""
    shown = [each for each in messages.LOGGER.handlers if isinstance(each, messages.Terminal)]
    for handler in shown:
        messages.LOGGER.removeHandler(handler)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            yield printed
    finally:
        for handler in shown:
            messages.LOGGER.addHandler(handler)


def fit(folder):
    """Fits in a thread, and writes down what was called, printed and changed."""
    import keras

    class Recorder(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.calls = []

        def on_train_begin(self, logs=None):
            self.calls.append(["train begins"])

        def on_epoch_begin(self, epoch, logs=None):
            self.calls.append(["epoch begins", epoch])

        def on_train_batch_end(self, batch, logs=None):
            self.calls.append(["batch ends", batch, sorted(logs)])

        def on_epoch_end(self, epoch, logs=None):
            self.calls.append(["epoch ends", epoch, sorted(logs)])
            self.model.stop_training = epoch == NUM_STEPS - 1

        def on_train_end(self, logs=None):
            self.calls.append(["train ends"])

    recorder, found = Recorder(), {}
    model = dg.DynamicTexture(seed=5, settings=SETTINGS)
    clip = dg.Video(moving_waves(), 12.5)

    def run():
        found["history"] = model.fit(
            clip, steps=1000, workdir=folder / "run", callbacks=[recorder]
        ).history

    before = state_of_process()
    with heard() as printed:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    after = state_of_process()
    found["changed"] = [name for name, value in before.items() if after[name] != value]
    found |= {"calls": recorder.calls, "printed": printed.getvalue()}
    np.save(folder / "video.npy", model.synthesize(40, seed=7))
    model.save(folder / "model.dyngen")
    (folder / "found.json").write_text(json.dumps(found))


@pytest.fixture(scope="session")
def fitted(made_once):
    """A folder with run/, found.json, model.dyngen, and video.npy, its 40 frames of seed 7."""
    return made_once("interface", fit)


@pytest.fixture(scope="session")
def model(fitted):
    """That model, read from its file; it stays as it is."""
    return dg.load(fitted / "model.dyngen")


@pytest.fixture
def clip():
    """What it has learned."""
    return moving_waves()
