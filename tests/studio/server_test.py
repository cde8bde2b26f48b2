"""The server: page, frames over the WebSocket, uploads, downloads, who may ask."""

import concurrent.futures
import contextlib
import dataclasses
import io
import socket
import struct
import threading

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tf_dyngen.errors import UserError
from tf_dyngen.studio import downloads, server
from tf_dyngen.studio.player import Player
from tf_dyngen.studio.settings import OWN, PRIOR, Look, Start

ADDRESS = "http://127.0.0.1:7860"


@pytest.fixture
def client(player):
    return TestClient(server.make_app(player, "127.0.0.1"), base_url=ADDRESS)


@pytest.fixture
def grey_client(grey_player):
    return TestClient(server.make_app(grey_player, "127.0.0.1"), base_url=ADDRESS)


def picture(level=200, size=(40, 50)):
    content = io.BytesIO()
    Image.fromarray(np.full((*size, 3), level, np.uint8)).save(content, "PNG")
    return content.getvalue()


def connect(client, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.websocket_connect("ws://127.0.0.1:7860/play", headers=names)


def ask(socket, shape=(24, 32, 3), **request):
    """Returns (take, position, frames [T, H, W, C]) of a piece."""
    socket.send_json(request)
    data = socket.receive_bytes()
    take, position = struct.unpack("<II", data[:8])
    return take, position, np.frombuffer(data[8:], np.uint8).reshape(-1, *shape)


def played(player, num_frames, *, seed=0, still=None, noise=1.0, look=(OWN, OWN, 0.0)):
    stream = player.begin(Start(seed, PRIOR, ""), still)
    return stream.next(num_frames, noise=noise, look=Look(*look))


def test_the_page_brings_all_it_needs(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("studio.js", "stream.js", "screen.js", "still.js", "studio.css", "icon.svg"):
        answer = client.get(f"/page/{name}")
        assert answer.status_code == 200
        # Of other sites there is nothing but the name of SVG's dialect.
        assert not [line for line in answer.text.splitlines() if "//" in line and "http" in line
                    and "www.w3.org/2000/svg" not in line]  # fmt: skip
    assert "http" not in page.text


def test_the_model_is_described(client):
    model = client.get("/model.json").json()
    assert (model["height"], model["width"], model["channels"]) == (24, 32, 3)
    assert model["clips"] == ["left", "right", "a name with <b>signs</b> & spaces"]
    assert model["has_appearance"]
    assert model["most_frames_at_once"] == 64
    assert model["usual_variety"] is None
    assert model["memory"] is None


def test_frames_go_on_where_they_stopped(client, player):
    with connect(client) as socket:
        pieces = [ask(socket, seed=3, take=1, count=count) for count in (4, 2, 6)]
    assert [(take, position) for take, position, _ in pieces] == [(1, 0), (1, 4), (1, 6)]
    video = np.concatenate([frames for _, _, frames in pieces])
    np.testing.assert_array_equal(video, played(player, 12, seed=3))


def test_another_take_or_start_begins_anew(client):
    with connect(client) as socket:
        _, _, first = ask(socket, seed=3, take=1, count=4)
        assert ask(socket, seed=3, take=1, count=4)[1] == 4
        take, position, again = ask(socket, seed=3, take=2, count=4)
        assert (take, position) == (2, 0)
        np.testing.assert_array_equal(again, first)
        assert ask(socket, seed=4, take=2, count=4)[1] == 0
        assert ask(socket, seed=4, clip=1, take=2, count=4)[1] == 0


def test_noise_and_look_change_on_the_way(client):
    with connect(client) as socket:
        ask(socket, take=1, count=4)
        settings = {"noise": 0.2, "first": 0, "second": 1, "place": 0.5}
        assert ask(socket, take=1, count=4, **settings)[1] == 4
        assert ask(socket, take=1, count=4, **settings)[1] == 8


def test_variety_changes_on_the_way(varied_player):
    client = TestClient(server.make_app(varied_player, "127.0.0.1"), base_url=ADDRESS)
    assert client.get("/model.json").json()["usual_variety"] == 0.25
    stream = varied_player.begin(Start(3, PRIOR, ""))
    with connect(client) as socket:
        for given, noise in (({}, 0.75), ({"variety": 0.0}, 0.0), ({"variety": 1.0}, 3.0)):
            _, _, frames = ask(socket, seed=3, take=1, count=4, **given)
            expected = stream.next(4, noise=noise, look=Look(OWN, OWN, 0.0))
            np.testing.assert_array_equal(frames, expected)


def test_two_viewers_watch_two_videos(client, player):
    with connect(client) as one, connect(client) as other:
        for first in (0, 3):
            for socket, seed in ((one, 1), (other, 2)):
                _, position, frames = ask(socket, seed=seed, count=3)
                assert position == first
                np.testing.assert_array_equal(frames, played(player, 6, seed=seed)[first:][:3])


def test_grey_frames(grey_client):
    with connect(grey_client) as socket:
        assert ask(socket, (16, 16, 1), count=5)[2].shape == (5, 16, 16, 1)
    assert not grey_client.get("/model.json").json()["has_appearance"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("no JSON", "no JSON object"),
        ("[1]", "no JSON object"),
        ("[" * 2000, "no JSON object"),
        ('{"count": 0}', "count is '0': give a number from 1 to 64"),
        ('{"count": 65}', "from 1 to 64"),
        ('{"noise": 3}', "noise is '3'"),
        ('{"clip": 3}', "clip is '3'"),
        ('{"image": "unknown"}', "held no longer"),
    ],
)
def test_a_bad_message_gets_an_answer_and_the_next_one_frames(client, message, words):
    with connect(client) as socket:
        socket.send_text(message)
        assert words in socket.receive_json()["error"]
        assert ask(socket, count=2)[2].shape == (2, 24, 32, 3)


def test_there_is_an_end_to_viewers(client, monkeypatch):
    monkeypatch.setattr(server, "MOST_VIEWERS", 1)
    with connect(client) as first:
        ask(first, count=1)
        with connect(client) as second:
            assert "too many viewers" in second.receive_json()["error"]
    with connect(client) as third:
        ask(third, count=1)


def test_an_uploaded_picture_moves(client, player):
    answer = client.post("/picture", content=picture()).json()
    still = player.look_at(np.full((24, 32, 3), 200, np.uint8))
    assert answer["psnr"] == round(still.psnr, 1)
    with connect(client) as socket:
        _, position, frames = ask(socket, image=answer["image"], seed=5, count=6)
    assert position == 0
    np.testing.assert_array_equal(frames[0], still.frame[0])
    np.testing.assert_array_equal(frames, played(player, 6, seed=5, still=still))


def test_bad_uploads_get_a_reason(client, monkeypatch):
    answer = client.post("/picture", content=b"text")
    assert answer.status_code == 400
    assert "is no picture" in answer.json()["error"]
    monkeypatch.setattr(server, "MOST_BYTES", 2**20)
    answer = client.post("/picture", content=bytes(2**20 + 1))
    assert answer.status_code == 400
    assert "larger than 1 MB" in answer.json()["error"]


def test_pictures_that_wait_stall_no_viewer_and_are_not_too_many(client, player, monkeypatch):
    """More uploads than there are threads for all: frames still come at once."""
    is_free, here, seen = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)
    look_at, read_upload = player.look_at, server.read_upload

    def wait_and_look(pixels):
        seen.release()
        assert is_free.wait(30)
        return look_at(pixels)

    async def read_and_tell(*arguments):
        here.release()
        return await read_upload(*arguments)

    monkeypatch.setattr(player, "look_at", wait_and_look)
    monkeypatch.setattr(server, "read_upload", read_and_tell)
    with client, concurrent.futures.ThreadPoolExecutor(server.MOST_UPLOADS) as pool:
        answers = [
            pool.submit(client.post, "/picture", content=picture())
            for _ in range(server.MOST_UPLOADS)
        ]
        assert all(here.acquire(timeout=30) for _ in answers)
        assert seen.acquire(timeout=30)
        refused = client.post("/picture", content=picture())
        assert "other pictures are being looked at: try again" in refused.json()["error"]
        with connect(client) as socket:
            assert ask(socket, count=2)[2].shape == (2, 24, 32, 3)
        # They take turns.
        assert not seen.acquire(timeout=0.2)
        is_free.set()
        assert all(answer.result().status_code == 200 for answer in answers)
    assert client.post("/picture", content=picture()).status_code == 200


def decode_mp4(content, tmp_path):
    """Returns (frames a second, frames [T, H, W, 3])."""
    path = tmp_path / "video.mp4"
    path.write_bytes(content)
    reader = imageio_ffmpeg.read_frames(str(path))
    header = next(reader)
    width, height = header["size"]
    frames = [np.frombuffer(data, np.uint8).reshape(height, width, 3) for data in reader]
    return header["fps"], np.stack(frames)


def test_an_mp4_holds_the_frames_that_are_played(client, player, tmp_path):
    query = {"frames": 70, "seed": 3, "noise": 0.5, "first": 0, "second": 2, "place": 0.3}
    answer = client.get("/video.mp4", params={**query, "size": "2x"})
    assert answer.headers["content-type"] == "video/mp4"
    assert 'filename="seed_3.mp4"' in answer.headers["content-disposition"]
    frame_rate, frames = decode_mp4(answer.content, tmp_path)
    assert frame_rate == 25.0
    assert frames.shape == (70, 48, 64, 3)
    expected = played(player, 64, seed=3, noise=0.5, look=(0, 2, 0.3))
    # Compression without visible loss.
    assert np.abs(half(frames[:64]) - expected).mean() < 4


def half(frames):
    """Frames averaged over 2x2 pixels."""
    return (frames[:, ::2, ::2] / 4 + frames[:, 1::2, ::2] / 4) + (
        frames[:, ::2, 1::2] / 4 + frames[:, 1::2, 1::2] / 4
    )


def test_a_download_goes_slower_and_stands_still(client, player, tmp_path):
    query = {"frames": 9, "speed": 0.5, "still": "0,0,8,8", "size": "96x128"}
    _, frames = decode_mp4(client.get("/video.mp4", params=query).content, tmp_path)
    assert frames.shape == (9, 96, 128, 3)
    shown = frames.reshape(9, 24, 4, 32, 4, 3).mean(axis=(2, 4))
    motion = played(player, 5)
    # Every other frame is one of the motion, beyond the seam of the box.
    assert np.abs(shown[::2, 14:, 14:] - motion[:, 14:, 14:]).mean() < 4
    assert np.abs(shown[:, :7, :7] - motion[:1, :7, :7]).mean() < 4


@pytest.mark.parametrize(("rate", "num_frames", "stride"), [(25, 7, 1), (100, 7, 2), (75, 9, 2)])
def test_a_gif_keeps_the_speed(player, rate, num_frames, stride):
    quick = Player(dataclasses.replace(player.export, frame_rate=rate), player._model)
    client = TestClient(server.make_app(quick, "127.0.0.1"), base_url=ADDRESS)
    answer = client.get("/video.gif", params={"frames": num_frames})
    with Image.open(io.BytesIO(answer.content)) as gif:
        assert gif.n_frames == -(-num_frames // stride)
        durations = []
        for number in range(gif.n_frames):
            gif.seek(number)
            durations.append(gif.info["duration"])
            shown = np.asarray(gif.convert("RGB")).astype(int)
            expected = played(player, num_frames)[number * stride]
            assert np.abs(shown - expected).mean() < 6  # A palette of 256 colours.
    # A GIF counts in hundredths of a second.
    assert abs(np.mean(durations) - 1000 * stride / rate) <= 5


def test_a_download_of_a_picture(client, player, tmp_path):
    image = client.post("/picture", content=picture(90)).json()["image"]
    answer = client.get("/video.mp4", params={"frames": 3, "image": image, "size": "48x64"})
    still = player.look_at(np.full((24, 32, 3), 90, np.uint8))
    _, frames = decode_mp4(answer.content, tmp_path)
    # H.264 halves the resolution of colours; not below a pixel here, being enlarged twofold.
    assert np.abs(half(frames) - played(player, 3, still=still)).mean() < 4


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"frames": 0}, "frames is '0'"),
        ({"frames": 3001}, "from 1 to 3000"),
        ({"speed": 5}, "from 0.25 to 4"),
        ({"frames": 3000, "size": "16x"}, "too many: choose a shorter or a smaller video"),
        ({"noise": "inf"}, "noise is 'inf'"),
        ({"image": "unknown"}, "upload it again"),
        ({"size": "huge"}, "size=huge: give source, 2x, 720 or HEIGHTxWIDTH"),
        ({"size": "4x4x4"}, "size=4x4x4"),
        ({"size": "9000"}, "give sides from 2 to 8192 pixels"),
        ({"size": "9" * 5000}, "size is a long text"),
        ({"size": "source"}, "size=source needs the run, this is an export of it: start the page"),
        ({"loop": True}, "loop needs the run"),
        ({"loop": "often"}, "loop is 'often': give true or false"),
    ],
)
def test_bad_downloads_get_a_reason(client, query, words, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_PIXELS", 10**8)
    answer = client.get("/video.gif", params=query)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_downloads_leave_nothing_behind(client, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert client.get("/video.mp4", params={"frames": 2}).status_code == 200
    assert not list(tmp_path.iterdir())

    def fail(*args):
        raise UserError("no room", "make some")

    monkeypatch.setattr(downloads, "write_download", fail)
    for _ in range(server.MOST_DOWNLOADS + 1):
        assert "no room" in client.get("/video.mp4").json()["error"]
    assert not list(tmp_path.iterdir())


def test_other_forms_are_not_found(client):
    assert client.get("/video.npy").status_code == 404
    assert client.get("/page/../server.py").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:7860"},
        {"host": "127.0.0.1.evil.example"},
        {"host": ""},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8080"},
    ],
)
def test_other_sites_are_refused(client, headers):
    for answer in (
        client.get("/model.json", headers=headers),
        client.post("/picture", content=picture(), headers=headers),
    ):
        assert answer.status_code == 403
    with pytest.raises(WebSocketDisconnect), connect(client, **headers):
        pass


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:7860", "origin": "http://localhost:7860"},
        {"host": "[::1]:7860", "origin": "http://[::1]:7860"},
        {"host": "192.168.1.5:7860"},
        {"host": "127.0.0.1"},
    ],
)
def test_the_page_itself_may_ask(client, headers):
    assert client.get("/model.json", headers=headers).status_code == 200
    with connect(client, **headers) as socket:
        ask(socket, count=1)


def test_a_foreign_page_may_link_here_but_not_embed(client):
    foreign = {"sec-fetch-site": "cross-site"}
    assert client.get("/video.gif", headers=foreign).status_code == 403
    assert client.get("/", headers={**foreign, "sec-fetch-mode": "navigate"}).status_code == 200
    assert client.get("/video.gif?frames=1", headers={"sec-fetch-site": "none"}).is_success


def test_a_port_in_use_is_a_mistake_in_words():
    with contextlib.closing(server.listen("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port}: .*give another --port"):
            server.listen("127.0.0.1", port)
    with pytest.raises(UserError, match="cannot listen on nowhere"):
        server.listen("nowhere.invalid", 0)
    if socket.has_ipv6:
        with contextlib.suppress(UserError), contextlib.closing(server.listen("::1", 0)):
            pass
