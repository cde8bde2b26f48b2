"""`python -m launch.client`; the server is a stand-in that speaks the protocols of the real one."""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from tests import serving_stand_in
from tests.launch.commands import ROOT, run_here

CLIENT = "launch.client"
PATIENCE_SECONDS = 30.0
COMMAND = [sys.executable, "-m", CLIENT]


@pytest.fixture
def client(start, finish, stand_in):
    """client(ARGUMENT, ...) -> Ended, of a command that asks the stand-in."""
    return lambda *arguments: finish(start(CLIENT, f"--url={stand_in.url}", *arguments))


@pytest.fixture
def rest(tiny_export):
    with serving_stand_in.StandIn(tiny_export(), "rest") as server:
        yield server


def whole(server, *, seed, clip=-1, num_frames):
    """The frames of one long call, without the client."""
    start = server.predict("start", {"seed": [seed], "clip": [clip]}, None, None)
    numbers = {"seed": [seed], "position": [0], "num_frames": [num_frames]}
    return server.predict("stream", numbers | start, None, None)["frames"][0]


def test_array_of_many_requests_is_one_long_call(client, stand_in, tmp_path):
    output = tmp_path / "new.npy"
    flags = [f"--output={output}", "--num_frames=50", "--seed=9", "--clip=1", "--chunk=8"]
    ended = client(*flags).check_good()
    assert f"wrote {output}" in ended.stderr
    frames = np.load(output)
    np.testing.assert_array_equal(frames, whole(stand_in, seed=9, clip=1, num_frames=50))
    film = tmp_path / "new.mp4"
    client(f"--output={film}", "--num_frames=50", "--seed=9", "--frame_rate=10").check_good()
    assert iio.imread(film, plugin="FFMPEG").shape == frames.shape
    assert iio.immeta(film, plugin="FFMPEG")["fps"] == 10


def test_a_server_that_dies_and_comes_back_while_a_file_is_written(
    start, finish, stand_in, tmp_path
):
    output = tmp_path / "new.npy"
    flags = [f"--output={output}", "--num_frames=400", "--chunk=4", "--timeout=5"]
    process = start(CLIENT, f"--url={stand_in.url}", *flags)
    wait_for(lambda: stand_in.num_answered > 10)
    with stand_in.back_after(0.5):
        ended = finish(process).check_good()
    assert "no answer from" in ended.stderr
    np.testing.assert_array_equal(np.load(output), whole(stand_in, seed=0, num_frames=400))


@pytest.mark.parametrize("name", ["new.npy", "new.mp4", "pictures", "new.png"])
def test_ctrl_c_completes_the_file(start, finish, rest, tmp_path, name):
    output = tmp_path / name
    flags = [f"--output={output}", "--num_frames=1000000", "--chunk=5"]
    process = start(CLIENT, f"--url={rest.url}", *flags)
    wait_for(lambda: rest.num_answered > 5)
    os.kill(process, signal.SIGINT)
    ended = finish(process).check_good()
    num_frames = int(re.search(r"stopped after (\d+) of 1000000 frames", ended.stderr)[1])
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert num_frames > 0
    if name == "pictures":
        assert len(list(output.iterdir())) == num_frames
    elif name == "new.npy":
        expected = whole(rest, seed=0, num_frames=num_frames)
        np.testing.assert_array_equal(np.load(output), expected)
    elif name == "new.mp4":
        assert len(iio.imread(output, plugin="FFMPEG")) == num_frames
    else:
        assert iio.imread(output).ndim == 3


def test_ctrl_c_ends_a_wait_for_a_server_that_is_not_there(start, finish, rest, tmp_path):
    rest.stop()
    with socket.create_server(("127.0.0.1", rest.port)) as silent:
        process = start(CLIENT, f"--url={rest.url}", f"--output={tmp_path}/new.npy")
        accepted, _ = silent.accept()
        time.sleep(0.2)
        os.kill(process, signal.SIGINT)
        finish(process).check_mistake("stopped before the first frame", "nothing was written")
        accepted.close()
    assert not list(tmp_path.iterdir())


def test_a_picture_of_any_size_starts_the_video(client, stand_in, tmp_path):
    Image.new("RGB", (900, 1800), (50, 50, 50)).save(tmp_path / "still.png")
    output = tmp_path / "new.npy"
    flags = [f"--image={tmp_path}/still.png", f"--output={output}", "--num_frames=7"]
    client(*flags).check_good()
    assert np.load(output).shape == (7, 6, 8, 3)
    assert stand_in.asked[0][1]["image"].shape == (1, 512, 256, 3)


MISTAKES = {
    "no server": (["--url=http://127.0.0.1:{closed}", "--retries=0"], ["not answer", "refused"]),
    "no address": (["--url=localhost:8501"], ["'localhost:8501'", "http://HOST:8501"]),
    "unknown scheme": (["--url=ftp://localhost"], ["'ftp://localhost'", "grpc://"]),
    "unknown model": (["--model=other"], ["no model 'other'", "--model"]),
    "no such clip": (["--clip=7"], ["'start'", "clip: the index of one of 3 clips"]),
    "a negative clip": (["--clip=-1"], ["--clip"]),
    "clip and picture": (["--clip=0", "--image=x.png"], ["--clip with --image"]),
    "no such picture": (["--image={world}/none.png"], ["none.png", "No such file"]),
    "no frames": (["--num_frames=0"], ["--num_frames=0"]),
    "no time": (["--timeout=0"], ["--timeout=0"]),
    "endless haste": (["--frame_rate=inf"], ["--frame_rate"]),
    "fewer than no retries": (["--retries=-1"], ["--retries=-1"]),
    "a large seed": (["--seed=2147483648"], ["--seed=2147483648"]),
    "too much variety": (["--variety=1.5"], ["--variety"]),
    "another suffix": (["--output={world}/new.exe"], [".exe"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_writes_nothing(mistake, rest, tmp_path):
    flags, words = MISTAKES[mistake]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    flags = [flag.format(world=tmp_path, closed=closed) for flag in flags]
    ended = run_here(CLIENT, f"--url={rest.url}", f"--output={tmp_path}/new.npy", *flags)
    ended.check_mistake(*words)
    assert not list(tmp_path.iterdir())


def test_without_a_terminal_an_output_must_be_named(stand_in):
    run_here(CLIENT, f"--url={stand_in.url}").check_mistake("no terminal", "--output")
    assert not stand_in.asked


def wait_for(condition):
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


class Terminal:
    """A command with a terminal of 24 lines of 80 characters, and all that it wrote there."""

    def __init__(self, *arguments):
        self._controller, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], cwd=ROOT, stdin=terminal, stdout=terminal, stderr=terminal
        )
        os.close(terminal)
        self.text = ""
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self):
        while self.process.poll() is None or select.select([self._controller], [], [], 0)[0]:
            if select.select([self._controller], [], [], 0.05)[0]:
                try:
                    self.text += os.read(self._controller, 1 << 16).decode(errors="replace")
                except OSError:  # Of a terminal that nobody writes to any more.
                    return

    def end(self):
        status = self.process.wait(PATIENCE_SECONDS)
        self._reading.join()
        os.close(self._controller)
        return status

    @property
    def num_frames(self):
        return self.text.count("\x1b[H")


def test_it_plays_in_a_terminal_until_ctrl_c(rest):
    terminal = Terminal(f"--url={rest.url}", "--frame_rate=100", "--chunk=3")
    wait_for(lambda: terminal.num_frames > 20)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 0
    # How long it starts may be told before.
    assert re.match(r"(\r\x1b\[K(  \d+ s \.\.\.)?)*\x1b\[\?1049h\x1b\[\?25l", terminal.text)
    assert terminal.text.endswith("\x1b[0m\x1b[?25h\x1b[?1049l")
    assert "Traceback" not in terminal.text
    # The first pixels of the first frames.
    shown = [int(level) for level in re.findall(r"\x1b\[H\x1b\[38;2;(\d+);", terminal.text)]
    expected = whole(rest, seed=0, num_frames=20)[:, 0, 0, 0].tolist()
    assert shown[:20] == expected


def test_it_plays_so_many_frames(rest):
    terminal = Terminal(f"--url={rest.url}", "--frame_rate=200", "--num_frames=11", "--chunk=4")
    assert terminal.end() == 0
    assert terminal.num_frames == 11


def test_a_server_that_goes_away_while_it_plays_is_one_line(rest):
    flags = ["--frame_rate=100", "--retries=1", "--chunk=2", "--timeout=1"]
    terminal = Terminal(f"--url={rest.url}", *flags)
    wait_for(lambda: terminal.num_frames > 3)
    rest.stop()
    assert terminal.end() == 2
    _, _, told = terminal.text.partition("\x1b[?1049l")
    assert re.fullmatch(r"error: .* does not answer .*", told.strip())


def test_help_starts_at_once():
    began = time.monotonic()
    ended = subprocess.run([*COMMAND, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert time.monotonic() - began < 2.0
    assert "--retries" in ended.stdout


def test_a_trained_run_exported_and_served_gives_what_it_synthesizes(
    start, finish, synthesize, trained, tmp_path
):
    """Only the server between export and client is a stand-in."""
    versions = tmp_path / "versions"
    ended = finish(start("launch.export", f"--workdir={trained}", f"--output={versions}"))
    assert f"wrote {versions}/1: " in ended.check_good().stderr
    common = ["--num_frames=70", "--seed=3"]
    own, served = tmp_path / "own.npy", tmp_path / "served.npy"
    synthesize(f"--workdir={trained}", f"--output={own}", *common).check_good()
    with serving_stand_in.StandIn(versions, "rest") as server:
        flags = [f"--url={server.url}", f"--output={served}", "--chunk=32"]
        finish(start(CLIENT, *flags, *common)).check_good()
    np.testing.assert_array_equal(np.load(served), np.load(own))


def test_variety_is_passed_on(client, stand_in, tmp_path):
    common = ["--num_frames=5", "--seed=9"]
    client(f"--output={tmp_path}/own.npy", *common, "--variety=0.75").check_good()
    expected = whole(stand_in, seed=9, num_frames=5) + np.uint8(75)
    np.testing.assert_array_equal(np.load(tmp_path / "own.npy"), expected)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.mark.soak
@pytest.mark.skipif(
    shutil.which("tensorflow_model_server") is None, reason="there is no tensorflow_model_server"
)
def test_with_tensorflow_serving_itself(start, finish, tiny_export, tmp_path):
    """The one test here that no stand-in takes part in, but for the model."""
    ports = {"grpc": free_port(), "http": free_port()}
    flags = [f"--port={ports['grpc']}", f"--rest_api_port={ports['http']}"]
    model = [f"--model_name={serving_stand_in.MODEL}", f"--model_base_path={tiny_export(2)}"]
    videos = []
    with subprocess.Popen(["tensorflow_model_server", *flags, *model]) as server:
        try:
            for scheme, port in ports.items():
                output = tmp_path / f"{scheme}.npy"
                arguments = [f"--output={output}", "--num_frames=50", "--chunk=8", "--clip=1"]
                url = f"--url={scheme}://127.0.0.1:{port}"
                finish(start(CLIENT, url, *arguments, "--retries=8")).check_good()
                videos.append(np.load(output))
                ended = finish(start(CLIENT, url, f"--output={tmp_path}/no.npy", "--clip=9"))
                ended.check_mistake("clip: the index of one of 3 clips")
                ended = finish(start(CLIENT, url, f"--output={tmp_path}/no.npy", "--model=other"))
                ended.check_mistake("no model 'other'")
        finally:
            server.terminate()
    stand_in = serving_stand_in.StandIn(tiny_export(2), "rest")
    start_of_clip = stand_in.predict("start", {"seed": [0], "clip": [1]}, None, None)
    numbers = {"seed": [0], "position": [0], "num_frames": [50]}
    expected = stand_in.predict("stream", numbers | start_of_clip, None, None)["frames"][0]
    for video in videos:
        np.testing.assert_array_equal(video, expected)
