"""Warm-up requests are those of the format, and the model answers them."""

import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

pytestmark = pytest.mark.usefixtures("unoptimized")


def test_every_warm_up_request_is_answered(either):
    path = either.path / "assets.extra/tf_serving_warmup_requests"
    asked = []
    for record in tf.data.TFRecordDataset(str(path)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        name = request.model_spec.signature_name
        inputs = {key: tf.make_ndarray(value) for key, value in request.inputs.items()}
        specs = either.signatures[name].structured_input_signature[1]
        assert {key: value.dtype for key, value in inputs.items()} == {
            key: spec.dtype.as_numpy_dtype for key, spec in specs.items()
        }
        assert either.call(name, **inputs)
        asked.append(name)
    assert set(asked) == either.signatures.keys() - {"infer", "infer_masked"}
    assert len(asked) <= 1000  # More would not be replayed.
