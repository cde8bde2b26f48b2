"""Where the replicas run: distribution strategies by name."""

import tensorflow as tf

from tf_dyngen.errors import UserError

AUTO = "auto"
ONE_DEVICE = "one_device"
MIRRORED = "mirrored"
STRATEGIES = (AUTO, ONE_DEVICE, MIRRORED)


def choose_strategy(name: str) -> tf.distribute.Strategy:
    """Returns a strategy: `auto` mirrors over all GPUs if there are several, else takes one device.

    `mirrored` mirrors over all GPUs, or over all logical CPUs where there is no GPU.
    Graph rewriting of sums is switched off: TensorFlow 2.21 turns sums of gradients in a while loop
    into temporary variables that collide from one iteration to the next (AlreadyExistsError).

    Raises: UserError if `mirrored` is asked for and there is one device only.
    """
    tf.config.optimizer.set_experimental_options({"arithmetic_optimization": False})
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
