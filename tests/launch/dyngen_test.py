"""`dyngen`: it finds the command that is meant, at once; --json says what was written."""

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from launch import listing
from tests.interface.conftest import NUM_STEPS, fitted  # noqa: F401
from tests.launch.commands import ROOT, run_here


def dyngen(*arguments):
    command = [sys.executable, "-X", "importtime", "-m", "tf_dyngen", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_lists_all_commands_at_once():
    started = time.process_time(), time.monotonic()
    ended = dyngen("--help")
    seconds = time.monotonic() - started[1]
    assert ended.returncode == 0
    # The bar is half a second; tests run beside others.
    assert seconds < 2
    assert "tensorflow" not in ended.stderr
    for name in listing.COMMANDS:
        assert f"\n  {name} " in ended.stdout


def test_a_command_is_run_and_speaks_of_dyngen():
    ended = dyngen("synthesize", "--help")
    assert ended.returncode == 0
    assert "dyngen synthesize --workdir=DIR" in ended.stdout
    assert "--variety" in ended.stdout
    assert "python -m" not in ended.stdout
    mistaken = dyngen("infer")
    assert mistaken.returncode == 2
    assert "error: --workdir is missing: name the folder" in mistaken.stderr
    assert "tensorflow" not in mistaken.stderr


MISTAKES = {
    ("synthesise",): "'synthesise' is no command: did you mean 'synthesize'?",
    ("qwx",): "'qwx' is no command: choose one of train, ",
    ("completion", "fish"): "'fish' is no shell that is known: dyngen completion bash",
}


@pytest.mark.parametrize("arguments", MISTAKES)
def test_an_unknown_command_names_the_nearest(arguments):
    run_here("launch.dyngen", *arguments).check_mistake(MISTAKES[arguments])


def test_all_commands_are_listed_with_the_flags_that_they_have():
    modules = (ROOT / "launch").glob("*.py")
    has_main = {path.stem for path in modules if "\ndef main(" in path.read_text()}
    assert set(listing.COMMANDS) == has_main
    for name in ("train", "client"):
        help_ = run_here(f"launch.{name}", "--help").stdout
        found = set(re.findall(r"^  --(?:\[no\])?(\w+):", help_, re.MULTILINE))
        assert {*listing.flags_of(name)} == found | {"help"}


def complete(words):
    script = run_here("launch.dyngen", "completion", "bash").stdout
    line = f"{script}\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_dyngen\n"
    line += 'echo "${COMPREPLY[@]}"'
    shell = ["bash", "-c", line]
    return subprocess.run(shell, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_and_flags():
    assert complete("dyngen s") == ["synthesize", "studio"]
    assert complete("dyngen synthesize --se") == ["--seed"]


def test_json_says_what_was_written(fitted, tmp_path):  # noqa: F811
    workdir = tmp_path / "run"
    shutil.copytree(fitted / "run", workdir)
    output = tmp_path / "new.npy"

    def told(name, *arguments):
        ended = run_here(f"launch.{name}", f"--workdir={workdir}", "--json", *arguments)
        return json.loads(ended.check_good().stdout)

    made = told("synthesize", f"--output={output}", "--num_frames=13", "--num_videos=2", "--seed=3")
    assert made == {"files": [str(output)], "seeds": [3, 4]}
    assert np.load(output).shape == (2, 13, 16, 16, 3)
    (listed,) = told("synthesize", "--list_clips")["clips"]
    assert (listed["name"], listed["num_frames"], listed["frame_rate"]) == ("clip", 12, 12.5)
    trained = told("train", f"--steps={NUM_STEPS}")
    assert trained["workdir"] == str(workdir)
    assert trained["step"] == NUM_STEPS
    (inferred,) = told("infer", f"--clip={next(workdir.rglob('clip.npy'))}")["inferred"]
    assert Path(inferred["file"]).is_file()
    assert inferred["psnr"] is None or inferred["psnr"] > 48


def test_json_of_an_evaluation(tmp_path, waves):
    for name, phase in (("new", 1.0), ("real", 0.0)):
        np.save(tmp_path / f"{name}.npy", waves(120, phase=phase))
    files = [f"--video={tmp_path}/new.npy", f"--reference={tmp_path}/real.npy"]
    flags_ = [f"--output={tmp_path}/report", "--json", "--num_frames=60"]
    told = json.loads(run_here("launch.evaluate", *files, *flags_).check_good().stdout)
    assert Path(told["report"]).is_file()
    assert told["figures"] == json.loads(Path(told["metrics"]).read_text())["figures"]
    assert "new" in told["verdicts"]
