"""Small trained runs and their exports: one of the default preset, and one with appearance."""

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
ATTENTION = {"video.height": "16", "video.width": "16", "attention.parts": "2"}
SETTINGS = {
    "model.appearance_size": "2",
    "model.bilinear_rank": "4",
    "learning.steps": "10",
    "learning.batch_size": "3",
}
LOOK = np.array([0.5, -1.0], np.float32)


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

    @property
    def sizes(self):
        return self.run.generator.latent_sizes

    def look(self, *factors):
        """Returns the input that is an appearance a factor, where the model has any."""
        return {"appearance": np.outer(factors or [1.0], LOOK)} if self.sizes.appearance else {}

    def states(self, seed, num_frames):
        """Returns states [1, T, S] of a video, by the library."""
        start = self.call("start", seed=[seed], clip=[0])["state"]
        noise = np.random.default_rng(seed).standard_normal([1, num_frames, self.sizes.noise])
        return self.run.generator.rollout(start, noise.astype(np.float32)).numpy()


def train_small(workdir, folder, names, settings, preset="smoke"):
    """Trains on clips of 12 frames of 16x16, one a name; returns the run."""
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate(names):
        np.save(folder / f"{name}.npy", moving_clip(name, 12, seed=seed).frames)
    source = Source(tuple(str(folder / f"{name}.npy") for name in names))
    train(
        workdir,
        preset=preset,
        changes=settings,
        source=source,
        embedded=source,
        register=lambda name: None,
    )
    return load_run(workdir, print)


def _export(folder, settings, preset):
    run = train_small(folder / "run", folder / "clips", NAMES, settings, preset)
    path = export(folder / "run", folder / "versions")
    return Exported(run, folder / "run", path, tf.saved_model.load(str(path)).signatures)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """Of the default preset."""
    return _export(tmp_path_factory.mktemp("exported"), ATTENTION, None)


@pytest.fixture(scope="session")
def with_looks(tmp_path_factory):
    """Of a linear backbone with appearance."""
    return _export(tmp_path_factory.mktemp("with_looks"), SETTINGS, "smoke")


@pytest.fixture(scope="session", params=["exported", "with_looks"])
def either(request):
    """The one, then the other."""
    return request.getfixturevalue(request.param)
