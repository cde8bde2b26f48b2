"""Checkpoints of everything a run needs to go on: weights, optimiser, chains, step, seconds.

Every worker writes its chains; behind them the chief writes what all share, which makes the
checkpoint. A checkpoint is whole if both can be read.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.inference.chains import Chains
from tf_dyngen.training.chain_files import (
    BrokenChainsError,
    read_chains,
    remove_chains,
    write_chains,
)
from tf_dyngen.training.trainer import Trainer
from tf_dyngen.training.window_order import ONLY_WORKER
from tf_dyngen.training.workers import Workers
from tf_dyngen.training.write_errors import write_errors

FOLDER = "checkpoints"
NO_STEP = -1
_PATTERN = {*"[]*?\\"}
# What TensorFlow raises for files that are cut short or damaged.
_BROKEN = (tf.errors.OpError, ValueError, AssertionError, IndexError, BrokenChainsError)


class Restored(NamedTuple):
    """Where a run was: completed steps, seconds of training, and clips that it did not have."""

    step: int
    seconds: float
    new_clips: list[str]


class Checkpoints:
    """Saves and restores `contents` and `chains` under `directory`, one checkpoint a step.

    A checkpoint is written under a temporary name and renamed; older ones go only behind that.

    Args:
      directory: of the checkpoints.
      chains: of this worker's clips; None where they are not kept.
      workers: who saves; None if nobody does.
      contents: trackable objects by name.
      keep: how many checkpoints stay.
    """

    def __init__(
        self,
        directory: Path,
        *,
        chains: Chains | None = None,
        workers: Workers | None = None,
        keep: int = 1,
        **contents,
    ):
        self._directory = directory
        self._chains = chains
        self._workers = workers
        self._shard = workers.shard if workers else ONLY_WORKER
        self._progress = {
            "step": tf.Variable(tf.zeros([], tf.int64), trainable=False),
            "seconds": tf.Variable(tf.zeros([], tf.float64), trainable=False),
        }
        self._checkpoint = tf.train.Checkpoint(**contents, **self._progress)
        self._keep = keep
        self._manager: tf.train.CheckpointManager | None = None
        self._newest: int | None = None
        self._link: tempfile.TemporaryDirectory | None = None

    def save(self, step: int, seconds: float) -> None:
        """Writes a checkpoint unless it is the newest; UserError if it cannot be written.

        All workers call this at the same step.
        """
        if step == self._newest:
            return
        self._progress["step"].assign(step)
        self._progress["seconds"].assign(seconds)
        advice = "free space or mend its permissions; the checkpoints before it are whole"
        with write_errors(self._directory / f"ckpt-{step}", advice):
            if self._chains is not None:
                write_chains(self._directory, step, self._shard, self._chains)
        if self._workers:
            self._workers.wait_for_all()
        if self._shard.worker == 0:
            with write_errors(self._directory / f"ckpt-{step}", advice):
                self._save_shared(step)
        self._newest = step

    def _save_shared(self, step: int) -> None:
        first = self._manager is None
        manager = self._manager or tf.train.CheckpointManager(
            self._checkpoint, self._plain_directory(), max_to_keep=self._keep
        )
        manager.save(checkpoint_number=step)
        if first:
            self._remove_left_behind(manager.checkpoints)
        self._manager = manager
        remove_chains(self._directory, self._steps())

    def restore_latest(self, report: Callable[[str], None]) -> Restored | None:
        """Restores the newest checkpoint that is whole, for all workers.

        Args:
          report: called with a line for every broken checkpoint passed over.
        Returns: where the run was; None if there is no checkpoint at all.
        Raises: UserError if there are checkpoints but all are broken.
        """
        restored = self._restore_up_to(None, report)
        while self._workers is not None:
            # A file that is damaged for one worker is not read by the others.
            found = self._workers.all(NO_STEP if restored is None else restored.step)
            if found.min() == found.max():
                break
            restored = self._restore_up_to(int(found.min()), report)
        if restored is None and self._steps():
            raise UserError(
                f"every checkpoint in {self._directory} is broken, or of another version",
                "restore the folder from a copy, or train again in another --workdir",
            )
        return restored

    def _restore_up_to(self, last: int | None, report: Callable[[str], None]) -> Restored | None:
        """Restores the newest whole checkpoint of a step up to `last`; None if there is none."""
        steps = [step for step in self._steps() if last is None or step <= last]
        for step in reversed(steps):
            path = self._directory / f"ckpt-{step}"
            try:
                status = self._checkpoint.restore(f"{self._plain_directory()}/ckpt-{step}")
                status.assert_existing_objects_matched().expect_partial()
                new_clips = self._read_chains(step)
            except _BROKEN as error:
                report(f"checkpoint {path} is broken ({_first_line(error)}), trying the one before")
                continue
            self._newest = step
            return Restored(step, float(self._progress["seconds"]), new_clips)
        return None

    def _plain_directory(self) -> str:
        """Returns the directory, or a link to it where its name would be read as a pattern."""
        if not _PATTERN & {*str(self._directory)}:
            return str(self._directory)
        if self._link is None:
            self._link = tempfile.TemporaryDirectory(prefix="checkpoints-")
            (Path(self._link.name) / FOLDER).symlink_to(self._directory.resolve())
        return f"{self._link.name}/{FOLDER}"

    def _read_chains(self, step: int) -> list[str]:
        if self._chains is None:
            return []
        return read_chains(self._directory, step, self._chains, self._shard)

    def _remove_left_behind(self, kept: Sequence[str]) -> None:
        """Removes what a run that was killed while it saved, or removed an older one, has left."""
        names = {Path(path).name for path in kept}
        for path in self._directory.glob("ckpt-*"):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name.split(".")[0] not in names:
                path.unlink()

    def _steps(self) -> list[int]:
        names = [path.name for path in self._directory.glob("ckpt-*.index")]
        found = (re.fullmatch(r"ckpt-(\d+)\.index", name) for name in names)
        return sorted(int(match[1]) for match in found if match)


class CheckpointAction:
    """Saves every so many steps and at the end."""

    def __init__(self, checkpoints: Checkpoints, trainer: Trainer, every: int):
        self._checkpoints = checkpoints
        self._trainer = trainer
        self._every = every

    def after_step(self, metrics) -> None:
        """Saves at multiples of `every`."""
        if metrics.step % self._every == 0:
            self._save()

    def at_end(self, metrics) -> None:
        """Saves the last step."""
        self._save()

    def _save(self) -> None:
        self._checkpoints.save(self._trainer.completed, self._trainer.seconds)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0][:200]
