"""Random requests of exported signatures, half of them malformed."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

# Inference of clips takes seconds.
LEFT_OUT = ("infer", "infer_masked", "animate", "__saved_model_init_op")
MOST_ROWS, MOST_FRAMES = 3, 40


class Request(NamedTuple):
    """A signature's name and its inputs by name."""

    name: str
    inputs: dict[str, np.ndarray]


GOOD = Request("start", {"seed": np.array([3], np.int32), "clip": np.array([-1], np.int32)})


def random_request(random, signature_defs):
    """Returns (signature, inputs, whether they are good) for signature definitions by name."""
    names = sorted(name for name in signature_defs if name not in LEFT_OUT)
    name = names[random.integers(len(names))]
    inputs = _good_inputs(random, signature_defs[name].inputs)
    if random.random() < 0.5:
        return name, inputs, True
    spoilt = sorted(inputs)[random.integers(len(inputs))]
    inputs[spoilt] = _spoil(random, spoilt, inputs[spoilt])
    return name, inputs, False


def _good_inputs(random, fields):
    rows, num_states = random.integers(1, MOST_ROWS + 1), random.integers(1, MOST_FRAMES)
    inputs = {}
    for name, field in fields.items():
        sides = [side.size for side in field.tensor_shape.dim]
        shape = [rows, *(num_states if side < 0 else side for side in sides[1:])]
        dtype = tf.dtypes.as_dtype(field.dtype).as_numpy_dtype
        if np.issubdtype(dtype, np.floating):
            inputs[name] = random.random(shape).astype(dtype)
        else:
            low, high = {"clip": (-1, 1), "num_frames": (1, MOST_FRAMES)}.get(name, (0, 2**20))
            inputs[name] = random.integers(low, high, shape).astype(dtype)
    return inputs


def _spoil(random, name, value):
    """Returns a value of another rank, type or number of rows, or with an entry out of bounds."""
    kind = random.integers(5)
    if kind == 0:
        return np.stack([value, value])
    if kind == 1:
        return value[0]
    if kind == 2:
        return np.full(value.shape, b"text", object)
    if kind == 3:
        return np.concatenate([value] * 70)
    spoilt = value.copy()
    if np.issubdtype(value.dtype, np.floating):
        spoilt.flat[0] = random.choice([np.nan, np.inf, -np.inf])
    else:
        spoilt.flat[0] = {"num_frames": 2**31 - 1}.get(name, random.choice([-(2**31), -17]))
    return spoilt
