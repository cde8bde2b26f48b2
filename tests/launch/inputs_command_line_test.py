"""What all commands do with signals, and with flags as shells hand them over."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Stands for a command that takes long to write a file.
SLOW = """
import pathlib, time
from absl import flags
from launch import command_line
from tf_dyngen.video.writers import replacing

OUTPUT = flags.DEFINE_string("output", None, "what to write")
CLIP = flags.DEFINE_multi_string("clip", [], "clips")

def main():
    print(OUTPUT.value, *CLIP.value, flush=True)
    if OUTPUT.value.endswith(".slow"):
        with replacing(pathlib.Path(OUTPUT.value)) as temporary:
            temporary.write_bytes(b"half")
            print("writing", flush=True)
            time.sleep(60)

command_line.run(main, None)
"""


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, *arguments],
        cwd=ROOT,
        env={**os.environ, "HOME": "/home/someone"},
        # A shell starts what runs in the background with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_command_in_one_line_and_leaves_nothing(tmp_path, number, status):
    process = start(f"--output={tmp_path}/new.slow")
    assert process.stdout.readline().endswith("new.slow\n")
    assert process.stdout.readline() == "writing\n"
    assert len(list(tmp_path.iterdir())) == 1
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (status, "stopped: nothing unfinished is left\n")
    assert list(tmp_path.iterdir()) == []


def test_homes_are_found_and_empty_flags_refused():
    process = start("--output=~/a.mp4", "--clip=~/b.mp4", "--clip=c~d.mp4")
    out, _ = process.communicate(timeout=60)
    assert out == "/home/someone/a.mp4 /home/someone/b.mp4 c~d.mp4\n"
    for name in ("output", "clip"):
        process = start(f"--{name}=")
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 2
        assert errors.startswith(f"error: --{name}= is empty: leave it out")
        assert errors.count("\n") == 1
