"""The live page from the command line: it serves until it is stopped, and says what is mistaken."""

import contextlib
import json
import os
import shutil
import signal
import socket
import time
import urllib.request

import pytest

from tests.launch.commands import run_here
from tests.studio.stand_in import save_stand_in

STUDIO = "launch.studio"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_stand_in(tmp_path_factory.mktemp("exported"))


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return opened.getsockname()[1]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_page_is_served_until_the_command_is_stopped(start, finish, folder, free_port, end):
    process = start(STUDIO, f"--export={folder}", f"--port={free_port}")
    model = json.loads(fetch(f"http://127.0.0.1:{free_port}/model.json"))
    assert (model["height"], model["width"]) == (24, 32)
    os.kill(process, end)
    ended = finish(process).check_good()
    assert f"{folder / '1'} plays at http://127.0.0.1:{free_port}; Ctrl-C stops" in ended.stderr


def fetch(address):
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                return answer.read()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--export is missing"]),
        (["--workdir={world}", "--export={world}"], ["--workdir with --export"]),
        (["--workdir={world}/none"], ["no run in", "none"]),
        (["--export={world}/none"], ["none is no folder"]),
        (["--export={world}"], ["holds no exported model", "launch.export"]),
        (["--export={world}/foreign"], ["metadata.json", "not one of this project"]),
        (["--export={folder}", "--port=70000"], ["--port=70000", "65535"]),
        (["--export={folder}", "--host=nowhere.invalid"], ["nowhere.invalid", "--host"]),
    ],
)
def test_mistakes_are_one_line(folder, tmp_path, arguments, words):
    shutil.copytree(folder / "1", tmp_path / "foreign")
    shutil.rmtree(tmp_path / "foreign" / "assets.extra")
    given = [argument.format(world=tmp_path, folder=folder) for argument in arguments]
    run_here(STUDIO, *given).check_mistake(*words)


def test_a_port_in_use(folder):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as opened:
        port = opened.getsockname()[1]
        ended = run_here(STUDIO, f"--export={folder}", f"--port={port}")
    ended.check_mistake(f"port {port}", "give another --port")


def test_without_the_extra_it_says_what_to_install(start, finish, folder, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import runpy, sys\n"
        "sys.modules['uvicorn'] = None\n"
        "runpy.run_module('launch.studio', run_name='__main__', alter_sys=True)\n"
    )
    ended = finish(start(str(program), f"--export={folder}"))
    ended.check_mistake("needs the package uvicorn", "pip install 'tf_dyngen[studio]'")
