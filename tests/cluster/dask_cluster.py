"""A real Dask cluster: a scheduler and workers, each a process of its own, on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import cloudpickle
from distributed import Client
from distributed.diagnostics.plugin import SchedulerPlugin

PATIENCE_SECONDS = 300
SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "DASK_DISTRIBUTED__DASHBOARD__LINK": "",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False",
}
cloudpickle.register_pickle_by_value(sys.modules[__name__])


class DaskCluster:
    """Start it as a context manager; everything it started has ended afterwards.

    Args:
        folder: for the scheduler's address, the logs and the workers' own folders.
        options: more options for the scheduler.
        environment: more variables for the scheduler.
    """

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        self._options, self._environment = options, environment
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        file = self.folder / "scheduler.json"
        here = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file]
        self._start("scheduler", *here, *self._options, **self._environment)
        eventually(file.exists)
        self.client = Client(scheduler_file=str(file), set_as_default=False, timeout=PATIENCE_SECONDS)
        self.address = self.client.scheduler.address
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def add_worker(
        self, *options: str, folder: Path | None = None, python: str = sys.executable, **environment: str
    ) -> None:
        """Start a worker under a nanny, with `folder` for what it unpacks."""
        folder = folder or self.folder / f"worker{len(self._processes)}"
        common = ["--host", "127.0.0.1", "--no-dashboard", "--memory-limit", "0"]
        where = ["--local-directory", folder]
        self._start("worker", self.address, *common, *options, *where, python=python, **environment)

    def wait_for_workers(self, count: int) -> None:
        self.client.wait_for_workers(count, timeout=PATIENCE_SECONDS)

    def worker_processes(self) -> list[int]:
        """Ids of the worker processes, not of their nannies."""
        return list(self.client.run(os.getpid).values())

    def kill_a_worker(self) -> None:
        """Kill one worker as the kernel would when memory runs out. Its nanny starts another."""
        os.kill(self.worker_processes()[0], signal.SIGKILL)

    def unpacked_tests(self) -> list[Path]:
        """Where hidden tests lie now in folders of the workers."""
        return list(self.folder.rglob("test_hidden.py"))

    def _start(self, role: str, *options: object, python: str = sys.executable, **environment: str) -> None:
        log = (self.folder / f"{role}{len(self._processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [python, "-m", "dask", role, *map(str, options)],
                env={**os.environ, **SETTINGS, **environment},
                cwd=self.folder,  # not where the tests are run from: Python looks there first
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._processes.append(process)


class MostTasks(SchedulerPlugin):  # type: ignore[misc]
    """Counts on the scheduler how many examinations it has before it at one time.

    Those that are done do not count: the next task may reach the scheduler just before word that the last
    result is no longer needed.
    """

    name = "most-tasks"

    def __init__(self) -> None:
        self.most = 0

    async def start(self, scheduler: Any) -> None:
        self._scheduler = scheduler

    def transition(self, key: Any, start: str, finish: str, *_: Any, **__: Any) -> None:
        examinations = (
            task for name, task in self._scheduler.tasks.items() if str(name).startswith("examine-")
        )
        before_it = [task for task in examinations if task.state not in ("memory", "forgotten")]
        self.most = max(self.most, len(before_it))


def eventually(holds: Callable[[], Any]) -> None:
    """Wait until something becomes true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
