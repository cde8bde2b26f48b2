"""Runs commands: in copies of a process of their own, or, to see a mistake refused, in this one."""

import contextlib
import dataclasses
import io
import itertools
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from unittest import mock

from absl import flags

ROOT = Path(__file__).parents[2]
SERVER = Path(__file__).with_name("command_server.py")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"}
ERROR = "error: "


@dataclasses.dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit status and what it printed."""

    status: int
    stdout: str
    stderr: str

    @property
    def errors(self) -> list[str]:
        """The lines of the user's mistake, of which there may be one."""
        return [line for line in self.stderr.splitlines() if line.startswith(ERROR)]

    def check_good(self) -> "Ended":
        assert self.status == 0, self.stderr
        assert "Traceback" not in self.stderr
        assert not self.errors
        return self

    def check_mistake(self, *words: str) -> "Ended":
        """Asserts exit status 2 and one line that holds all the words."""
        assert self.status == 2, self.stderr
        assert "Traceback" not in self.stderr
        assert len(self.errors) == 1, self.stderr
        for word in words:
            assert word in self.errors[0]
        return self


def run_here(module: str, *arguments: str, environment: dict[str, str] | None = None) -> Ended:
    """Runs `python -m MODULE ARGUMENTS` in this process: for what ends before it computes."""
    stdout, stderr = io.StringIO(), io.StringIO()
    status = 0
    with (
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        mock.patch.object(sys, "argv", [module, *arguments]),
        mock.patch.dict(os.environ, environment or {}),
        _fresh_commands(),
    ):
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            status = ended.code
    return Ended(status, stdout.getvalue(), stderr.getvalue())


@contextlib.contextmanager
def _fresh_commands():
    """Commands are imported anew, with flags that have no values yet; later all is as it was."""
    others = set(flags.FLAGS)
    loaded = _take_commands()
    try:
        yield
    finally:
        for name in set(flags.FLAGS) - others:
            delattr(flags.FLAGS, name)
        flags.FLAGS.unparse_flags()
        _take_commands()
        sys.modules.update(loaded)


def _take_commands() -> dict:
    """Takes the modules of the commands out of those that are imported."""
    names = [name for name in sys.modules if name.partition(".")[0] == "launch"]
    return {name: sys.modules.pop(name) for name in names}


class CommandServer:
    """Starts commands in forked copies of one process that has imported TensorFlow."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._numbers = itertools.count()
        self._printed: dict[int, tuple[Path, Path]] = {}
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER)],
            cwd=ROOT,
            env=ENVIRONMENT,
            text=True,
            bufsize=1,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._ready = False

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()

    def start(
        self,
        module: str,
        *arguments: str,
        file_size: int | None = None,
        environment: dict[str, str] | None = None,
        optimizes: bool = True,
    ) -> int:
        """Starts `python -m MODULE ARGUMENTS`; returns its process id."""
        if not self._ready:
            assert self._process.stdout.readline() == "ready\n"
            self._ready = True
        number = next(self._numbers)
        printed = (self._folder / f"{number}.stdout", self._folder / f"{number}.stderr")
        request = {
            "start": [module, *arguments],
            "file_size": file_size,
            "environment": environment or {},
            "optimizes": optimizes,
        }
        process = self._ask({**request, "stdout": str(printed[0]), "stderr": str(printed[1])})
        self._printed[process] = printed
        return process

    def wait(self, process: int) -> Ended:
        """Waits for the end of a command that was started."""
        status = self._ask({"wait": process})
        stdout, stderr = self._printed.pop(process)
        return Ended(status, stdout.read_text(), stderr.read_text())

    def _ask(self, request: dict) -> int:
        self._process.stdin.write(json.dumps(request) + "\n")
        return int(self._process.stdout.readline())
