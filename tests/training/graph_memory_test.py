"""Graphs with gradients of their own are gone once nothing uses them."""

import gc
import weakref

import pytest
import tensorflow as tf

from tf_dyngen.training.graph_memory import released_graphs


@tf.custom_gradient
def doubled(x):
    return 2.0 * x, lambda upstream: 2.0 * upstream


def build():
    """A graph that is traced and differentiated, of which only a weak reference is left."""
    function = tf.function(lambda x: tf.gradients(doubled(x), x), autograph=False)
    concrete = function.get_concrete_function(tf.TensorSpec([]))
    assert concrete(tf.constant(1.0))[0] == 2.0
    return weakref.ref(concrete.graph)


def test_a_graph_is_gone_after_the_block_and_other_gradients_stay():
    kept = build()
    with released_graphs():
        graph = build()
        gc.collect()
        assert graph() is not None
    assert graph() is None
    # Outside of it TensorFlow lets go of nothing, which is why it is there.
    assert kept() is not None


def test_it_is_gone_after_an_error_too():
    graphs = []

    def fail():
        with released_graphs():
            graphs.append(build())
            raise ValueError("too short")

    with pytest.raises(ValueError, match="short"):
        fail()
    gc.collect()
    assert graphs[0]() is None
