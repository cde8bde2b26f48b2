"""Answers over HTTP that are not those of TensorFlow Serving, and addresses with odd names."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.serving.connection import open_connection

STREAM = {
    "inputs": {"state": ("DT_FLOAT", [-1, 2])},
    "outputs": {"frames": ("DT_UINT8", [-1, -1, 2, 2, 1]), "next_state": ("DT_FLOAT", [-1, 2])},
}


def tensor(dtype, sizes):
    return {"dtype": dtype, "tensor_shape": {"dim": [{"size": str(size)} for size in sizes]}}


STREAM_DEFINITION = {
    side: {name: tensor(*spec) for name, spec in specs.items()} for side, specs in STREAM.items()
}
METADATA = {
    "model_spec": {"name": "dyngen", "version": "3"},
    "metadata": {"signature_def": {"signature_def": {"stream": STREAM_DEFINITION}}},
}
FRAMES = [[[[1], [2]], [[3], [255]]]]


@pytest.fixture
def answering():
    """answering(METADATA, PREDICTION) -> (connection, paths) of a server with these two answers."""
    opened = []

    def run(metadata, prediction=None, model="dyngen", statuses=()):
        paths, left = [], list(statuses)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.say(metadata)

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.say(prediction)

            def say(self, answer):
                paths.append(self.path)
                self.send_response(left.pop(0) if left else 200)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *arguments):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        connection = open_connection(url, model, timeout=5.0, retries=0)
        opened.append((server, connection))
        return connection, paths

    yield run
    for server, connection in opened:
        connection.close()
        server.shutdown()
        server.server_close()


def test_names_and_versions_are_parts_of_the_address(answering):
    prediction = {"predictions": [{"frames": FRAMES, "next_state": [0.1, -2e-7]}]}
    connection, paths = answering(METADATA, prediction, model="fire & water/1")
    answer = connection.predict("stream", {"state": [[0.0, 1.0]]})
    np.testing.assert_array_equal(answer["frames"][0], np.uint8(FRAMES))
    np.testing.assert_array_equal(answer["next_state"], np.float32([[0.1, -2e-7]]))
    base = "/v1/models/fire%20%26%20water%2F1"
    assert paths == [f"{base}/metadata", f"{base}/versions/3:predict"]


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        {},
        {"model_spec": {}},
        {"model_spec": {"version": "one"}, "metadata": {"signature_def": {}}},
        {"model_spec": {}, "metadata": {"signature_def": {"signature_def": [1]}}},
        {"model_spec": {}, "metadata": {"signature_def": {}}},
    ],
)
def test_metadata_of_another_form(answering, metadata):
    connection, _ = answering(metadata)
    with pytest.raises(UserError, match="not as TensorFlow Serving does"):
        connection.describe()


@pytest.mark.parametrize(
    "prediction",
    [
        {},
        {"predictions": 7},
        {"predictions": [FRAMES]},
        {"predictions": [{"frames": FRAMES}]},
        {"predictions": [{"frames": [[[[1], [2]], [[3]]]], "next_state": [0, 0]}]},
        {"predictions": [{"frames": [[[[1], [2]], [[3], [256]]]], "next_state": [0, 0]}]},
        {"predictions": [{"frames": "text", "next_state": [0, 0]}]},
    ],
)
def test_predictions_of_another_form(answering, prediction):
    connection, _ = answering(METADATA, prediction)
    with pytest.raises(UserError, match=r"not as TensorFlow Serving does .*'stream'"):
        connection.predict("stream", {"state": [[0.0, 1.0]]})


def test_a_model_without_a_version_is_asked_for_the_newest(answering):
    prediction = {"predictions": [{"frames": FRAMES, "next_state": [0, 0]}]}
    connection, paths = answering({**METADATA, "model_spec": {}}, prediction)
    connection.predict("stream", {"state": [[0.0, 1.0]]})
    assert paths[1] == "/v1/models/dyngen:predict"


@pytest.mark.parametrize("status", [429, 499, 502, 503, 504])
def test_a_server_that_is_busy_or_stops_is_asked_again(answering, status):
    prediction = {"predictions": [{"frames": FRAMES, "next_state": [0, 0]}]}
    connection, paths = answering(METADATA, prediction, statuses=[status, 200, 200])
    with pytest.raises(UserError, match=rf"does not answer \(HTTP status {status}"):
        connection.predict("stream", {"state": [[0.0, 1.0]]})
    answer = connection.predict("stream", {"state": [[0.0, 1.0]]})
    np.testing.assert_array_equal(answer["frames"][0], np.uint8(FRAMES))
    assert len(paths) == 3
