"""Which devices a model is trained on."""

import functools

import tensorflow as tf

from axml_tf.console.errors import UserError


def make_strategy(num_replicas: int) -> tf.distribute.Strategy:
    """Strategy over `num_replicas` devices.

    Args:
        num_replicas: 0 takes every GPU, or one CPU where there is none. A
            number above the count of GPUs takes that many logical CPU
            devices, which makes MirroredStrategy testable without GPUs.

    Raises:
        UserError: TensorFlow has started with fewer CPU devices already.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if num_replicas == 0:
        num_replicas = max(1, len(gpus))
    if num_replicas == 1:
        return tf.distribute.get_strategy()
    if num_replicas <= len(gpus):
        devices = [f"GPU:{index}" for index in range(num_replicas)]
    else:
        _make_logical_cpus(num_replicas)
        devices = [f"CPU:{index}" for index in range(num_replicas)]
    return _mirrored(tuple(devices))


@functools.cache
def _mirrored(devices: tuple[str, ...]) -> tf.distribute.Strategy:
    # One for each set of devices: every strategy numbers its collective
    # operations from the same start, and a second one in a process breaks off
    # with "Collective instance 100 expected type 2".
    return tf.distribute.MirroredStrategy(list(devices))


def _make_logical_cpus(count: int) -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    try:
        existing = tf.config.get_logical_device_configuration(cpu) or []
        if len(existing) < count:
            tf.config.set_logical_device_configuration(
                cpu, [tf.config.LogicalDeviceConfiguration()] * count
            )
    except RuntimeError as error:
        raise UserError(
            f"--num_replicas={count} needs {count} logical CPU devices, which "
            "must be set before TensorFlow starts. Use a fresh process."
        ) from error
