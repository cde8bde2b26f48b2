"""Keras callbacks that follow a training."""

import contextlib
from collections.abc import Callable, Iterable, Iterator

import keras

from tf_dyngen.training.metrics import Metrics
from tf_dyngen.training.trainer import Trainer


class Followers:
    """Calls Keras callbacks as `keras.Model.fit` does, one batch a step.

    An epoch is as many steps as it takes to see every window of every clip. The logs are the
    figures of `training.metrics.Metrics` that are known; an epoch's are those of its last step.
    `callback.model` is the generator, a `keras.Model`; its `stop_training` stops after the step.

    Args:
      callbacks: in the order in which they are called.
    """

    def __init__(self, callbacks: Iterable[keras.callbacks.Callback]):
        self.history = keras.callbacks.History()
        self._callbacks = [*callbacks, self.history]
        self._model: keras.Model | None = None
        self._epoch_length = self._num_steps = 1

    @contextlib.contextmanager
    def stopping(self) -> Iterator[Callable[[], bool]]:
        """Gives what says whether a callback wants training to stop."""
        yield lambda: self._model is not None and bool(self._model.stop_training)

    def follow(self, trainer: Trainer) -> list["Followers"]:
        """Begins to follow a trainer, as an action of it."""
        self._model = trainer.generator
        self._model.stop_training = False
        self._epoch_length = trainer.batches.epoch_length
        self._num_steps = trainer.config.learning.steps
        epochs = -(-self._num_steps // self._epoch_length)
        for callback in self._callbacks:
            callback.set_params({"epochs": epochs, "steps": self._epoch_length, "verbose": 0})
            callback.set_model(self._model)
        self._call("on_train_begin")
        if trainer.completed < self._num_steps:
            self._begin_step(trainer.completed, is_first=True)
        return [self]

    def after_step(self, metrics: Metrics) -> None:
        """Ends the step's batch, and its epoch if that was the last one of it."""
        epoch, batch = divmod(metrics.step - 1, self._epoch_length)
        self._call("on_train_batch_end", batch, metrics.known())
        if batch == self._epoch_length - 1:
            self._call("on_epoch_end", epoch, metrics.known())
        assert self._model is not None
        if metrics.step < self._num_steps and not self._model.stop_training:
            self._begin_step(metrics.step)

    def at_end(self, metrics: Metrics | None) -> None:
        """Ends an epoch that is not complete, and training."""
        logs = {} if metrics is None else metrics.known()
        if metrics is not None and metrics.step % self._epoch_length:
            self._call("on_epoch_end", (metrics.step - 1) // self._epoch_length, logs)
        self._call("on_train_end", logs)

    def _begin_step(self, step: int, *, is_first: bool = False) -> None:
        epoch, batch = divmod(step, self._epoch_length)
        if is_first or not batch:
            self._call("on_epoch_begin", epoch, {})
        self._call("on_train_batch_begin", batch, {})

    def _call(self, method: str, *arguments) -> None:
        for callback in self._callbacks:
            getattr(callback, method)(*arguments)
