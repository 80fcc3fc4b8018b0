"""A slot: one warm worker, grading one submission at a time; replaced when it cannot be proven clean."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import msgpack

from autograder.errors import SandboxError
from autograder.sandbox.base import Connection, Sandbox, SlotSpec
from autograder.sandbox.gpu import GpuMemory
from autograder.sandbox.outputs import checked_cells
from autograder.wire import codec, frames
from autograder.worker import code

START_SECONDS = 120.0
MARGIN_SECONDS = 15.0
PAUSES_AT_FIRST = (0.5, 1.0)
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0)


class WorkerLostError(SandboxError):
    """The worker is gone, does not answer, or cannot work, and its submission with it.

    Not the submission's loss: what a submission does to itself, the relay reports, and lives on. The next
    request gets a new worker.
    """


@dataclass(frozen=True, slots=True)
class Ran:
    """The notebook has run. For each cell: whether it did without an error, and what it showed."""

    cells: list[dict[str, Any]]
    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """The submission's process can answer no more; `reason` says why (see `describe_loss`)."""

    reason: str
    code: int | None = None
    cell: int | None = None


@dataclass
class Slot:
    """One warm sandbox. Use it as a context manager; it starts its worker when it is first needed.

    `most_memory`: the most bytes that the submission was seen to hold beyond what the warm worker holds.
    `pauses`: seconds to wait before each further try to start a worker, as where the engine is restarted;
    None for two short ones until the slot has had a worker, and then a minute in all.
    `gpu_memory`: tells whether a GPU's memory has come back from a submission.

    Raises (all methods but `stop` and `close`):
        WorkerLostError: the worker was lost on the way.
        SandboxError: no worker can be started, for reasons that are not the submission's.
    """

    sandbox: Sandbox
    spec: SlotSpec
    python: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    image: str | None = None
    most_memory: int = 0
    pauses: Sequence[float] | None = None
    gpu_memory: Callable[[str | None], GpuMemory] = GpuMemory
    _gpu: GpuMemory | None = None
    _connection: Connection | None = None
    _starting: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the worker without waiting until it is ready; what goes wrong is told when it is needed."""
        if self._connection is None and self._starting is None:
            with contextlib.suppress(SandboxError):
                self._starting = self.sandbox.open(self.spec)

    def warm_up(self) -> None:
        """Start the worker now rather than with the first submission."""
        if self._connection is None:
            self._open()

    def prove(self) -> None:
        """Start a new worker, and run a notebook of one empty cell in it.

        Raises:
            SandboxError: that does not work either.
        """
        self.close()
        ran = self.run([""], {}, seed=0)
        self.stop()
        if not isinstance(ran, Ran):
            raise SandboxError(
                f"the {self.sandbox.name} sandbox cannot run an empty notebook ({ran.reason})",
                remedy="`autograder doctor` says what this machine can do.",
            )

    def run(
        self,
        cells: Sequence[str],
        files: Mapping[str, bytes],
        *,
        seed: int,
        skip: Sequence[int] = (),
    ) -> Ran | Lost:
        """Run a notebook in a process of its own, after whatever ran here before has been wiped.

        Args:
            cells: the source of each code cell.
            files: content by relative path, written into the notebook's folder first.
            seed: for a notebook that draws random numbers without a seed of its own.
            skip: indices of cells to leave out.
        """
        limits = self.spec.limits
        self.most_memory = 0
        order = codec.encode(
            {
                "cells": list(cells),
                "files": dict(files),
                "seed": seed,
                "skip": list(skip),
                "output_bytes": limits.output_kb << 10,
            }
        )
        request = {
            "op": "start",
            "order": order,
            "limits": {
                "run_seconds": limits.run_seconds,
                "memory_mb": limits.memory_mb,
                "processes": limits.processes,
                "disk_mb": limits.disk_mb,
                "answer_bytes": limits.answer_mb << 20,
            },
        }
        reply = self._request(request, limits.run_seconds)
        if reply["op"] == "stopped":  # the last submission could not be wiped: take a new worker
            self.close()
            reply = self._request(request, limits.run_seconds)
        if reply["op"] == "lost":
            return self._lost(reply)
        ran = _ran(reply, len(cells), limits.output_kb << 10)
        if isinstance(ran, Lost):
            self.stop()
        return ran

    def ask(self, question: bytes, seconds: float) -> bytes | Lost:
        """Ask the running submission one encoded question; return its encoded answer."""
        if self._connection is None:
            return Lost("died")
        reply = self._request({"op": "ask", "question": question, "seconds": seconds}, seconds)
        return self._lost(reply) if reply["op"] == "lost" else bytes(reply["answer"])

    def stop(self) -> None:
        """End the submission and wipe what it left; throw the worker away if that cannot be proven."""
        if self._connection is None:
            return
        try:
            reply = self._request({"op": "stop"}, 0.0)
        except WorkerLostError:
            return  # and the submission with it
        if reply["op"] != "stopped" or reply["problems"] or not self._has_gpu_back():
            self.close()

    def close(self) -> None:
        for connection in (self._connection, self._starting):
            if connection is not None:
                connection.close()
        self._connection = self._starting = None

    def _lost(self, reply: dict[str, Any]) -> Lost:
        if reply.get("problems") or not self._has_gpu_back():
            self.close()
        return Lost(reply["reason"], reply.get("code"), reply.get("cell"))

    def _has_gpu_back(self) -> bool:
        return self._gpu is None or self._gpu.has_come_back()

    def _request(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a message and return the reply; a worker that fails is closed, and the next is a new one."""
        connection = self._connection or self._open()
        try:
            connection.send(msgpack.packb(message), seconds + MARGIN_SECONDS)
            reply = msgpack.unpackb(connection.receive(seconds + MARGIN_SECONDS), max_bin_len=1 << 31)
            reply = _checked(reply)
        except (OSError, frames.ClosedError, frames.FrameError, ValueError, msgpack.UnpackException) as error:
            raise self._worker_lost(f"its worker was lost: {error}") from None
        if reply["op"] == "failed":
            raise self._worker_lost(f"it failed: {reply['message']}")
        self.most_memory = max(self.most_memory, int(reply.get("memory", 0)))
        return reply

    def _worker_lost(self, how: str) -> WorkerLostError:
        self.close()
        return WorkerLostError(
            f"the {self.sandbox.name} sandbox: {how}",
            remedy="`autograder doctor` says what this machine can do.",
        )

    def _open(self) -> Connection:
        """Start a worker, again after a pause where that fails; not when it has failed slowly."""
        pauses = (PAUSES if self.python else PAUSES_AT_FIRST) if self.pauses is None else self.pauses
        for pause in pauses:
            began = time.monotonic()
            try:
                return self._accepted(*self._started())
            except _UnusableError:
                raise
            except SandboxError:
                if time.monotonic() - began > START_SECONDS / 2:
                    raise
            time.sleep(pause)
        return self._accepted(*self._started())

    def _started(self) -> tuple[Connection, dict[str, Any]]:
        connection, self._starting = self._starting or self.sandbox.open(self.spec), None
        try:
            return connection, msgpack.unpackb(connection.receive(START_SECONDS))
        except (OSError, frames.ClosedError, frames.FrameError, ValueError) as error:
            log = connection.log()
            connection.close()
            raise SandboxError(
                f"the worker in the {self.sandbox.name} sandbox did not start: {error}\n{log}".rstrip(),
                remedy="`autograder doctor` says what this machine can do.",
            ) from None

    def _accepted(self, connection: Connection, ready: dict[str, Any]) -> Connection:
        if ready.get("code") != code.digest():
            connection.close()
            raise _UnusableError(
                f"the {self.sandbox.name} sandbox holds another version of the worker than this autograder",
                remedy="Build the image anew: `autograder image`.",
            )
        if ready["problems"]:
            connection.close()
            module, problem = next(iter(ready["problems"].items()))
            raise _UnusableError(
                f"the {self.sandbox.name} sandbox cannot import {module!r}: {problem}",
                remedy="Install the package where the sandbox takes it from, or correct `preload` in the "
                "assignment's settings.",
            )
        self.python, self.packages, self.image = ready["python"], ready["packages"], connection.image
        self._connection = connection
        if self.spec.gpu:
            self._gpu = self.gpu_memory(self.spec.gpu_device)
        return connection


class _UnusableError(SandboxError):
    """The worker has started, and starting it again would find the same."""


def _checked(reply: Any) -> dict[str, Any]:
    if not isinstance(reply, dict) or reply.get("op") not in ("ran", "answer", "lost", "stopped", "failed"):
        raise ValueError("not a reply")
    return reply


def _ran(reply: dict[str, Any], count: int, cap: int) -> Ran | Lost:
    seconds = float(reply["seconds"])
    try:
        cells = checked_cells(codec.decode(reply["result"]), count, cap=cap, seconds=seconds)
    except codec.WireError:
        return Lost("garbled")
    return Ran(cells, seconds)
