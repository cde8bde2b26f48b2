"""Langevin chains that cool down to modes of a window's posterior: pure, in a graph or out of it.

The temperature falls to 0 over the first half of the moves. The moves are preconditioned by the
posterior covariance of the model, linearised where the first chain starts.
"""

from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.inference.langevin import langevin_step
from tf_dyngen.inference.preconditioning import build_preconditioner, linearize
from tf_dyngen.model.density import Evidence, log_joint_density
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents

# Of preconditioned moves, for which 1 is a Gauss-Newton step cut in half: longer ones overshoot
# where the posterior is more curved than its linearisation.
STEP_SIZE = 0.7


class ModeSearch(NamedTuple):
    """Where B chains are.

    latents: leaves [B, ...]. best: the point of the highest density that each has passed.
    log_density: [B], that of `best`, in nats.
    """

    latents: Latents
    best: Latents
    log_density: tf.Tensor

    def winner(self) -> Latents:
        """Returns the best point of all chains, leaves [1, ...]."""
        row = tf.argmax(self.log_density)
        return Latents(*(tf.gather(leaf, row)[None] for leaf in self.best))


def start_search(starts: Latents) -> ModeSearch:
    """Returns chains at their starts, leaves [B, ...], of which nothing is known yet."""
    unknown = tf.fill(tf.shape(starts.initial_state)[:1], -float("inf"))
    return ModeSearch(starts, starts, tf.cast(unknown, starts.initial_state.dtype))


def search_preconditioner(
    generator: Generator, starts: Latents, visible_shares, precision: float
) -> Latents:
    """Returns the preconditioner of chains with these starts, see `build_preconditioner`."""
    model = linearize(generator, Latents(*(leaf[:1] for leaf in starts)))
    return build_preconditioner(model, visible_shares, precision=precision)


def search_step(
    generator: Generator,
    search: ModeSearch,
    evidence: Evidence,
    *,
    preconditioner: Latents,
    noise: Latents,
    share_done,
    held,
    precision: float,
) -> ModeSearch:
    """Looks at where the chains are, and moves them.

    Args:
      generator: its weights stand still.
      search: the chains.
      evidence: of one window; the chains share it.
      preconditioner: see `search_preconditioner`.
      noise: standard normal draws, the shapes of the latents.
      share_done: which part of the moves has been made, from 0 to 1.
      held: bool scalar, whether initial state and appearance stand still.
      precision: 1 / sigma^2.
    """

    def log_density(candidate: Latents):
        return log_joint_density(generator, candidate, evidence, precision=precision).log_joint

    moved, info = langevin_step(
        search.latents,
        log_density,
        step_size=STEP_SIZE,
        noise=noise,
        temperature=tf.maximum(0.0, 1.0 - 2.0 * share_done),
        preconditioner=preconditioner,
    )
    # A density that is no number is not better.
    better = info.log_density > search.log_density
    pairs = zip(search.latents, search.best, strict=True)
    best = Latents(*(_choose(better, *pair) for pair in pairs))
    kept = [tf.where(held, *pair) for pair in zip(search.latents[1:], moved[1:], strict=True)]
    highest = tf.where(better, info.log_density, search.log_density)
    return ModeSearch(Latents(moved.noise, *kept), best, highest)


def _choose(condition: tf.Tensor, values: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Returns values [B, ...] where the condition [B] holds, others elsewhere."""
    ones = [1] * (values.shape.rank - 1)
    return tf.where(tf.reshape(condition, [-1, *ones]), values, others)
