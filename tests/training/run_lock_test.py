"""A work directory belongs to one training at a time."""

import errno
import os
import subprocess
import sys

import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.training import run_lock


def test_a_second_process_is_refused_with_the_first_ones_id(tmp_path):
    workdir = tmp_path / "runs" / "one"
    script = (
        "import pathlib, sys; from tf_dyngen.training import run_lock\n"
        "with run_lock.hold(pathlib.Path(sys.argv[1]), print): print('held', flush=True); input()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(workdir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout.readline() == "held\n"
    expected = f"one is in use by process {other.pid}, which trains there"
    with pytest.raises(UserError, match=expected), run_lock.hold(workdir, print):
        pass
    other.kill()
    other.communicate()
    # However it ended, the next one may train.
    with run_lock.hold(workdir, print):
        assert (workdir / run_lock.HOLDER).read_text() == f"{os.getpid()}\n"
    assert list(workdir.iterdir()) == []


def test_nothing_is_left_of_a_training_that_wrote_nothing(tmp_path):
    with pytest.raises(ValueError, match="stop"), run_lock.hold(tmp_path / "a" / "b", print):
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []
    with run_lock.hold(tmp_path / "a", print):
        (tmp_path / "a" / "config.json").touch()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["config.json"]


def test_on_a_disk_without_locks_a_training_says_so_and_goes_on(tmp_path, monkeypatch):
    def refuse(fd):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("filelock._unix.lock_fd_nonblocking", refuse)
    said = []
    with run_lock.hold(tmp_path / "a", said.append):
        (tmp_path / "a" / "config.json").touch()
    assert said == [f"{tmp_path / 'a'} is on a disk without locks: train there once at a time"]
    assert (tmp_path / "a" / "config.json").exists()
