"""A long stream of an export in float16 stays as near to that in float32 as it begins."""

import numpy as np
import pytest
import tensorflow as tf

LOOK = [[0.5, -1.0]]


def stream(signatures, num_frames, chunk=100):
    """The first and the last frames, `chunk` of each."""
    state = signatures["start"](seed=tf.constant([3]), clip=tf.constant([0]))["state"]
    ends = []
    for position in range(0, num_frames, chunk):
        given = {"seed": tf.constant([3]), "position": tf.constant([position])}
        given |= {"num_frames": tf.constant([chunk]), "appearance": tf.constant(LOOK)}
        made = signatures["stream"](state=state, **given)
        state = made["next_state"]
        if position in (0, num_frames - chunk):
            ends.append(made["frames"][0].numpy().astype(int))
    return ends


@pytest.mark.parametrize("num_frames", [2000, pytest.param(20000, marks=pytest.mark.soak)])
def test_rounded_weights_do_not_lead_a_stream_astray(with_looks, half, num_frames):
    rounded = stream(tf.saved_model.load(str(half)).signatures, num_frames)
    whole = stream(with_looks.signatures, num_frames)
    differences = [np.abs(a - b).mean() for a, b in zip(rounded, whole, strict=True)]
    assert 0 < differences[0] < 1.0
    # What rounding does is forgotten as the noise is: it does not add up.
    assert differences[1] < 2 * differences[0] + 0.1
    # It still moves, as much as it did.
    moved = [np.abs(np.diff(frames, axis=0)).mean() for frames in rounded]
    assert 0.5 * moved[0] < moved[1] < 2 * moved[0]
