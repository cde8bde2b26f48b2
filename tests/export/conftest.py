"""A small trained run with appearance, and its export."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.training.conftest import moving_clip
from tf_dyngen.export.saved_model import export
from tf_dyngen.tasks.train import train
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.sources import Source

NAMES = ["left", "right", "up*down"]
SETTINGS = {
    "model.appearance_size": "2",
    "model.bilinear_rank": "4",
    "learning.steps": "10",
    "learning.batch_size": "3",
}


@dataclasses.dataclass(frozen=True)
class Exported:
    """A run, its work directory, the folder of its exported version, and that loaded."""

    run: TrainedRun
    workdir: Path
    path: Path
    signatures: dict

    def call(self, name, **inputs):
        """Calls a signature with NumPy arrays of its own types; returns NumPy arrays."""
        signature = self.signatures[name]
        specs = signature.structured_input_signature[1]
        tensors = {key: tf.constant(value, specs[key].dtype) for key, value in inputs.items()}
        return {key: value.numpy() for key, value in signature(**tensors).items()}


def train_smoke(workdir, folder, names, settings):
    """Trains on clips of 12 frames of 16x16, one a name; returns the run."""
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate(names):
        np.save(folder / f"{name}.npy", moving_clip(name, 12, seed=seed).frames)
    source = Source(tuple(str(folder / f"{name}.npy") for name in names))
    train(
        workdir,
        preset="smoke",
        changes=settings,
        source=source,
        embedded=source,
        register=lambda name: None,
    )
    return load_run(workdir, print)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    run = train_smoke(folder / "run", folder / "clips", NAMES, SETTINGS)
    path = export(folder / "run", folder / "versions")
    return Exported(run, folder / "run", path, tf.saved_model.load(str(path)).signatures)
