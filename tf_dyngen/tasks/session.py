"""One sitting of a training: where it computes, when it stops, who follows it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.training.devices import AUTO
from tf_dyngen.training.trainer import Action, Trainer

# While a session lasts, gives what says whether to stop.
Stopping = AbstractContextManager[Callable[[], bool]]


class Session(NamedTuple):
    """How one sitting of a training goes.

    strategy: a name of `devices.STRATEGIES`, or a strategy itself.
    max_seconds: of training.
    wait_seconds: for other workers at the start, see `choose_strategy`.
    stopping: entered while steps are taken; None is never stopped.
    followers: (Trainer) -> more actions; None for no more.
    is_kept: whether the work directory is: samples/ are drawn, and what to do next is said.
    """

    strategy: str | tf.distribute.Strategy = AUTO
    max_seconds: float = float("inf")
    wait_seconds: float = 600.0
    stopping: Stopping | None = None
    followers: Callable[[Trainer], Sequence[Action]] | None = None
    is_kept: bool = True


USUAL = Session()


class Ended(NamedTuple):
    """How a session ended: steps completed, of how many, and the figures of the last one."""

    step: int
    num_steps: int
    figures: dict[str, float]
