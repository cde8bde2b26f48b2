"""Memory of graphs that are not used any more, for what builds one model after the other."""

import contextlib
import gc
from collections.abc import Iterator

# TensorFlow has no public name for it.
from tensorflow.python.framework import ops

_PREFIX = "CustomGradient-"


@contextlib.contextmanager
def released_graphs() -> Iterator[None]:
    """Gives back, when the block ends, the memory of the graphs that were built in it.

    TensorFlow registers the gradient of every call of a `tf.custom_gradient` for ever, and with it
    the whole graph: some 50 MB and more for each trained model. No function that was traced in the
    block may be differentiated after it.
    """
    registered = ops.gradient_registry._registry  # type: ignore[attr-defined]
    before = set(registered)
    try:
        yield
    finally:
        for name in set(registered) - before:
            if name.startswith(_PREFIX):
                del registered[name]
        gc.collect()
