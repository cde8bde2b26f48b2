"""The weights of an export: plain variables that a generator computes with while it is traced.

The attention model's clip is among them, each kind of number in a type of its own.
"""

import contextlib
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.generator import AnyGenerator
from tf_dyngen.model.transition import LinearTransition


class ExportedWeights(tf.Module):
    """Copies of a generator's weights, and where trained clips start, as they are saved.

    TensorFlow's C++ loader does not find the variables of a Keras model; it finds these.

    Args:
      generator: whose weights are copied.
      clip_states: [M, S], where trained clips start.
      clip_appearance: [M, A], what they look like.
      dtype: float32 or float16, of what is saved; all is computed in float32. Whole numbers keep
        their type. So do the matrices of linear dynamics: their largest eigenvalues are so near 1
        that rounding would make long streams grow or fade. So does all of an attention model: what
        it remembers decides which patches are shown, and others would be with rounded numbers.
    Raises: UserError where a weight is too large for the type.
    """

    def __init__(
        self,
        generator: AnyGenerator,
        clip_states: np.ndarray,
        clip_appearance: np.ndarray,
        dtype: tf.DType,
    ):
        super().__init__(name="weights")
        self.dtype = tf.float32 if isinstance(generator, AttentionGenerator) else dtype
        self.weights = [
            _variable(
                variable.numpy(),
                tf.float32 if variable.path in _exact_of(generator) else self.dtype,
                variable.path,
            )
            for variable in generator.variables
        ]
        self.clip_states = _variable(clip_states, self.dtype, "clip_states")
        self.clip_appearance = _variable(clip_appearance, self.dtype, "clip_appearance")

    @contextlib.contextmanager
    def in_use(self, generator: AnyGenerator) -> Iterator[None]:
        """Makes the generator compute with these; for the tracing of a graph.

        It is not kept: TensorFlow would save it beside these.
        """
        mapping = [
            (variable, tf.cast(weight, variable.dtype))
            for variable, weight in zip(generator.variables, self.weights, strict=True)
        ]
        with keras.StatelessScope(state_mapping=mapping):
            yield

    def anchors(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the states [M, S] and appearance [M, A] where trained clips start."""
        return tf.cast(self.clip_states, tf.float32), tf.cast(self.clip_appearance, tf.float32)


def _exact_of(generator: AnyGenerator) -> set[str]:
    """Returns the paths of weights that are never rounded."""
    transition = getattr(generator, "transition", None)
    if not isinstance(transition, LinearTransition):
        return set()
    return {transition.transition_matrix.path, transition.noise_gain.path}


def _variable(values: np.ndarray, dtype: tf.DType, name: str) -> tf.Variable:
    if not np.issubdtype(values.dtype, np.floating):
        return tf.Variable(tf.constant(values), trainable=False)
    with np.errstate(over="ignore"):
        cast = values.astype(dtype.as_numpy_dtype)
    if not np.all(np.isfinite(cast)):
        largest = np.abs(values).max()
        raise UserError(
            f"{name} holds {largest:g}, no number of {dtype.name}",
            "export without --half" if np.isfinite(largest) else "train the run again",
        )
    return tf.Variable(tf.constant(cast), trainable=False)
