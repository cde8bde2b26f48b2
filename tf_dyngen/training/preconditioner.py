"""The preconditioner of a run: follows the weights at a low rate, and resumes to the bit."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.inference.preconditioning import Linearization, build_preconditioner
from tf_dyngen.model.latents import Latents, LatentSizes


class FollowingPreconditioner:
    """A preconditioner that is built anew from the weights every so many steps.

    `reference` holds the linearisation it was last built from. It belongs into checkpoints; the
    matrices, which are large, follow from it.

    Args:
      sizes: of the latents.
      visible_shares: [W, L] float32, which part of each frame of each window is visible; windows
        that show the same share a matrix.
      precision: 1 / sigma^2 of the likelihood.
      every: steps.
      num_windows: how many windows as these a clip has, see `infer_latents`.
    """

    def __init__(
        self,
        sizes: LatentSizes,
        visible_shares: np.ndarray,
        *,
        precision: float,
        every: int,
        num_windows: float = 1.0,
    ):
        self._every = every
        self._shares, kinds = np.unique(visible_shares, axis=0, return_inverse=True)
        self._kinds = kinds.ravel()
        self._roots: list[Latents] = []
        state, noise, appearance = sizes.state, sizes.noise, sizes.appearance
        shapes = ((state, state), (noise, state), (state, state), (appearance, appearance))
        dtype = keras.config.floatx()
        self.reference = tf.Module(name="reference")
        with tf.device("CPU:0"):
            model = Linearization(
                *(tf.Variable(tf.zeros(shape, dtype), trainable=False) for shape in shapes)
            )
        self.reference.model = model
        self._build = tf.function(
            lambda shares: build_preconditioner(
                model, shares, precision=precision, num_windows=num_windows
            ),
            autograph=False,
        )

    def roots(
        self, step: int, window: int, linearization_fn: Callable[[], Linearization]
    ) -> Latents:
        """Returns the matrices L of a step, counted from 0, that sees the window of that number.

        Args:
          step: whether it is time to follow the weights.
          window: row of `visible_shares`.
          linearization_fn: gives the weights' linearisation where the chains are now.
        """
        if step % self._every == 0:
            for variable, value in zip(self.reference.model, linearization_fn(), strict=True):
                variable.assign(value)
            self._roots = []
        if not self._roots:
            dtype = keras.config.floatx()
            self._roots = [self._build(tf.constant(shares, dtype)) for shares in self._shares]
        return self._roots[self._kinds[window]]
