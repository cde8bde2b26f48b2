"""TensorFlow Serving's gRPC interface, PredictionService."""

from collections.abc import Mapping
from typing import Any

import grpc
import numpy as np
from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2, prediction_service_pb2_grpc

from tf_dyngen.serving.signatures import Signature
from tf_dyngen.serving.transport import (
    MalformedError,
    Metadata,
    MissingError,
    TransientError,
    refusal,
)

_TRANSIENT = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    # Of calls under way when the server stops.
    grpc.StatusCode.CANCELLED,
)
_OPTIONS = [
    # gRPC's limit of 4 MiB is less than 30 frames of 256x256; the server has a limit of its own.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # While a channel waits to reconnect, two minutes in the end, calls fail without being tried.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
]
_SIGNATURES = "signature_def"


class RpcTransport:
    """Calls PredictionService without encryption.

    Args:
      address: HOST:PORT, of --port.
      model: its name on the server.
      timeout: seconds until a call is given up.
    """

    def __init__(self, address: str, model: str, timeout: float):
        self._model = model
        self._timeout = timeout
        self._channel = grpc.insecure_channel(address, _OPTIONS)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)

    def metadata(self) -> Metadata:
        """Asks for the newest version's signatures."""
        request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=[_SIGNATURES])
        request.model_spec.name = self._model
        response = self._call(self._stub.GetModelMetadata, request)
        signature_defs = get_model_metadata_pb2.SignatureDefMap()
        if not response.metadata[_SIGNATURES].Unpack(signature_defs):
            raise MalformedError("its metadata are of another form")
        spec = response.model_spec
        return Metadata(
            spec.version.value if spec.HasField("version") else None,
            json_format.MessageToDict(signature_defs, preserving_proto_field_name=True),
        )

    def predict(
        self,
        name: str,
        signature: Signature,
        inputs: Mapping[str, np.ndarray],
        version: int | None,
    ) -> dict[str, np.ndarray]:
        """Runs the signature called `name`; arrays have a leading batch axis."""
        import tensorflow as tf

        request = predict_pb2.PredictRequest()
        request.model_spec.name = self._model
        request.model_spec.signature_name = name
        if version is not None:
            request.model_spec.version.value = version
        for key, array in inputs.items():
            request.inputs[key].CopyFrom(tf.make_tensor_proto(array))
        response = self._call(self._stub.Predict, request)
        try:
            return {
                key: tf.make_ndarray(response.outputs[key])
                for key in signature.outputs
                if key in response.outputs
            }
        except (TypeError, ValueError) as error:
            raise MalformedError(f"its answer to {name!r} is of another form") from error

    def close(self) -> None:
        """Ends calls under way."""
        self._channel.close()

    def _call(self, method: grpc.UnaryUnaryMultiCallable, request: Any) -> Any:
        try:
            return method(request, timeout=self._timeout)
        except grpc.RpcError as error:
            raise _translated(error) from error
        except ValueError as error:
            # gRPC's for a channel that another thread has closed.
            raise TransientError("the connection is closed") from error


def _translated(error: grpc.RpcError) -> Exception:
    code, details = error.code(), error.details() or ""
    if code in _TRANSIENT:
        return TransientError(details or code.name)
    if code is grpc.StatusCode.NOT_FOUND:
        return MissingError(details)
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return MalformedError("a gRPC server without PredictionService")
    return refusal(details or code.name)
