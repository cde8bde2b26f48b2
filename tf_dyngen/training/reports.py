"""What a run tells while it trains: a progress bar, metrics.jsonl, TensorBoard."""

import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.messages import progress_bar, say
from tf_dyngen.training.metrics import GROUPS, Metrics
from tf_dyngen.training.write_errors import write_errors
from tf_dyngen.video.writers import write_atomically

METRICS_FILE = "metrics.jsonl"
TENSORBOARD_FOLDER = "tensorboard"
SECONDS_BETWEEN_LINES = 10.0
ADVICE = "free space or mend its permissions, then run the command again to go on"


class ProgressAction:
    """A progress bar with step, rate, PSNR and time left; plain lines where none is drawn.

    The first step, in which TensorFlow builds its graph, takes longer and says nothing of others.
    """

    def __init__(self, first_step: int, num_steps: int, max_seconds: float):
        self._num_steps = num_steps
        self._max_seconds = max_seconds
        self._first_step = first_step
        self._started = self._last_line = time.monotonic()
        self._second_started: float | None = None
        if first_step < num_steps:
            say("building the graph of a step, which takes longer than others")
        bar = progress_bar(total=num_steps, done=first_step, unit="step")
        self._bar = None if bar.disable else bar

    def after_step(self, metrics: Metrics) -> None:
        """Moves the bar, or prints a line at most every ten seconds."""
        if self._second_started is None:
            self._second_started = time.monotonic()
        if self._bar is not None:
            self._bar.set_postfix_str(f"PSNR {metrics.psnr:.1f} dB", refresh=False)
            self._bar.update(metrics.step - self._bar.n)
        elif time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._print_line(metrics)

    def at_end(self, metrics: Metrics | None) -> None:
        """Closes the bar or prints the last line."""
        self.close()
        if self._bar is None and metrics is not None:
            self._print_line(metrics)

    def close(self) -> None:
        """Leaves the bar as it is."""
        if self._bar is not None:
            self._bar.close()

    def _print_line(self, metrics: Metrics) -> None:
        self._last_line = time.monotonic()
        done = metrics.step - self._first_step - 1
        speed = ""
        if done > 0 and self._second_started is not None:
            rate = done / max(self._last_line - self._second_started, 1e-9)
            left = (self._num_steps - metrics.step) / rate
            allowed = self._max_seconds - (self._last_line - self._started)
            speed = f"  {rate:.2f} steps/s  {max(0.0, min(left, allowed)):.0f} s left"
        say(f"step {metrics.step}/{self._num_steps}  PSNR {metrics.psnr:.1f} dB{speed}")


class ScalarLog:
    """metrics.jsonl, JSON objects, one a line, and the same numbers as TensorBoard scalars.

    Lines of steps after `first_step`, which a killed run may have left, are dropped first: they
    are run again.

    Args:
      workdir: of the run.
      first_step: where this session starts.
      groups: name of a scalar -> its group in TensorBoard; others have none.
    """

    def __init__(self, workdir: Path, *, first_step: int, groups: Mapping[str, str]):
        self._path = workdir / METRICS_FILE
        self._groups = groups
        self.last_step = first_step
        write_atomically(self._path, "".join(_lines_up_to(self._path, first_step)))
        self._folder = workdir / TENSORBOARD_FOLDER
        with write_errors(self._folder, ADVICE):
            self._writer = tf.summary.create_file_writer(str(self._folder))

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Writes the values of a step."""
        self.last_step = step
        # JSON knows neither infinity, the PSNR of a perfect copy, nor what is no number.
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        line = json.dumps({"step": step, **finite}, allow_nan=False)
        with write_errors(self._path, ADVICE), self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        with write_errors(self._folder, ADVICE), self._writer.as_default():
            for name, value in values.items():
                group = self._groups.get(name)
                tf.summary.scalar(f"{group}/{name}" if group else name, value, step=step)
            self._writer.flush()

    def close(self) -> None:
        """Writes what is left."""
        with write_errors(self._folder, ADVICE):
            self._writer.close()


class Judging(NamedTuple):
    """How new video is judged while a run trains.

    judge: () -> figures of new video with the present weights; every: so many steps, and after the
    last; groups: name of a figure -> its group.
    """

    judge: Callable[[], Mapping[str, float]]
    every: int
    groups: Mapping[str, str]


class MetricsLogAction:
    """Writes metrics.jsonl and TensorBoard scalars every so many steps and at the end.

    Lines of steps at which new video is judged hold its figures too.

    Args:
      workdir: of the run.
      first_step: where this session starts.
      num_steps: of the run.
      every: steps.
      judging: of new video; None for none.
    """

    def __init__(
        self,
        workdir: Path,
        *,
        first_step: int,
        num_steps: int,
        every: int,
        judging: Judging | None = None,
    ):
        self._every = every
        self._num_steps = num_steps
        self._judging = judging
        groups = {**GROUPS, **(judging.groups if judging else {})}
        self._log = ScalarLog(workdir, first_step=first_step, groups=groups)

    def after_step(self, metrics: Metrics) -> None:
        """Logs multiples of `every`, and what is judged."""
        if self._judging and (
            metrics.step % self._judging.every == 0 or metrics.step == self._num_steps
        ):
            self._log.write(metrics.step, {**metrics.known(), **self._judging.judge()})
        elif metrics.step % self._every == 0:
            self._log.write(metrics.step, metrics.known())

    def at_end(self, metrics: Metrics | None) -> None:
        """Logs the last step; a run that is stopped early is not kept waiting to be judged."""
        if metrics is not None and metrics.step != self._log.last_step:
            self._log.write(metrics.step, metrics.known())
        self.close()

    def close(self) -> None:
        """Closes the files."""
        self._log.close()


def read_metrics(workdir: Path) -> list[dict]:
    """Returns the objects of metrics.jsonl; a last line that a kill cut short is left out."""
    return [json.loads(line) for line in _whole_lines(workdir / METRICS_FILE)]


def _lines_up_to(path: Path, last_step: int) -> list[str]:
    return [line for line in _whole_lines(path) if json.loads(line)["step"] <= last_step]


def _whole_lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if line.endswith("}\n")]
