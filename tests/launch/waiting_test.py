"""Silences are told on a terminal, and leave nothing behind."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from launch import waiting

ROOT = Path(__file__).parents[2]
QUIET = """
import sys, time
from launch import command_line, waiting
waiting.SILENCE = waiting._PAUSE = 0.1

def main():
    print("starting", file=sys.stderr)
    time.sleep(0.6)
    print("done", file=sys.stderr)

command_line.run(main, None)
"""
# Pictures on the terminal, which are not to be written over.
PICTURES = QUIET.replace(
    "    time.sleep(0.6)",
    """
    with waiting.not_told():
        print("picture", end="", flush=True)
        time.sleep(0.6)
        print(" alone")
""",
)


def seen(text):
    """The lines that a terminal shows in the end."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            # To the start of the line; what is written there covers what was.
            part, clears = part.removeprefix("\x1b[K"), part.startswith("\x1b[K")
            shown = part if clears else part + shown[len(part) :]
        lines.append(shown)
    return lines


@pytest.fixture
def watched(monkeypatch):
    """(stream, terminal's text, clock); both write to one place."""
    now, terminal = [0.0], io.StringIO()
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return waiting.Watched(terminal, terminal), terminal, now


def test_a_silence_after_a_line_stands_in_a_line_of_its_own_and_goes(watched):
    stream, terminal, now = watched
    stream.write("reading\n")
    now[0] = 2.4
    stream.tell()
    assert terminal.getvalue() == "reading\n"
    for now[0], told in ((3.2, "  3 s ..."), (12.4, "  12 s ...")):
        stream.tell()
        assert seen(terminal.getvalue()) == ["reading", told]
    stream.write("read\n")
    assert seen(terminal.getvalue()) == ["reading", "read", ""]
    now[0] = 14.0
    stream.tell()
    assert seen(terminal.getvalue()) == ["reading", "read", ""]


def test_a_bar_stands_as_it_was(watched, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    stream, terminal, now = watched
    stream.write("\r 10%|#####     | 3/30")
    now[0] = 5.0
    stream.tell()
    assert seen(terminal.getvalue()) == [" 10%|#####     | 3/3  5 s ..."]
    stream.write("\n")
    assert seen(terminal.getvalue()) == [" 10%|#####     | 3/30", ""]


def test_a_command_tells_a_terminal_and_nothing_else():
    command = [sys.executable, "-c", QUIET]
    ended = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=True)
    assert ended.stderr == "starting\ndone\n"
    text = on_a_terminal(command)
    assert " s ..." in text
    assert seen(text) == ["starting", "done", ""]


def test_pictures_are_not_written_over():
    text = on_a_terminal([sys.executable, "-c", PICTURES])
    assert text == "starting\npicture alone\ndone\n"


def on_a_terminal(command):
    """What a command wrote to its terminal."""
    own, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=theirs):
        os.close(theirs)
        text = b""
        try:
            while part := os.read(own, 1024):
                text += part
        except OSError:
            # The other end of a terminal is closed.
            pass
        finally:
            os.close(own)
    return text.decode().replace("\r\n", "\n")
