"""A submission's share of a GPU: set in its own process, after the fork and before any of its code runs."""

from __future__ import annotations

import os
from typing import Any

MEMORY_VARIABLE = "AUTOGRADER_GPU_MEMORY_MB"
KEPT = (
    "CUDA_VISIBLE_DEVICES",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "XLA_PYTHON_CLIENT_PREALLOCATE",
    "XLA_PYTHON_CLIENT_MEM_FRACTION",
)


def limit_memory(tensorflow: Any) -> None:
    """Give TensorFlow one logical GPU of this slot's share.

    Asking it for its GPUs starts CUDA, which does not survive a fork: never call this in the zygote.

    Args:
        tensorflow: the module, or None where the worker has not imported it.
    """
    share = os.environ.get(MEMORY_VARIABLE)
    if share is None or tensorflow is None:
        return
    config = tensorflow.config
    for device in config.list_physical_devices("GPU"):
        limit = config.LogicalDeviceConfiguration(memory_limit=int(share))
        config.set_logical_device_configuration(device, [limit])
