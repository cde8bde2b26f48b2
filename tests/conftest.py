"""Two logical CPU devices for all tests, so that replicas can be tested anywhere."""

import tensorflow as tf


def pytest_configure():
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)
