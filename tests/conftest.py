"""Two logical CPUs, so that a test can train on two replicas."""

import tensorflow as tf

# Must come before TensorFlow first touches a device.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 2,
)
