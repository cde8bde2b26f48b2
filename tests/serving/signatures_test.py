"""What a client reads off a server's metadata, and what it takes for an answer."""

import numpy as np
import pytest

from tf_dyngen.serving import signatures


def tensor(dtype, *sizes):
    return {"dtype": dtype, "tensor_shape": {"dim": [{"size": str(size)} for size in sizes]}}


def generator(**changes):
    """The JSON form of a SignatureDefMap."""
    stream = {
        "inputs": {"state": tensor("DT_FLOAT", -1, 20), "seed": tensor("DT_INT32", -1)},
        "outputs": {"frames": tensor("DT_UINT8", -1, -1, 48, 64, 1)},
    }
    initialization = {"inputs": {}, "outputs": {"op": {"dtype": "DT_INVALID"}}}
    return {"signature_def": {"stream": stream | changes, "__init": initialization}}


def test_sizes_are_read_off_the_stream():
    found = signatures.read_signatures(generator())
    assert list(found) == ["stream"]
    assert signatures.describe(found) == (48, 64, 1, 20, 0, False)
    looks = {"appearance": tensor("DT_FLOAT", -1, 5), "state": tensor("DT_FLOAT", -1, 20)}
    found = signatures.read_signatures(generator(inputs=looks))
    assert signatures.describe(found).appearance_size == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outputs": {}}, "no 'frames'"),
        ({"outputs": {"frames": tensor("DT_FLOAT", -1, -1, 4, 4, 3)}}, "float32"),
        ({"outputs": {"frames": tensor("DT_UINT8", -1, 4, 4, 3)}}, "5 axes"),
        ({"outputs": {"frames": tensor("DT_UINT8", -1, -1, -1, 4, 3)}}, "any"),
        (
            {"outputs": {"frames": {"dtype": "DT_UINT8", "tensor_shape": {"unknown_rank": True}}}},
            "5 axes",
        ),
        ({"inputs": {"noise": tensor("DT_FLOAT", -1, 4)}}, "no 'state'"),
        ({"inputs": {"words": tensor("DT_STRING", -1)}}, "no signature 'stream'"),
    ],
)
def test_what_is_no_generator_is_told(changes, words):
    with pytest.raises(ValueError, match=words):
        signatures.describe(signatures.read_signatures(generator(**changes)))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((1, 2, 48, 64, 3), np.uint8), "48, 64, 3.* where uint8 .*48, 64, 1"),
        (np.zeros((1, 48, 64, 1), np.uint8), "announced"),
        (np.zeros((1, 2, 48, 64, 1), np.float32), "float32"),
        (None, "missing"),
    ],
)
def test_another_answer_than_announced_is_told(array, words):
    stream = signatures.read_signatures(generator())["stream"]
    signatures.check_outputs({"frames": np.zeros((2, 9, 48, 64, 1), np.uint8)}, stream)
    with pytest.raises(ValueError, match=words):
        signatures.check_outputs({} if array is None else {"frames": array}, stream)
