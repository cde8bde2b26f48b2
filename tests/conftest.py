"""Two logical CPU devices for all tests; double precision and a data set for those that ask."""

import functools

import numpy as np
import pytest


def pytest_configure(config):
    # The process that hands the tests to workers runs none, and is not kept by the import.
    if config.getoption("numprocesses", None):
        return
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)


@pytest.fixture
def float64():
    """Models built in the test compute in double precision."""
    import keras

    keras.config.set_dtype_policy("float64")
    keras.config.set_floatx("float64")
    yield
    keras.config.set_dtype_policy("float32")
    keras.config.set_floatx("float32")


@pytest.fixture(scope="session")
def mirrored():
    """A strategy of two devices."""
    import tensorflow as tf

    # One for all: the collectives of a second strategy in a process clash with those of the first.
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture(scope="session")
def moving_mnist(tmp_path_factory):
    """(data_dir, sequences): TFDS's own moving_mnist, made of [3, 20, 64, 64, 1] random bytes."""
    import tensorflow_datasets as tfds
    from tensorflow_datasets.video.moving_mnist import MovingMnist

    data_dir = tmp_path_factory.mktemp("moving_mnist")
    sequences = np.random.default_rng(0).integers(0, 256, (3, 20, 64, 64, 1), np.uint8)
    path = str(data_dir / "mnist_test_seq.npy")
    np.save(path, sequences[..., 0].swapaxes(0, 1))  # The published file has time in front.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfds.download.DownloadManager, "download", lambda self, url: path)
        MovingMnist(data_dir=data_dir).download_and_prepare()
    return data_dir, sequences


@pytest.fixture(scope="session")
def tiny_export(tmp_path_factory):
    """tiny_export(APPEARANCE_SIZE) -> folder of a small served generator, see serving_stand_in."""
    from tests import serving_stand_in

    folder = tmp_path_factory.mktemp("exported")

    @functools.cache
    def export(appearance_size=0):
        path = folder / str(appearance_size)
        return serving_stand_in.export(path, appearance_size=appearance_size)

    return export


@pytest.fixture(params=["rest", "grpc"])
def stand_in(request, tiny_export):
    """A stand-in for TensorFlow Serving under way, by each of its protocols."""
    from tests import serving_stand_in

    with serving_stand_in.StandIn(tiny_export(), request.param) as server:
        yield server
