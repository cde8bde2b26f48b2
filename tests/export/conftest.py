"""Small trained runs and their exports: one of the default preset, and one with appearance."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.conftest import STREAMED, exporting_only, unoptimized_graphs
from tests.small_runs import make_clips, train_small
from tf_dyngen.export.saved_model import export
from tf_dyngen.training.restore import TrainedRun, load_run

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


def _read(folder):
    path = folder / "versions" / "1"
    signatures = tf.saved_model.load(str(path)).signatures
    return Exported(load_run(folder / "run", print), folder / "run", path, signatures)


@pytest.fixture(scope="session")
def exported(twins):
    """Of the default preset."""
    return _read(twins("texture"))


@pytest.fixture(scope="session")
def with_looks(made_once):
    """Of a linear backbone with appearance."""

    def make(folder):
        with unoptimized_graphs():
            train_small(folder / "run", make_clips(folder / "clips"), "smoke", SETTINGS)
        export(folder / "run", folder / "versions")

    return _read(made_once("with_looks", make))


@pytest.fixture(scope="session")
def half(made_once, with_looks):
    """The folder of the version of `with_looks` in float16, without inference, beside a first."""

    def make(folder):
        (folder / "1").mkdir()
        with exporting_only(*STREAMED):
            export(with_looks.workdir, folder, half=True)

    return made_once("half_looks", make) / "2"


@pytest.fixture(scope="session", params=["exported", "with_looks"])
def either(request):
    """The one, then the other."""
    return request.getfixturevalue(request.param)
