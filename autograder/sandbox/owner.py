"""Which process has made something that can outlive it (a container, a folder), and whether it still runs."""

from __future__ import annotations

import os
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_process() -> str:
    """Name this process for good: `<boot>-<process namespace>-<process>-<start>`; empty without /proc."""
    return name_of(os.getpid())


def name_of(process: int) -> str:
    """The same of any process; empty where it has ended."""
    try:
        return "-".join([*_place(), str(process), _start(process)])
    except OSError:
        return ""


def is_gone(owner: str) -> bool:
    """Whether a process that `this_process` named has ended. False where that cannot be known from here.

    Another machine, another container or an earlier boot may use the same engine, and the same numbers.
    """
    try:
        *place, process, start = owner.split("-")
        if place != _place():
            return False
    except (OSError, ValueError):
        return False
    try:
        return _start(int(process)) != start
    except (FileNotFoundError, ProcessLookupError):
        return True
    except (OSError, ValueError):
        return False


def _place() -> list[str]:
    boot = _BOOT.read_text(encoding="ascii").replace("-", "").strip()
    return [boot[:16], str(Path("/proc/self/ns/pid").stat().st_ino)]


def _start(process: int) -> str:
    """When a process was started, in clock ticks since the machine was.

    Raises:
        OSError: it has ended, be it that its parent has not noticed yet.
    """
    state, *rest = Path("/proc", str(process), "stat").read_text(errors="replace").rpartition(")")[2].split()
    if state in "ZX":
        raise ProcessLookupError(process)
    return rest[18]
