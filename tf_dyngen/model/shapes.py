"""Shapes of tensors when a graph is traced."""

import tensorflow as tf


def static_shape(values: tf.Tensor) -> list[int]:
    """Returns the shape, all of which is known when tracing."""
    return values.shape.as_list()  # type: ignore[return-value]
