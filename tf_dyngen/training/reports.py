"""What a run tells while it trains: a progress bar, metrics.jsonl, TensorBoard."""

import dataclasses
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf
import tqdm

from tf_dyngen.training.metrics import Metrics
from tf_dyngen.training.write_errors import write_errors
from tf_dyngen.video.writers import write_atomically

METRICS_FILE = "metrics.jsonl"
TENSORBOARD_FOLDER = "tensorboard"
SECONDS_BETWEEN_LINES = 10.0
ADVICE = "free space or mend its permissions, then run the command again to go on"


class ProgressAction:
    """A progress bar with step, rate, PSNR and time left; plain lines if stderr is no terminal."""

    def __init__(self, first_step: int, num_steps: int, max_seconds: float):
        self._num_steps = num_steps
        self._max_seconds = max_seconds
        self._first_step = first_step
        self._started = self._last_line = time.monotonic()
        self._bar = None
        if sys.stderr.isatty():
            self._bar = tqdm.tqdm(total=num_steps, initial=first_step, unit="step")

    def after_step(self, metrics: Metrics) -> None:
        """Moves the bar, or prints a line at most every ten seconds."""
        if self._bar is not None:
            self._bar.set_postfix_str(f"PSNR {metrics.psnr:.1f} dB", refresh=False)
            self._bar.update(metrics.step - self._bar.n)
        elif time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._print_line(metrics)

    def at_end(self, metrics: Metrics | None) -> None:
        """Closes the bar or prints the last line."""
        if self._bar is not None:
            self._bar.close()
        elif metrics is not None:
            self._print_line(metrics)

    def _print_line(self, metrics: Metrics) -> None:
        self._last_line = time.monotonic()
        elapsed = self._last_line - self._started
        rate = (metrics.step - self._first_step) / max(elapsed, 1e-9)
        left = min((self._num_steps - metrics.step) / rate, max(0.0, self._max_seconds - elapsed))
        print(
            f"step {metrics.step}/{self._num_steps}  {rate:.2f} steps/s  "
            f"PSNR {metrics.psnr:.1f} dB  {left:.0f} s left",
            file=sys.stderr,
            flush=True,
        )


class ScalarLog:
    """A file of JSON objects, one a line, and the same numbers as TensorBoard scalars.

    Lines of steps behind `first_step`, which a killed run may have left, are dropped first: they
    are run again.

    Args:
      workdir: of the run.
      name: of the file.
      first_step: where this session starts.
      group: of the scalars in TensorBoard, if they have one.
    """

    def __init__(self, workdir: Path, name: str, *, first_step: int, group: str = ""):
        self._path = workdir / name
        self._group = group
        self.last_step = first_step
        write_atomically(self._path, "".join(_lines_up_to(self._path, first_step)))
        self._folder = workdir / TENSORBOARD_FOLDER
        with write_errors(self._folder, ADVICE):
            self._writer = tf.summary.create_file_writer(str(self._folder))

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Writes the values of a step."""
        self.last_step = step
        line = json.dumps({"step": step, **values})
        with write_errors(self._path, ADVICE), self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        with write_errors(self._folder, ADVICE), self._writer.as_default():
            for name, value in values.items():
                tf.summary.scalar(self._group + name, value, step=step)
            self._writer.flush()

    def close(self) -> None:
        """Writes what is left."""
        with write_errors(self._folder, ADVICE):
            self._writer.close()


class MetricsLogAction:
    """Writes metrics.jsonl and TensorBoard scalars every so many steps and at the end."""

    def __init__(self, workdir: Path, *, first_step: int, every: int):
        self._every = every
        self._log = ScalarLog(workdir, METRICS_FILE, first_step=first_step)

    def after_step(self, metrics: Metrics) -> None:
        """Logs multiples of `every`."""
        if metrics.step % self._every == 0:
            self._write(metrics)

    def at_end(self, metrics: Metrics | None) -> None:
        """Logs the last step."""
        if metrics is not None and metrics.step != self._log.last_step:
            self._write(metrics)
        self._log.close()

    def _write(self, metrics: Metrics) -> None:
        values = dataclasses.asdict(metrics)
        self._log.write(values.pop("step"), values)


def read_metrics(workdir: Path, name: str = METRICS_FILE) -> list[dict]:
    """Returns the objects of a log; a last line that a kill cut short is left out."""
    return [json.loads(line) for line in _whole_lines(workdir / name)]


def _lines_up_to(path: Path, last_step: int) -> list[str]:
    return [line for line in _whole_lines(path) if json.loads(line)["step"] <= last_step]


def _whole_lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if line.endswith("}\n")]
