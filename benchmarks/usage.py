"""Runs a command and measures what it and everything that it starts use: seconds, CPU seconds, memory.

Containers are not children of the command that starts them, so those that appear meanwhile are asked for.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

SECONDS_BETWEEN_LOOKS = 0.2
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Used:
    """Wall-clock seconds, CPU seconds of all processes, and the most memory they held together, in mebibytes.

    Memory that processes share counts once (proportional set size), but for containers, whose engine counts.
    """

    seconds: float
    cpu_seconds: float
    memory_mb: float


class CommandFailedError(Exception):
    """A measured command has failed; its last words are the message."""


def measured(command: Sequence[str], folder: Path, environment: Mapping[str, str] = {}) -> Used:
    """Run `command` in `folder` to its end.

    Raises:
        CommandFailedError: it ended with another exit code than 0.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=subprocess.STDOUT
        )
        looks = _Looks(process.pid)
        code = process.wait()
    seconds = time.perf_counter() - began
    looks.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code != 0:
        raise CommandFailedError(f"{' '.join(command)}: {(folder / 'log.txt').read_text('utf-8')[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Used(seconds, cpu + looks.container_seconds, looks.most_memory / MEBIBYTE)


def busy_seconds() -> float:
    """CPU seconds that the cores have worked since the machine started; it should have nothing else to do."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq


class _Looks:
    """Looks at the processes below one, and at new containers, several times a second."""

    def __init__(self, root: int) -> None:
        self.most_memory = 0.0
        self._engine = _engine()
        self._old = {container.id for container in self._engine.containers.list()} if self._engine else set()
        self._container_seconds: dict[str, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(root,), daemon=True)
        self._thread.start()

    @property
    def container_seconds(self) -> float:
        return sum(self._container_seconds.values())

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self, root: int) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            self.most_memory = max(self.most_memory, _memory_below(root) + self._containers())

    def _containers(self) -> float:
        """Note the CPU seconds of new containers; return the bytes that they hold."""
        memory = 0.0
        for container in self._engine.containers.list() if self._engine else []:
            if container.id in self._old:
                continue
            with contextlib.suppress(Exception):  # it may be gone by now
                stats = self._engine.api.stats(container.id, stream=False, one_shot=True)
                self._container_seconds[container.id] = stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
                held = stats["memory_stats"]
                memory += held.get("usage", 0) - held.get("stats", {}).get("inactive_file", 0)
        return memory


def _engine() -> Any:
    """The container engine's client, or None where there is no engine."""
    import docker

    try:
        client = docker.from_env()
        client.ping()
    except docker.errors.DockerException:
        return None
    return client


def _memory_below(root: int) -> int:
    """Bytes that `root` and its descendants hold; what they share counts once."""
    try:
        process = psutil.Process(root)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_proportional(member.pid) for member in family)


def _proportional(pid: int) -> int:
    try:
        text = Path("/proc", str(pid), "smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("Pss:")), 0)
