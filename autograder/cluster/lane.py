"""A lane that belongs to a Dask worker: a process of its own, because pytest is not made for threads and a
worker under a nanny may have no children by `multiprocessing`.

`Lane` is the worker's end. The other end, `python -m autograder.cluster.lane`, is a lane as on one machine.
It ends with its worker, however that ends, and then removes the worker's copy of the hidden tests.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.errors import AutograderError
from autograder.lanes import Done, Plan, Task, serve_lane

CLOSE_SECONDS = 30.0
ADOPTION_SECONDS = 2.0


class LaneDiedError(Exception):
    """The lane's process has ended; what it was working on has no result."""


class Lane:
    """A warm lane: a pytest session and a slot, in a process of its own.

    Args:
        plan: how to examine.
        folder: the worker's private folder, which the lane removes if the worker cannot.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._pipe, theirs = Pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.cluster.lane", str(theirs.fileno()), str(folder)],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        finally:
            theirs.close()
        with contextlib.suppress(OSError):  # examining tells that it has died
            self._pipe.send(plan)

    def examine(self, task: Task) -> Done | AutograderError:
        """Examine one task; an error means that the lane has ended.

        Raises:
            LaneDiedError: the process has ended without an answer.
        """
        try:
            self._pipe.send(task)
            reply: Done | AutograderError = self._pipe.recv()
        except (EOFError, OSError):
            raise LaneDiedError from None
        return reply

    def close(self) -> None:
        """End an idle lane, and the sandbox with it."""
        self._pipe.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End a lane that works. Its sandbox notices that it is alone, and ends too."""
        self._process.kill()
        self._process.wait()


class _Worker(Connection):
    """The lane's end of the pipe. Whether the lane is busy decides how it ends when the worker is gone."""

    def __init__(self, descriptor: int, folder: Path) -> None:
        super().__init__(descriptor)
        self._folder = folder
        self._parent = os.getppid()
        self._busy = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def recv(self) -> object:
        self._busy.clear()
        message = super().recv()
        self._busy.set()
        return message

    def remove_what_it_left(self) -> None:
        """Remove the worker's private folder, unless the worker lives and has only closed this lane."""
        deadline = time.monotonic() + ADOPTION_SECONDS
        while os.getppid() == self._parent:
            if time.monotonic() > deadline or not self._folder.exists():
                return
            time.sleep(0.05)  # a process that dies closes its pipes first
        shutil.rmtree(self._folder, ignore_errors=True)

    def _watch(self) -> None:
        """End a lane in the middle of its work when the worker is gone; an idle one reads the pipe's end."""
        watched = select.poll()
        watched.register(self.fileno(), select.POLLRDHUP)
        watched.poll()
        if self._busy.is_set():
            self.remove_what_it_left()
            os._exit(1)


def main() -> None:
    """Serve one worker until it closes the pipe."""
    descriptor, folder = sys.argv[1:]
    worker = _Worker(int(descriptor), Path(folder))
    try:
        plan = worker.recv()
    except EOFError:
        plan = None
    if isinstance(plan, Plan):
        serve_lane(plan, worker)
    worker.remove_what_it_left()


if __name__ == "__main__":
    main()
