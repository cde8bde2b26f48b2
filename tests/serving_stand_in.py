"""Stands for TensorFlow Serving in tests of its clients: the protocols, not the server.

A small SavedModel with the signatures of a generator, and servers on this machine that run what is
exported: gRPC's own server with PredictionService, and a REST interface that writes JSON as the
real one does. Faults can be ordered, and the servers can die and come back on their ports.
"""

import collections
import contextlib
import functools
import json
import re
import socket
import threading
import time
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2, prediction_service_pb2_grpc

MODEL = "dyngen"
HEIGHT, WIDTH = 6, 8
STATE_SIZE = 3
NUM_CLIPS = 3
# Whole numbers below it make up states, so that no way of computing rounds differently.
MODULUS = 251


class TinyGenerator(tf.Module):
    """A generator's signatures over whole numbers; clip i starts at [10 i, 10 i + 1, 10 i + 2]."""

    def __init__(self, appearance_size=0, channels=3):
        super().__init__()
        self.appearance_size = appearance_size
        shape = (HEIGHT, WIDTH, channels)
        self.base = tf.reshape(7 * tf.range(HEIGHT * WIDTH * channels), shape)
        self.channels = channels

    def signatures(self):
        int32 = tf.TensorSpec([None], tf.int32)
        state = tf.TensorSpec([None, STATE_SIZE], tf.float32)
        states = tf.TensorSpec([None, None, STATE_SIZE], tf.float32)
        image = tf.TensorSpec([None, None, None, self.channels], tf.uint8)
        looks = {}
        if self.appearance_size:
            looks["appearance"] = tf.TensorSpec([None, self.appearance_size], tf.float32)
        several = {"state": state, "seed": int32, "position": int32, "num_frames": int32}
        taken = {
            "start": {"seed": int32, "clip": int32},
            "animate": {"image": image},
            "stream": several | looks,
            "stream_varied": several | {"variety": tf.TensorSpec([None], tf.float32)} | looks,
            "decode": {"states": states} | looks,
        }
        return {
            name: tf.function(getattr(self, name)).get_concrete_function(
                **{key: tf.TensorSpec(spec.shape, spec.dtype, key) for key, spec in specs.items()}
            )
            for name, specs in taken.items()
        }

    def start(self, seed, clip):
        low = tf.debugging.assert_less(
            clip, NUM_CLIPS, f"clip: the index of one of {NUM_CLIPS} clips is wanted, or -1"
        )
        with tf.control_dependencies([low]):
            drawn = tf.map_fn(lambda one: self._draw(one, -1), seed)
            own = 10 * clip[:, None] + tf.range(STATE_SIZE)[None]
            state = tf.where(clip[:, None] < 0, drawn, own)
        return {"state": tf.cast(state, tf.float32)} | self._looks(seed)

    def animate(self, image):
        size = tf.shape(image)
        mean = tf.reduce_mean(tf.cast(image, tf.float32), axis=(1, 2, 3))
        sides = tf.broadcast_to(tf.cast(size[1:3], tf.float32), [size[0], 2])
        return {"state": tf.concat([sides, tf.round(mean)[:, None]], 1)} | self._looks(size[:1])

    def stream(self, state, seed, position, num_frames, appearance=None):
        length = tf.reduce_max(num_frames)

        def row(inputs):
            first, seed, position, own_length = inputs

            def step(before, time):
                after = (3 * before + self._draw(seed, position + time)) % MODULUS
                return tf.where(time < own_length, after, before)

            return tf.scan(step, tf.range(length), first)

        first = tf.cast(tf.round(state), tf.int32)
        states = tf.map_fn(row, (first, seed, position, num_frames), fn_output_signature=tf.int32)
        states = tf.ensure_shape(states, [None, None, STATE_SIZE])
        frames = self.decode(tf.cast(states, tf.float32), appearance)["frames"]
        shown = tf.range(length)[None] < num_frames[:, None]
        frames = tf.where(shown[:, :, None, None, None], frames, tf.zeros_like(frames))
        return {"frames": frames, "next_state": tf.cast(states[:, -1], tf.float32)}

    def stream_varied(self, state, seed, position, num_frames, variety, appearance=None):
        """A stream whose levels are higher by a hundred times the variety."""
        streamed = self.stream(state, seed, position, num_frames, appearance)
        levels = tf.cast(tf.round(100.0 * variety), tf.uint8)[:, None, None, None, None]
        return {**streamed, "frames": streamed["frames"] + levels}

    def decode(self, states, appearance=None):
        levels = tf.reduce_sum(tf.cast(tf.round(states), tf.int32) * [31, 17, 5], -1)
        if appearance is not None:
            levels += tf.reduce_sum(tf.cast(tf.round(appearance), tf.int32), -1)[:, None]
        levels = (levels[:, :, None, None, None] + self.base) % 256
        return {"frames": tf.cast(levels, tf.uint8)}

    def _draw(self, seed, position):
        return tf.random.stateless_uniform([STATE_SIZE], [seed, position], 0, MODULUS, tf.int32)

    def _looks(self, seed):
        if not self.appearance_size:
            return {}
        looks = seed[:, None] + tf.range(100, 100 + self.appearance_size)[None]
        return {"appearance": tf.cast(looks, tf.float32)}


def export(path, **sizes):
    """Writes a SavedModel to PATH/1, as TensorFlow Serving wants it."""
    module = TinyGenerator(**sizes)
    tf.saved_model.save(module, str(path / "1"), signatures=module.signatures())
    return path


@functools.cache
def load(path):
    """Loads a SavedModel as the server does, into a session; returns its signatures as well."""
    session = tf.compat.v1.Session(graph=tf.Graph())
    with session.graph.as_default():
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(path))
    return session, loaded.signature_def


class StandIn:
    """Serves PATH/1 by gRPC or REST until the block ends.

    Orders in `faults` are carried out one a prediction, before anything else: "busy", "drop" (the
    connection breaks), "cut" (the answer ends half-way; REST), "slow" (an answer after `delay`),
    "text" (no answer of a model server), "short" (one frame too few), "float" (frames of another
    type), "refuse". `padding` adds frames of zeros, as a batch with a longer request does. `asked`
    holds what was predicted: (signature, inputs, version).
    """

    def __init__(self, path, protocol):
        self.protocol = protocol
        self.faults = collections.deque()
        self.delay = 1.0
        self.padding = 0
        self.asked = []
        self.version = 1
        self.num_answered = 0
        self._session, definitions = load(path / "1")
        self.signature_defs = get_model_metadata_pb2.SignatureDefMap(signature_def=definitions)
        self._server = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def url(self):
        return f"{'http' if self.protocol == 'rest' else 'grpc'}://127.0.0.1:{self.port}"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()

    def start(self):
        if self.protocol == "rest":
            self._server = RestServer(self)
        else:
            self._server = rpc_server(self)

    def stop(self):
        if self._server is None:
            return
        if self.protocol == "rest":
            self._server.shutdown()
            self._server.server_close()
        else:
            self._server.stop(None).wait()
        self._server = None

    @contextlib.contextmanager
    def back_after(self, seconds):
        """Dies now, and comes back while the block runs."""
        self.stop()
        timer = threading.Timer(seconds, self.start)
        timer.start()
        try:
            yield
        finally:
            timer.join()

    def next_fault(self):
        with contextlib.suppress(IndexError):
            fault = self.faults.popleft()
            if fault == "slow":
                time.sleep(self.delay)
            return fault
        return None

    def check_model(self, name, version):
        if name != MODEL or version not in (None, self.version):
            which = "Latest" if version is None else "Specific"
            raise LookupError(f"Servable not found for request: {which}({name})")

    def predict(self, signature, inputs, version, fault):
        """Returns arrays; raises what TensorFlow raises."""
        if signature not in self.signature_defs.signature_def:
            raise ValueError(f'Serving signature name: "{signature}" not found in signature def')
        self.asked.append((signature, inputs, version))
        if fault == "refuse":
            raise ValueError("seed: 0 or more is wanted\n\t [[{{node assert}}]]")
        if fault == "clash":
            raise ValueError("Tensors with name 'image' from different tasks have different shapes")
        definition = self.signature_defs.signature_def[signature]
        names = {key: tensor.name for key, tensor in definition.outputs.items()}
        fed = {definition.inputs[key].name: value for key, value in inputs.items()}
        try:
            outputs = self._session.run(names, fed)
        except tf.errors.InvalidArgumentError as error:
            # Python puts a stack trace in front, which the server does not have.
            raise ValueError(error.__context__.message) from error
        if "frames" in outputs:
            outputs["frames"] = self._alter(outputs["frames"], fault)
        self.num_answered += 1
        return outputs

    def _alter(self, frames, fault):
        frames = np.pad(frames, [(0, 0), (0, self.padding), (0, 0), (0, 0), (0, 0)])
        if fault == "short":
            return frames[:, 1:]
        return frames / np.float32(2) if fault == "float" else frames


def rpc_server(stand_in):
    server = grpc.server(futures.ThreadPoolExecutor(4))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(stand_in), server
    )
    assert server.add_insecure_port(f"127.0.0.1:{stand_in.port}")
    server.start()
    return server


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """TensorFlow Serving's gRPC service."""

    def __init__(self, stand_in):
        self._stand_in = stand_in

    def Predict(self, request, context):  # noqa: N802
        stand_in, spec = self._stand_in, request.model_spec
        fault = stand_in.next_fault()
        if fault in ("busy", "drop"):
            context.abort(grpc.StatusCode.UNAVAILABLE, "The batch scheduling queue is full")
        if fault == "text":
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
        version = spec.version.value if spec.HasField("version") else None
        self._check(context, spec.name, version)
        inputs = {key: tf.make_ndarray(value) for key, value in request.inputs.items()}
        try:
            outputs = stand_in.predict(spec.signature_name, inputs, version, fault)
        except ValueError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        response = predict_pb2.PredictResponse()
        for key, value in outputs.items():
            response.outputs[key].CopyFrom(tf.make_tensor_proto(value))
        return response

    def GetModelMetadata(self, request, context):  # noqa: N802
        self._check(context, request.model_spec.name, None)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = MODEL
        response.model_spec.version.value = self._stand_in.version
        response.metadata["signature_def"].Pack(self._stand_in.signature_defs)
        return response

    def _check(self, context, name, version):
        try:
            self._stand_in.check_model(name, version)
        except LookupError as error:
            context.abort(grpc.StatusCode.NOT_FOUND, error.args[0])


class RestServer(ThreadingHTTPServer):
    """TensorFlow Serving's REST interface, with predictions in the row form."""

    daemon_threads = True

    def __init__(self, stand_in):
        super().__init__(("127.0.0.1", stand_in.port), RestHandler)
        self.stand_in = stand_in
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()


class RestHandler(BaseHTTPRequestHandler):
    """GET .../v1/models/NAME/metadata and POST .../v1/models/NAME[/versions/N]:predict."""

    def do_GET(self):
        stand_in = self.server.stand_in
        found = re.fullmatch(r"/v1/models/([^/:]+)/metadata", self.path)
        if not found:
            return self._answer(404, b"<html>Not found</html>")
        if not self._has(found[1], None):
            return None
        version = {"name": MODEL, "signature_name": "", "version": str(stand_in.version)}
        definitions = json_format.MessageToDict(
            stand_in.signature_defs,
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
        )
        return self._say(200, {"model_spec": version, "metadata": {"signature_def": definitions}})

    def do_POST(self):
        stand_in = self.server.stand_in
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fault = stand_in.next_fault()
        if fault == "busy":
            return self._say(503, {"error": "The batch scheduling queue is full"})
        if fault == "text":
            return self._answer(200, b"<html>Welcome</html>")
        if fault == "drop":
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        found = re.fullmatch(r"/v1/models/([^/:]+)(?:/versions/(\d+))?:predict", self.path)
        version = int(found[2]) if found[2] else None
        if not self._has(found[1], version):
            return None
        signature = body["signature_name"]
        try:
            inputs = self._read_rows(signature, body["instances"])
            outputs = stand_in.predict(signature, inputs, version, fault)
        except ValueError as error:
            return self._say(400, {"error": str(error)})
        rows = [dict(zip(outputs, row, strict=True)) for row in zip(*outputs.values(), strict=True)]
        if len(outputs) == 1:
            rows = [next(iter(row.values())) for row in rows]
        return self._say(200, {"predictions": rows}, cut=fault == "cut")

    def log_message(self, *arguments):
        pass

    def _read_rows(self, signature, rows):
        definition = self.server.stand_in.signature_defs.signature_def[signature]
        return {
            key: np.array([row[key] for row in rows], tf.as_dtype(tensor.dtype).as_numpy_dtype)
            for key, tensor in definition.inputs.items()
        }

    def _has(self, name, version):
        try:
            self.server.stand_in.check_model(name, version)
        except LookupError as error:
            self._say(404, {"error": error.args[0]})
            return False
        return True

    def _say(self, status, answer, cut=False):
        self._answer(status, json.dumps(answer, default=_plain).encode(), cut)

    def _answer(self, status, content, cut=False):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)


def _plain(value):
    return value.tolist()
