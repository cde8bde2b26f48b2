"""The preconditioner of a run: follows the weights at a low rate, and resumes to the bit."""

from collections.abc import Callable

import tensorflow as tf

from tf_dyngen.inference.preconditioning import Linearization, build_preconditioner, linearize
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents


class FollowingPreconditioner:
    """A preconditioner that is built anew from the weights every so many steps.

    `reference` holds the linearisation it was last built from. It belongs into checkpoints; the
    matrices, which are large, follow from it.

    Args:
      generator: the model.
      num_frames: of a window.
      precision: 1 / sigma^2 of the likelihood.
      every: steps.
    """

    def __init__(self, generator: Generator, *, num_frames: int, precision: float, every: int):
        self._every = every
        self._current = False
        sizes = generator.latent_sizes
        state, noise, appearance = sizes.state, sizes.noise, sizes.appearance
        shapes = ((state, state), (noise, state), (state, state), (appearance, appearance))
        self.reference = tf.Module(name="reference")
        with tf.device("CPU:0"):
            model = Linearization(*(_zeros(shape) for shape in shapes))
            sides = (num_frames * noise, state, appearance)
            self.roots = Latents(*(_zeros((side, side)) for side in sides))
        self.reference.model = model
        self._linearize = tf.function(lambda latents: linearize(generator, latents))
        self._build = tf.function(
            lambda: build_preconditioner(model, num_frames=num_frames, precision=precision)
        )

    def before_step(self, step: int, latents_fn: Callable[[], Latents]) -> None:
        """Brings `roots` up to date for a step, counted from 0.

        Args:
          step: whether it is time to follow the weights.
          latents_fn: gives the latents of one window, leaves [1, ...]; where to linearise.
        """
        if step % self._every == 0:
            _assign(self.reference.model, self._linearize(latents_fn()))
            self._current = False
        if not self._current:
            _assign(self.roots, self._build())
            self._current = True


def _zeros(shape) -> tf.Variable:
    return tf.Variable(tf.zeros(shape), trainable=False)


def _assign(variables, values) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
