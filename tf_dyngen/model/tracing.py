"""Less tracing of what a graph repeats."""

from collections.abc import Callable

import tensorflow as tf


def traced_once(function: Callable) -> Callable:
    """Returns a function to be called several times, with inputs of the same shapes, in a graph.

    Tracing takes milliseconds an operation; here the graph holds the function once, and calls of
    it. Values and gradients to the inputs are to the bit those of repeating it; gradients to
    variables add up in another order. Outside of graphs it is the function itself.

    Args:
      function: tensors -> tensors, with no side effects.
    """
    if tf.executing_eagerly():
        return function
    return tf.function(lambda *inputs: function(*inputs), autograph=False)
