"""What the files for TensorFlow Serving say, and the health check run against a stand-in."""

import shutil
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import tensorflow as tf
import yaml
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)

from tf_dyngen.export.requests import MOST_PIXEL_VALUES

FOLDER = Path(__file__).parent.parent.parent / "deploy" / "tf_serving"
# Of tensorflow_model_server, as its --help lists them; those for other machines are left out.
FLAGS = [
    "port",
    "grpc_socket_path",
    "rest_api_port",
    "rest_api_num_threads",
    "rest_api_timeout_in_ms",
    "rest_api_enable_cors_support",
    "enable_batching",
    "allow_version_labels_for_unavailable_models",
    "batching_parameters_file",
    "enable_per_model_batching_parameters",
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "model_name",
    "model_base_path",
    "num_load_threads",
    "num_unload_threads",
    "max_num_load_retries",
    "load_retry_interval_micros",
    "file_system_poll_wait_seconds",
    "flush_filesystem_caches",
    "tensorflow_session_parallelism",
    "tensorflow_session_config_file",
    "tensorflow_intra_op_parallelism",
    "tensorflow_inter_op_parallelism",
    "ssl_config_file",
    "platform_config_file",
    "per_process_gpu_memory_fraction",
    "saved_model_tags",
    "grpc_channel_arguments",
    "grpc_max_threads",
    "enable_model_warmup",
    "num_request_iterations_for_warmup",
    "version",
    "monitoring_config_file",
    "remove_unused_fields_from_bundle_metagraph",
    "enable_signature_method_name_check",
    "enable_profiler",
    "thread_pool_factory_config_file",
    "enable_grpc_healthcheck_service",
    "enable_serialization_as_tensor_content",
]
# tensorflow.serving.BatchingParameters, which the package of the API leaves out.
BATCHING_FIELDS = {
    "max_batch_size": "Int64Value",
    "batch_timeout_micros": "Int64Value",
    "max_enqueued_batches": "Int64Value",
    "num_batch_threads": "Int64Value",
    "thread_pool_name": "StringValue",
    "allowed_batch_sizes": "repeated int64",
    "pad_variable_length_inputs": "bool",
}


@pytest.fixture(scope="module")
def service():
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    (service,) = yaml.safe_load(text)["services"].values()
    return service


@pytest.fixture(scope="module")
def flags(service):
    """The server's flags, by name."""
    pairs = [flag.partition("=") for flag in service["command"]]
    assert all(name.startswith("--") for name, _, _ in pairs)
    return {name.removeprefix("--"): value for name, _, value in pairs}


@pytest.fixture(scope="module")
def batching():
    """The message of batching_parameters.txt."""
    file = descriptor_pb2.FileDescriptorProto(
        name="batching.proto", package="test", syntax="proto3", dependency=[WRAPPERS]
    )
    message = file.message_type.add(name="BatchingParameters")
    kinds = descriptor_pb2.FieldDescriptorProto
    for number, (name, kind) in enumerate(BATCHING_FIELDS.items(), 1):
        field = message.field.add(name=name, number=number, label=kinds.LABEL_OPTIONAL)
        if kind.startswith("repeated"):
            field.label, field.type = kinds.LABEL_REPEATED, kinds.TYPE_INT64
        elif kind == "bool":
            field.type = kinds.TYPE_BOOL
        else:
            field.type, field.type_name = kinds.TYPE_MESSAGE, f".google.protobuf.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    made = message_factory.GetMessageClass(pool.FindMessageTypeByName("test.BatchingParameters"))()
    text = (FOLDER / "batching_parameters.txt").read_text(encoding="utf-8")
    return text_format.Parse(text, made)


WRAPPERS = "google/protobuf/wrappers.proto"


def test_every_flag_is_one_of_the_server(service, flags):
    assert set(flags) <= set(FLAGS)
    assert len(flags) == len(service["command"])


def test_the_server_is_of_the_version_that_exports(service):
    name, _, version = service["image"].partition(":")
    assert name == "tensorflow/serving"
    assert version.split(".")[:2] == tf.__version__.split(".")[:2]


def test_paths_and_ports_fit_together(service, flags):
    volumes = {volume["target"]: volume for volume in service["volumes"]}
    assert all(volume["read_only"] for volume in volumes.values())
    assert flags["model_base_path"] in volumes
    parameters = volumes.pop(flags["batching_parameters_file"])["source"]
    assert (FOLDER / parameters).is_file()
    published = [port.rsplit(":", 1)[1] for port in service["ports"]]
    assert published == [flags["port"], flags["rest_api_port"]]
    check = service["healthcheck"]["test"][-1]
    assert f"/{flags['rest_api_port']} " in check
    assert f"/v1/models/{flags['model_name']} " in check


def test_the_largest_requests_and_answers_pass(flags):
    pairs = [pair.split("=") for pair in flags["grpc_channel_arguments"].split(",")]
    limits = {name: int(value) for name, value in pairs}
    # A grey clip with a mask as large; frames of four bytes a value.
    assert limits["grpc.max_receive_message_length"] > 2 * MOST_PIXEL_VALUES
    assert limits["grpc.max_send_message_length"] > 4 * MOST_PIXEL_VALUES
    assert max(limits.values()) < 2**31


def test_batching_parameters_are_what_the_server_demands(batching):
    sizes = list(batching.allowed_batch_sizes)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == batching.max_batch_size.value
    assert batching.num_batch_threads.value >= 1
    assert not batching.pad_variable_length_inputs


def run_check(service, port):
    """Runs the health check against a port; returns its exit status."""
    kind, *command = service["healthcheck"]["test"]
    assert kind == "CMD"
    command = [part.replace("/8501 ", f"/{port} ") for part in command]
    command[command.index("timeout") + 1] = "1"
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode


def status_of(*states):
    lines = ",\n".join(f'  {{\n   "version": "1",\n   "state": "{state}"\n  }}' for state in states)
    return f'{{\n "model_version_status": [\n{lines}\n ]\n}}\n'


@pytest.mark.parametrize(
    ("status", "body", "healthy"),
    [
        (200, status_of("AVAILABLE"), True),
        (200, status_of("END", "AVAILABLE"), True),
        (200, status_of("LOADING"), False),
        (200, status_of("UNLOADING", "END"), False),
        (404, '{ "error": "Could not find any versions of model dyngen, AVAILABLE" }', False),
    ],
)
def test_the_health_check_tells_a_model_that_is_there(service, status, body, healthy):
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert (run_check(service, server.server_port) == 0) == healthy
    assert asked == ["/v1/models/dyngen"]


def test_the_health_check_fails_without_a_server_or_an_answer(service):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        assert run_check(service, port) != 0
        assert time.monotonic() - began < 3.0
    assert run_check(service, port) != 0


@pytest.mark.soak
@pytest.mark.skipif(
    shutil.which("tensorflow_model_server") is None, reason="there is no tensorflow_model_server"
)
def test_the_server_takes_these_files(service, flags, tiny_export):
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as free:
            ports.append(free.getsockname()[1])
    own = {
        "port": ports[0],
        "rest_api_port": ports[1],
        "model_base_path": tiny_export(),
        "batching_parameters_file": FOLDER / "batching_parameters.txt",
    }
    arguments = [f"--{name}={value}" for name, value in (flags | own).items()]
    with subprocess.Popen([*service["entrypoint"], *arguments]) as server:
        try:
            until = time.monotonic() + 30.0
            while run_check(service, ports[1]) != 0:
                assert time.monotonic() < until
                time.sleep(0.2)
        finally:
            server.terminate()
