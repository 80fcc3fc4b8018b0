"""A slot: one warm worker, grading one submission at a time; replaced when it cannot be proven clean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import msgpack

from autograder.errors import SandboxError
from autograder.sandbox.base import Connection, Sandbox, SlotSpec
from autograder.wire import codec, frames
from autograder.worker import code

START_SECONDS = 120.0
MARGIN_SECONDS = 15.0


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

    Raises (all methods):
        SandboxError: the sandbox failed twice in a row, for reasons that are not the submission's.
    """

    sandbox: Sandbox
    spec: SlotSpec
    python: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    image: str | None = None
    most_memory: int = 0
    _connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Start the worker now rather than with the first submission."""
        if self._connection is None:
            self._open()

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
        ran = _ran(reply, len(cells))
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
        reply = self._request({"op": "stop"}, 0.0)
        if reply["op"] != "stopped" or reply["problems"]:
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lost(self, reply: dict[str, Any]) -> Lost:
        if reply.get("problems"):
            self.close()
        return Lost(reply["reason"], reply.get("code"), reply.get("cell"))

    def _request(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a message and return the reply. A worker that fails is replaced; its submission is lost."""
        connection = self._connection or self._open()
        try:
            connection.send(msgpack.packb(message), seconds + MARGIN_SECONDS)
            reply = msgpack.unpackb(connection.receive(seconds + MARGIN_SECONDS), max_bin_len=1 << 31)
            reply = _checked(reply)
        except (frames.ClosedError, frames.FrameError, TimeoutError, ValueError, msgpack.UnpackException):
            self.close()
            return {"op": "lost", "reason": "died"}
        if reply["op"] == "failed":
            self.close()
            raise SandboxError(
                f"the {self.sandbox.name} sandbox failed: {reply['message']}",
                remedy="`autograder doctor` says what this machine can do.",
            )
        self.most_memory = max(self.most_memory, int(reply.get("memory", 0)))
        return reply

    def _open(self) -> Connection:
        connection = self.sandbox.open(self.spec)
        try:
            ready = msgpack.unpackb(connection.receive(START_SECONDS))
        except (frames.ClosedError, frames.FrameError, TimeoutError, ValueError) as error:
            log = connection.log()
            connection.close()
            raise SandboxError(
                f"the worker in the {self.sandbox.name} sandbox did not start: {error}\n{log}".rstrip(),
                remedy="`autograder doctor` says what this machine can do.",
            ) from None
        if ready.get("code") != code.digest():
            connection.close()
            raise SandboxError(
                f"the {self.sandbox.name} sandbox holds another version of the worker than this autograder",
                remedy="Build the image anew: `autograder image`.",
            )
        if ready["problems"]:
            connection.close()
            module, problem = next(iter(ready["problems"].items()))
            raise SandboxError(
                f"the {self.sandbox.name} sandbox cannot import {module!r}: {problem}",
                remedy="Install the package where the sandbox takes it from, or correct `preload` in the "
                "assignment's settings.",
            )
        self.python, self.packages, self.image = ready["python"], ready["packages"], connection.image
        self._connection = connection
        return connection


def _checked(reply: Any) -> dict[str, Any]:
    if not isinstance(reply, dict) or reply.get("op") not in ("ran", "answer", "lost", "stopped", "failed"):
        raise ValueError("not a reply")
    return reply


def _ran(reply: dict[str, Any], count: int) -> Ran | Lost:
    try:
        cells = codec.decode(reply["result"])
        if not isinstance(cells, list) or len(cells) != count or not all(map(_is_cell, cells)):
            raise codec.WireError("not the result of a run")
    except codec.WireError:
        return Lost("garbled")
    return Ran(cells, float(reply["seconds"]))


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or type(cell.get("ok")) is not bool:
        return False
    seconds = cell.get("seconds")
    return type(seconds) is float and math.isfinite(seconds) and isinstance(cell.get("outputs"), list)
