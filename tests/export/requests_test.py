"""Malformed requests: each is answered with a message, and the next good one is answered right."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.random_requests import GOOD, random_request

pytestmark = pytest.mark.usefixtures("unoptimized")
LOOK = {"appearance": [[0.5, -1.0]]}
VIDEO = {"seed": [1], "num_frames": [3], **LOOK}
STREAM = {"state": np.zeros([1, 6]), "seed": [1], "position": [0], "num_frames": [3], **LOOK}
IMAGE = np.zeros([1, 16, 16, 3], np.uint8)


@pytest.mark.parametrize(
    ("signature", "inputs", "message"),
    [
        ("generate", VIDEO | {"num_frames": [0]}, "num_frames must be from 1"),
        ("generate", VIDEO | {"num_frames": [-7]}, "num_frames must be from 1"),
        ("generate", VIDEO | {"num_frames": [2**31 - 1]}, "at most 134217728 pixel values"),
        ("generate_float", VIDEO | {"num_frames": [10**6]}, "at most 134217728 pixel values"),
        ("generate", VIDEO | {"seed": [-1]}, "seed must be from 0"),
        ("generate", VIDEO | {"seed": [1, 2]}, "must have one number of rows"),
        ("generate", VIDEO | {"appearance": [[np.nan, 0]]}, "appearance holds NaN"),
        ("generate", VIDEO | {"appearance": np.zeros([0, 2])}, "must have one number of rows"),
        ("generate", {name: np.array(value)[:0] for name, value in VIDEO.items()}, "no rows"),
        ("generate", {name: value * 1000 for name, value in VIDEO.items()}, "more than 64 rows"),
        ("stream", STREAM | {"state": np.full([1, 6], np.inf)}, "state holds NaN or infinity"),
        ("stream", STREAM | {"position": [-1]}, "position must be from 0"),
        ("stream", STREAM | {"position": [2**31 - 1]}, "position must be at most"),
        ("stream_scaled", STREAM | {"noise_scale": [-0.5]}, "noise_scale must be from 0 to 4"),
        ("stream_scaled", STREAM | {"noise_scale": [np.nan]}, "noise_scale"),
        ("stream_scaled", STREAM | {"noise_scale": [5.0]}, "noise_scale must be from 0 to 4"),
        ("start", {"seed": [1], "clip": [3]}, "clip must be from -1 to 2"),
        ("start", {"seed": [1], "clip": [-2]}, "clip must be from -1 to 2"),
        ("animate", {"image": np.zeros([1, 0, 5, 3])}, "image must have 4 to 8192"),
        ("infer", {"clip": np.zeros([1, 0, 16, 16, 3])}, "clip has no frames"),
        ("infer", {"clip": np.zeros([1, 1025, 16, 16, 3])}, "at most 1024 frames"),
        (
            "infer_masked",
            {"clip": IMAGE[None], "hidden": np.zeros([1, 2, 16, 16])},
            "hidden must have as many frames as clip",
        ),
        (
            "infer_masked",
            {"clip": IMAGE[None], "hidden": np.ones([1, 1, 16, 16])},
            "hidden hides every pixel of a clip",
        ),
        ("decode", {"states": np.zeros([1, 0, 6]), **LOOK}, "states has no frames"),
        ("decode", {"states": np.full([1, 2, 6], np.nan), **LOOK}, "states holds NaN"),
    ],
)
def test_a_malformed_request_gets_a_message(with_looks, signature, inputs, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        with_looks.call(signature, **inputs)


def spoilt(exported, place, value):
    state = exported.call("start", seed=[5], clip=[-1])["state"]
    state[0, place] = value
    return state


@pytest.mark.parametrize(
    ("place", "value"),
    # A moment, and the last patch's place: its column. There are 36 moments.
    [(0, 36.0), (0, -1.0), (0, 1e30), (-1, 9.0), (-1, -1.0), (-1, 3e38)],
)
def test_a_state_that_no_video_has_is_refused(exported, place, value):
    """Else it would show, or overwrite, what is beside the memory."""
    state = spoilt(exported, place, value)
    numbers = {"seed": [1], "position": [0], "num_frames": [3]}
    with pytest.raises(tf.errors.InvalidArgumentError, match="state is no state of this model"):
        exported.call("stream", state=state, **numbers)
    with pytest.raises(tf.errors.InvalidArgumentError, match="states is no state of this model"):
        exported.call("decode", states=state[:, None])
    same = spoilt(exported, place, 8.0 if place else 35.0)
    assert exported.call("stream", state=same, **numbers)["frames"].shape[1] == 3


@pytest.mark.parametrize("variety", [-0.1, 1.1, np.nan])
def test_variety_has_bounds(exported, variety):
    for name in ("generate_varied", "stream_varied"):
        state = exported.call("start", seed=[5], clip=[-1])["state"]
        given = {"state": state, "position": [0]} if name == "stream_varied" else {}
        with pytest.raises(tf.errors.InvalidArgumentError, match="variety"):
            exported.call(name, seed=[1], num_frames=[3], variety=[variety], **given)


def test_random_requests_never_end_the_process(exported):
    """A session feeds what it is given: as for a server, the graph has to check it."""
    session = tf.compat.v1.Session(graph=tf.Graph())
    with session.graph.as_default():
        meta = tf.compat.v1.saved_model.load(session, ["serve"], str(exported.path))
    random = np.random.default_rng(0)
    good = None
    for _ in range(50):
        name, inputs, is_good = random_request(random, meta.signature_def)
        definition = meta.signature_def[name]
        feeds = {definition.inputs[key].name: value for key, value in inputs.items()}
        fetches = {key: value.name for key, value in definition.outputs.items()}
        if is_good:
            session.run(fetches, feeds)
        else:
            with pytest.raises((tf.errors.OpError, ValueError, TypeError)) as raised:
                session.run(fetches, feeds)
            assert str(raised.value)
        answer = session.run(fetches_of(meta, GOOD.name), feeds_of(meta, GOOD.name, GOOD.inputs))
        good = good if good is not None else answer
        np.testing.assert_array_equal(answer["state"], good["state"])


def fetches_of(meta, name):
    return {key: value.name for key, value in meta.signature_def[name].outputs.items()}


def feeds_of(meta, name, inputs):
    return {meta.signature_def[name].inputs[key].name: value for key, value in inputs.items()}
