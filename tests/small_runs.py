"""Small runs of each kind of model on the same three clips, and what their checkpoints hold."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.training.conftest import moving_clip
from tf_dyngen.tasks.train import train
from tf_dyngen.video.sources import Source

NAMES = ["left", "right", "up*down"]
NUM_FRAMES, NUM_STEPS = 12, 4
SMALL = {
    "video.num_frames": NUM_FRAMES,
    "video.height": 16,
    "video.width": 16,
    "learning.batch_size": 2,
    "learning.bptt_length": 6,
    "learning.steps": NUM_STEPS,
    "output.checkpoint_every": 2,
    "output.log_every": 1,
}
NETWORKS = {
    "model.state_size": 4,
    "model.noise_size": 4,
    "model.transition_hidden": (4,),
    "model.emission_width": 1 / 32,
    "learning.bptt_length": 4,
}
# Preset -> what is smaller, or other, than it says.
KINDS = {
    "texture": {"attention.parts": 2},
    # The preconditioner follows at steps 0 and 3: from a checkpoint it must come as it was.
    "texture_linear": {**NETWORKS, "inference.precondition_every": 3},
    "texture_paper": {**NETWORKS, "inference.langevin_steps": 3, "video.channels": 1},
}
# Of these only the time of day decides.
UNCOMPARED = ("seconds", "save_counter")


def make_clips(folder: Path, names=NAMES) -> Source:
    """Writes a clip of 12 frames of 16x16 a name."""
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate(names):
        np.save(folder / f"{name}.npy", moving_clip(name, NUM_FRAMES, seed=seed).frames)
    return Source(tuple(str(folder / f"{name}.npy") for name in names))


def train_small(workdir: Path, source: Source, preset: str, changes: dict) -> None:
    """Trains, or goes on, in this process."""
    train(
        workdir,
        preset=preset,
        changes=changes,
        source=source,
        embedded=source,
        register=lambda name: None,
    )


def train_kind(kind: str, folder: Path) -> None:
    """Trains that kind in FOLDER/run on clips in FOLDER/clips, or goes on there."""
    train_small(folder / "run", make_clips(folder / "clips"), kind, {**SMALL, **KINDS[kind]})


def numbers_of(workdir: Path, step: int) -> dict[str, np.ndarray]:
    """The numbers in a checkpoint by name, those of the chains too."""
    folder = workdir / "checkpoints"
    reader = tf.train.load_checkpoint(str(folder / f"ckpt-{step}"))
    values = {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}
    with np.load(folder / f"chains-{step}.0-of-1.npz", allow_pickle=False) as chains:
        values.update({name: chains[name] for name in chains.files if name != "clip_ids"})
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, np.ndarray | np.generic) and not name.startswith(UNCOMPARED)
    }


def check_same_numbers(workdir: Path, other: Path, step: int) -> None:
    """Asserts that two checkpoints hold the same bits."""
    found, expected = numbers_of(workdir, step), numbers_of(other, step)
    assert len(expected) > 10
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
