"""Requests that TensorFlow Serving makes of a new version before it serves others."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import model_pb2, predict_pb2, prediction_log_pb2

from tf_dyngen.export.computations import ServedModel
from tf_dyngen.export.signatures import Signature
from tf_dyngen.inference.video_draws import BLOCK

# Where TensorFlow Serving looks for them.
FILE = Path("assets.extra/tf_serving_warmup_requests")
# Inference of clips takes seconds, and is asked for seldom.
LEFT_OUT = ("infer", "infer_masked")


def write_warmup_requests(folder: Path, model: ServedModel, signatures: list[Signature]) -> None:
    """Writes one request for each signature but those LEFT_OUT into a version's folder."""
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature in signatures:
            if signature.name not in LEFT_OUT:
                writer.write(_prediction_log(signature, model).SerializeToString())


def sample_inputs(signature: Signature, model: ServedModel) -> dict[str, np.ndarray]:
    """Returns a small request: a block of frames of seed 0, one state, a grey image."""
    inputs = {}
    for field in signature.inputs:
        sides = [1] if field.name == "image" else [1, 1]
        sizes = [*sides, *model.frame_shape][: len(field.shape)]
        if field.dtype.is_floating:
            sizes[-1] = field.shape[-1] or 1
        fill = {"num_frames": BLOCK, "image": 127}.get(field.name, 0)
        inputs[field.name] = np.full(sizes, fill, field.dtype.as_numpy_dtype)
    return inputs


def _prediction_log(signature: Signature, model: ServedModel):
    request = predict_pb2.PredictRequest(
        model_spec=model_pb2.ModelSpec(signature_name=signature.name),
        inputs={
            name: tf.make_tensor_proto(value)
            for name, value in sample_inputs(signature, model).items()
        },
    )
    return prediction_log_pb2.PredictionLog(
        predict_log=prediction_log_pb2.PredictLog(request=request)
    )
