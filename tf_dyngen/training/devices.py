"""Where the replicas run: distribution strategies by name."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator

import tensorflow as tf

from tf_dyngen.errors import UserError, WorkerLostError

AUTO = "auto"
ONE_DEVICE = "one_device"
MIRRORED = "mirrored"
MULTI_WORKER = "multi_worker"
STRATEGIES = (AUTO, ONE_DEVICE, MIRRORED, MULTI_WORKER)
TF_CONFIG = "TF_CONFIG"
EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, "task": {"type": "worker", "index": 0}}'
)


@contextlib.contextmanager
def plain_sums() -> Iterator[None]:
    """Switches graph rewriting of sums off while the block lasts, which covers first calls.

    TensorFlow 2.21 turns sums of gradients in a while loop into temporary variables that collide
    from one iteration to the next (AlreadyExistsError).
    """
    name = "arithmetic_optimization"
    before = tf.config.optimizer.get_experimental_options().get(name, True)
    tf.config.optimizer.set_experimental_options({name: False})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({name: before})


def choose_strategy(name: str, *, wait_seconds: float = 600.0) -> tf.distribute.Strategy:
    """Returns a strategy; to be called before TensorFlow computes anything.

    `auto` mirrors over all GPUs if there are several, else takes one device. `mirrored` mirrors
    over all GPUs, or over all logical CPUs where there is no GPU. `multi_worker` does so on every
    machine of the cluster that the environment variable TF_CONFIG describes.

    Args:
      name: of STRATEGIES.
      wait_seconds: how long to wait for the other workers; then SIGALRM ends the process.
    Raises: UserError if `mirrored` is asked for and there is one device only, or `multi_worker`
      and TF_CONFIG describes no cluster. WorkerLostError if another worker does not answer.
    """
    if name == MULTI_WORKER:
        _check_cluster(os.environ.get(TF_CONFIG))
        return _join_cluster(wait_seconds)
    gpus = tf.config.list_logical_devices("GPU")
    devices = gpus or tf.config.list_logical_devices("CPU")
    if name == MIRRORED and len(devices) < 2:
        raise UserError(
            f"--strategy=mirrored needs two devices, there is {devices[0].name} alone",
            "use --strategy=one_device",
        )
    if name == MIRRORED or (name == AUTO and len(gpus) > 1):
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    return tf.distribute.OneDeviceStrategy(devices[0].name)


def _join_cluster(wait_seconds: float) -> tf.distribute.MultiWorkerMirroredStrategy:
    # TensorFlow waits for ever, deaf to SIGTERM and SIGINT, and lets no other thread run.
    signal.setitimer(signal.ITIMER_REAL, wait_seconds)
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except tf.errors.OpError as error:
        raise WorkerLostError from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _check_cluster(text: str | None) -> None:
    """Raises UserError unless the text of TF_CONFIG names workers and this one among them."""
    advice = f"set {TF_CONFIG} on every machine, as {EXAMPLE}"
    if not text:
        raise UserError(f"--strategy=multi_worker and {TF_CONFIG} is not set", advice)
    try:
        values = json.loads(text)
        addresses, task = values["cluster"]["worker"], values["task"]
        index = int(task["index"])
        kind = task["type"]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{TF_CONFIG} describes no cluster ({error!r})", advice) from error
    others = set(values["cluster"]) - {"worker"}
    if others or kind != "worker":
        named = sorted(others | {kind} - {"worker"})
        raise UserError(f"{TF_CONFIG} has tasks of type {', '.join(named)}", "give workers alone")
    if not isinstance(addresses, list) or not 0 <= index < len(addresses):
        raise UserError(f"{TF_CONFIG} has no worker of index {index}", advice)
