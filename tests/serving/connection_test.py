"""Asking a served model, by REST and gRPC; the server is a stand-in that speaks the protocols."""

import itertools
import socket
import threading
import time

import numpy as np
import pytest

from tests import serving_stand_in
from tf_dyngen.errors import UserError
from tf_dyngen.serving.connection import open_connection
from tf_dyngen.serving.signatures import Description

# A time-out that answers of these servers keep, and a wait that is over soon.
PATIENCE = {"timeout": 5.0, "first_wait": 0.02}
STREAM = {"state": [[1, 2, 3]], "seed": [7], "position": [4], "num_frames": [5]}


@pytest.fixture
def connect():
    """connect(URL or stand-in, ...) -> Connection, closed when the test ends."""
    opened = []

    def run(server, model=serving_stand_in.MODEL, **patience):
        url = getattr(server, "url", server)
        opened.append(open_connection(url, model, **PATIENCE | patience))
        return opened[-1]

    yield run
    for connection in opened:
        connection.close()


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_a_model_with_appearances_says_so_and_takes_them(tiny_export, connect, protocol):
    with serving_stand_in.StandIn(tiny_export(2), protocol) as server:
        connection = connect(server)
        assert connection.describe() == Description(6, 8, 3, 3, 2, has_variety=True)
        looks = {"appearance": [[0.0, 9.0]]}
        frames = connection.predict("stream", STREAM | looks)["frames"].astype(int)
        plain = connection.predict("stream", STREAM | {"appearance": [[0, 0]]})["frames"]
    np.testing.assert_array_equal(frames, (plain.astype(int) + 9) % 256)


def test_answers_are_those_of_the_model(stand_in, connect):
    connection = connect(stand_in)
    assert connection.describe() == Description(6, 8, 3, 3, 0, has_variety=True)
    # Of one input or output, of several, and of several rows.
    starts = connection.predict("start", {"seed": [1, 2], "clip": [1, 2]})
    np.testing.assert_array_equal(starts["state"], [[10, 11, 12], [20, 21, 22]])
    assert starts["state"].dtype == np.float32
    picture = np.full((1, 5, 4, 3), 9, np.uint8)
    state = connection.predict("animate", {"image": picture})["state"]
    np.testing.assert_array_equal(state, [[5, 4, 9]])
    answer = connection.predict("stream", STREAM)
    assert answer["frames"].shape == (1, 5, 6, 8, 3)
    last = connection.predict("decode", {"states": answer["next_state"][:, None]})["frames"]
    np.testing.assert_array_equal(last[:, 0], answer["frames"][:, -1])
    assert {version for _, _, version in stand_in.asked} == {1}


def test_both_ways_give_the_same_bits(tiny_export, connect):
    answers = []
    for protocol in ("rest", "grpc"):
        with serving_stand_in.StandIn(tiny_export(), protocol) as server:
            connection = connect(server)
            fine = np.float32([[1 / 3, 1e-7, 250.00002]])
            connection.predict("decode", {"states": fine[:, None]})
            np.testing.assert_array_equal(server.asked[0][1]["states"], fine[:, None])
            answers.append(connection.predict("stream", STREAM))
    for name in ("frames", "next_state"):
        np.testing.assert_array_equal(answers[0][name], answers[1][name])


# gRPC shows no half answers.
PASSING = [*itertools.product(("rest", "grpc"), ("busy", "drop", "clash", "slow")), ("rest", "cut")]


@pytest.mark.parametrize(("stand_in", "fault"), PASSING, indirect=["stand_in"])
def test_what_passes_is_asked_again(stand_in, connect, fault):
    expected = connect(stand_in).predict("stream", STREAM)["frames"]
    lines = []
    connection = connect(stand_in, say=lines.append, timeout=0.5 if fault == "slow" else 5.0)
    stand_in.faults.extend([fault, fault])
    answer = connection.predict("stream", STREAM)
    np.testing.assert_array_equal(answer["frames"], expected)
    assert [f"try {number} of 6" in line for number, line in zip((2, 3), lines, strict=True)]
    assert not stand_in.faults


def test_waits_grow_and_end(stand_in, connect):
    lines = []
    connection = connect(stand_in, retries=3, say=lines.append)
    connection.describe()
    stand_in.faults.extend(["busy"] * 9)
    with pytest.raises(UserError, match="tries: 4"):
        connection.predict("stream", STREAM)
    assert len(stand_in.faults) == 5
    assert len(lines) == 3


def test_a_server_that_is_not_there_yet_is_waited_for(tiny_export, connect, stand_in):
    with stand_in.back_after(0.4):
        connection = connect(stand_in, first_wait=0.1)
        assert connection.describe().width == 8
        assert connection.predict("stream", STREAM)["frames"].shape == (1, 5, 6, 8, 3)


def test_a_server_that_is_not_there_at_all(stand_in, connect):
    stand_in.stop()
    with pytest.raises(UserError, match=r"(?i)does not answer .*refused.*tries: 2.*8501") as raised:
        connect(stand_in, retries=1).describe()
    assert "\n" not in str(raised.value)


def test_a_server_that_says_nothing(connect):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for scheme in ("http", "grpc"):
            url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
            began = time.monotonic()
            with pytest.raises(UserError, match="does not answer"):
                connect(url, retries=1, timeout=0.2).describe()
            assert time.monotonic() - began < 3.0


def test_what_is_refused_is_not_asked_again(stand_in, connect):
    connection = connect(stand_in)
    connection.describe()
    stand_in.faults.append("refuse")
    with pytest.raises(UserError, match="refuses the input of 'stream': seed: 0 or more") as raised:
        connection.predict("stream", STREAM)
    assert "{{node" not in str(raised.value)
    assert len(stand_in.asked) == 1
    with pytest.raises(UserError, match="clip: the index of one of 3 clips is wanted, or -1 "):
        connection.predict("start", {"seed": [0], "clip": [3]})
    assert len(stand_in.asked) == 2


def test_unknown_model_and_signature(stand_in, connect):
    with pytest.raises(UserError, match=r"no model 'other/one'.*not found.*--model"):
        connect(stand_in, model="other/one").describe()
    with pytest.raises(UserError, match="no signature 'infer', it has animate, decode, start, str"):
        connect(stand_in).predict("infer", {"clip": [0]})
    assert not stand_in.asked


def test_the_version_is_kept_or_missed(stand_in, connect):
    connection = connect(stand_in)
    connection.predict("stream", STREAM)
    stand_in.version = 2
    with pytest.raises(UserError, match=r"no longer served in version 1.*start again"):
        connection.predict("stream", STREAM)


@pytest.mark.parametrize(
    ("stand_in", "fault", "words"),
    [
        ("rest", "text", "not as TensorFlow Serving does"),
        ("grpc", "text", "not as TensorFlow Serving does"),
        # JSON tells no types.
        ("grpc", "float", "'frames' is float.*uint8.*announced"),
    ],
    indirect=["stand_in"],
)
def test_an_answer_of_another_form(stand_in, connect, fault, words):
    connection = connect(stand_in)
    connection.describe()
    stand_in.faults.append(fault)
    with pytest.raises(UserError, match=words):
        connection.predict("stream", STREAM)


def test_the_port_of_the_other_protocol(stand_in, connect):
    other = {"rest": "grpc", "grpc": "http"}[stand_in.protocol]
    url = f"{other}://127.0.0.1:{stand_in.port}"
    with pytest.raises(UserError, match="REST is http://HOST:8501, gRPC grpc://HOST:8500"):
        connect(url, retries=0, timeout=1.0).describe()


@pytest.mark.parametrize(
    "url", ["localhost:8501", "ftp://host", "http://", "grpc://host/path", "http://host:port", ""]
)
def test_what_is_no_address(url):
    with pytest.raises(UserError, match=r"no address of a server.*--url=http"):
        open_connection(url, "dyngen")


@pytest.mark.parametrize("stand_in", ["rest"], indirect=True)
def test_another_web_server(stand_in, connect):
    with pytest.raises(UserError, match=r"HTTP status 404 and no JSON.*--url"):
        connect(stand_in.url + "/somewhere").describe()


def test_closing_ends_a_wait_in_another_thread(stand_in, connect):
    connection = connect(stand_in, first_wait=20.0)
    connection.describe()
    stand_in.faults.append("busy")
    errors = []

    def ask():
        try:
            connection.predict("stream", STREAM)
        except UserError as error:
            errors.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while stand_in.faults:
        time.sleep(0.01)
    connection.close()
    asking.join(5.0)
    assert not asking.is_alive()
    assert len(errors) == 1
