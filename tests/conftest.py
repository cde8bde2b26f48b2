"""Two logical CPU devices for all tests, and double precision for those that ask."""

import keras
import pytest
import tensorflow as tf


def pytest_configure():
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)


@pytest.fixture
def float64():
    """Models built in the test compute in double precision."""
    keras.config.set_dtype_policy("float64")
    keras.config.set_floatx("float64")
    yield
    keras.config.set_dtype_policy("float32")
    keras.config.set_floatx("float32")
