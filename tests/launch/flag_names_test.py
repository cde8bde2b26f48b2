"""Flags by other names, and a clip where a folder is wanted, are answered with the flag to give."""

import pytest

from launch.command_line import printable
from tests.launch.commands import run_here

TRAIN, INFER, PREVIEW, EVALUATE = (
    f"launch.{name}" for name in ("train", "infer", "preview", "evaluate")
)


@pytest.mark.parametrize("name", ["videos", "video", "data", "input", "clips"])
@pytest.mark.parametrize("command", [TRAIN, INFER, PREVIEW])
def test_what_people_call_the_clip_names_its_flag(command, name):
    ended = run_here(command, f"--{name}=a.mp4")
    ended.check_mistake(f"no flag --{name}", "a clip is given with --clip=FILE")


def test_other_names_get_the_nearest_there_is():
    run_here(TRAIN, "--clup=a.mp4").check_mistake("no flag --clup", "did you mean --clip?")
    # Of a flag --video there is no need to name another.
    ended = run_here(EVALUATE, "--videos=a.mp4")
    ended.check_mistake("no flag --videos", "did you mean --video?")
    assert "--clip=FILE" not in ended.stderr


@pytest.mark.parametrize("command", [TRAIN, INFER, PREVIEW])
def test_a_clip_is_no_folder_of_data_sets(command, tmp_path):
    clip = tmp_path / "clip.avi"
    clip.write_bytes(b"RIFF")
    ended = (
        run_here(command, f"--data_dir={clip}", f"--workdir={tmp_path}/new")
        if (command != PREVIEW)
        else run_here(command, f"--data_dir={clip}")
    )
    ended.check_mistake("a folder of TFDS data sets is wanted", f"--clip={clip}")
    assert list(tmp_path.iterdir()) == [clip]


def test_what_a_server_says_cannot_command_a_terminal():
    assert printable("caf\xe9 \x1b[2J\x07 \u202e") == "caf\xe9 ?[2J? ?"
