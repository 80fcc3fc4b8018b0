"""NVIDIA GPUs: which there are, what a slot on one is told about it, and whether its memory came back.

`nvidia-smi` on the grader's or the Dask worker's machine is asked; nothing here needs CUDA.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

QUERY_SECONDS = 20.0
RETURN_SECONDS = 5.0
LOOK_SECONDS = 0.25
TOLERANCE_MB = 256
USABLE = 0.9  # the driver and a context for each process take the rest
NO_DEVICE = "Leave out --gpu, or install the GPU's driver."

Query = Callable[[str], list[tuple[str, ...]]]


def ask_driver(what: str) -> list[tuple[str, ...]]:
    """Rows that `nvidia-smi` answers to `--query-…=fields`; none where it is not there or fails."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, what, "--format=csv,noheader,nounits"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=QUERY_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [tuple(part.strip() for part in line.split(",")) for line in result.stdout.splitlines() if line]


def devices_here(query: Query = ask_driver) -> tuple[str, ...]:
    """The GPUs that this process may use: those of `CUDA_VISIBLE_DEVICES`, or else all of the machine."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return tuple(name.strip() for name in visible.split(",") if name.strip() and name.strip() != "-1")
    return tuple(row[0] for row in query("--query-gpu=index"))


def device_files() -> list[Path]:
    """The driver's files, through which a process reaches the GPUs."""
    return sorted(Path("/dev").glob("nvidia*"))


def share_mb(device: str | None, slots: int, query: Query = ask_driver) -> int | None:
    """What one of several slots on a device may use, in mebibytes; None where the driver does not say."""
    sizes = [int(row[2]) for row in query("--query-gpu=index,uuid,memory.total") if _is(device, row)]
    return int(min(sizes) * USABLE / slots) if sizes else None


def environment(device: str | None, slots: int, memory_mb: int | None) -> dict[str, str]:
    """What a worker's environment says of its GPU.

    Memory grows as it is needed. Where several slots share a device, each is told its share; the libraries
    keep to that, the device does not enforce it.

    Args:
        device: what CUDA is to see, as it is called where the worker runs; None for all there is.
        slots: how many slots share the device.
        memory_mb: this slot's share.
    """
    variables = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    if device is not None:
        variables["CUDA_VISIBLE_DEVICES"] = device
    if slots > 1:
        variables["XLA_PYTHON_CLIENT_MEM_FRACTION"] = f"{USABLE / slots:.3f}"
        if memory_mb is not None:
            variables["AUTOGRADER_GPU_MEMORY_MB"] = str(memory_mb)
    return variables


class GpuMemory:
    """Whether memory of a device is held by nobody: what a driver keeps of a process that has ended.

    Args:
        device: an index or UUID; None for all devices.
        query: asks the driver.
        seconds: how long memory may take to come back.
    """

    def __init__(
        self, device: str | None, query: Query = ask_driver, seconds: float = RETURN_SECONDS
    ) -> None:
        self._device, self._query, self._seconds = device, query, seconds
        self._before = self.unowned_mb() or 0

    def has_come_back(self) -> bool:
        """Whether no more is held by nobody than when this was made; True where the driver does not say."""
        deadline = time.monotonic() + self._seconds
        while True:
            now = self.unowned_mb()
            if now is None or now <= self._before + TOLERANCE_MB:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(LOOK_SECONDS)

    def unowned_mb(self) -> int | None:
        """Memory in use by no running process, in mebibytes; None where the driver does not say."""
        devices = [row for row in self._query("--query-gpu=index,uuid,memory.used") if _is(self._device, row)]
        uuids = {row[1] for row in devices}
        held = [row for row in self._query("--query-compute-apps=gpu_uuid,used_memory") if row[0] in uuids]
        numbers = [row[-1] for row in (*devices, *held)]
        if not devices or not all(number.isdigit() for number in numbers):
            return None
        return sum(int(row[2]) for row in devices) - sum(int(row[1]) for row in held)


def _is(device: str | None, row: tuple[str, ...]) -> bool:
    return device is None or device in row[:2]
